"""A course: its figures and their definitions, read without running them."""
