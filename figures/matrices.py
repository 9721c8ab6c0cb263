"""Section: matrices."""
