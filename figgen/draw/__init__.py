"""Drawing: numbers to a matplotlib figure, in roles and steps."""
