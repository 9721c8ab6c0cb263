"""Pages: what was built, for readers in a browser."""
