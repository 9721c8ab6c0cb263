"""The rules of the look: the name, the promise and the limit of each, and nothing else.

To add a rule, declare it here, and write the function that measures it in a module of this folder,
below ``@measures(RULE, of=...)``.
"""

from __future__ import annotations

from figgen.draw.canvas.rc import SMALL
from figgen.guard.look.findings import Rule

PIXELS_PER_POINT = 1080 / (7.5 * 72)
"""A slide of 13.33 x 7.5 inches on a screen with 1080 lines."""

# A table: name and promise, limit and its words.
# fmt: off

# What is too small, too pale, or not in the font

TEXT_SIZE = Rule("text-size", "text is large enough for the back of the hall",
                 SMALL * PIXELS_PER_POINT, "{:.0f} or more")
INDEX_SIZE = Rule("index-size", "indices and exponents are, too",
                  12 * PIXELS_PER_POINT, "{:.0f} or more")
"""Two thirds of the smallest text: an index is read together with its letter."""
GLYPHS = Rule("glyphs", "the font has every letter", 0)
TEXT_CONTRAST = Rule("text-contrast", "text stands out against what is behind it",
                     4.5, "{:g}:1 or more")
STROKE_CONTRAST = Rule("stroke-contrast", "lines, edges and dots stand out against what is behind",
                       3.0, "{:g}:1 or more")
PALEST_OF_TEXT = 10
"""The part of a text, in percent, that may have less contrast: where something just touches it."""
PALEST_OF_LINE = 25
"""The same for a line, which may cross others."""
FEWEST_PIXELS = 4
"""Pixels of a line that are not on other lines; with fewer it is a part of them."""

# What only colours tell

COLOUR_ALONE = Rule("colour-alone", "what looks alike is not told apart by its colour alone",
                    12.0, "{:g} (CIEDE2000) or more")
"""The least distance of two series.

About 1 is just noticeable for large patches side by side. A line is a few pixels wide and is
compared across a slide, which takes several times as much.
"""
NEIGHBOURS = 1.0
"""Inches up to which two things are compared."""
BESIDE = 0.35
"""Inches from a thing within which a text in its role is its name."""

# What lies over something else, or over the end

TEXT_OVER_TEXT = Rule("text-over-text", "no text lies on another", 1, "{} or less")
"""Square points that two texts may have in common: what lies between two pixels."""
TEXT_OVER_STROKE = Rule("text-over-stroke", "nothing runs through the letters of a text",
                        3, "{} or less")
"""Square points of its letters that something may run through: less is no more than a touch."""
SEEN_THROUGH = 1.3
"""The contrast from which what runs through a text is seen in it."""
OUTSIDE = Rule("outside", "nothing is cut off by the end of the canvas", 0.02, "{:g} or less")
"""Inches by which ink may reach over it: the edge of a line on the border."""

# Where things stand

MARGIN = Rule("margin", "the picture fills its slot", 0.4, "{:.0%} or more of one")
"""The share of the slot, in one direction at least, that the picture must fill."""
BALANCE = Rule("balance", "the picture stands in the middle of its slot", 0.12, "{:.0%} or less")
"""How far the middle of the picture may be from that of the slot, as a share of its sides."""
LABEL_DISTANCE = Rule("label-distance", "a label stands beside what it names", 0.4, "{:g} or less")
"""Inches from the one to the other."""

# What the files say

LONGEST_ALT = 300
"""Words of an alt text: two minutes of listening."""
ALT_LENGTH = Rule("alt-length", "the alt text says enough, and not more than can be listened to",
                  8, f"{{}} to {LONGEST_ALT}")
ALT_NUMBERS = Rule("alt-numbers", "the alt text says the numbers that the figure prints",
                   0.5, "{:.0%} or more")
"""The share of the printed decimals that it says at least; not each cell of a matrix."""
ALT_DUPLICATE = Rule("alt-duplicate", "no other figure has the same alt text",
                     1, "of {} figure", compares_figures=True)
EXCUSES = Rule("excuses", "an excuse names a rule and is needed", 1)
SVG_IDS = Rule("svg-ids", "every id of an SVG is there once, and what refers to one finds it",
               1, "{}")

# fmt: on

RULES = {rule.name: rule for rule in tuple(globals().values()) if isinstance(rule, Rule)}
"""Every rule by its name, in the order in which findings are told."""
