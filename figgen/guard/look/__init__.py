"""The look of a drawing, measured: what can be too small, too pale, hidden, clipped or lost."""
