"""Pictures of one kind each: cells and neurons, networks, decisions, a timeline, an outline."""
