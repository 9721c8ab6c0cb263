"""Functions and data in the plane, and functions as boxes."""
