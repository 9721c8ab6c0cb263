"""The build: which figures there are, what they draw, and the one place that writes files."""
