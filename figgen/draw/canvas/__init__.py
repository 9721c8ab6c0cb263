"""The page that a figure is drawn on: its marks, planes, themes, units, settings and fonts."""
