"""Section: foundation."""
