"""Units of length."""

POINTS_PER_INCH = 72.0

DPI = 200
"""Pixels an inch of a PNG: the full slot is 2400 pixels wide, enough for a 4K projector."""
