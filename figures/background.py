"""Section: background."""
