"""Section: derivatives."""
