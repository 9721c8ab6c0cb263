"""Section: nested."""
