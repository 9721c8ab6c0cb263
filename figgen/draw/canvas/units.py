"""Units of length."""

POINTS_PER_INCH = 72.0
