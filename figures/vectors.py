"""Section: vectors."""
