"""The rule that colour is never the only cue.

Two things that look alike but for their roles are told apart by their colours alone. That is a
finding where they are neighbours, neither carries a name, and the colours are too near for some
eye or in grey. A second cue is whatever makes them look different (kind, dash, marker, width,
size, hollow or full), a text in or beside one of them in its role, or a distance.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cache
from itertools import combinations

import numpy as np
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch, PathPatch, Polygon

from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.theme import THEMES, TINT, Role
from figgen.guard.look.colour_vision import VISIONS, difference, lab
from figgen.guard.look.findings import Findings, name_of
from figgen.guard.look.limits import BESIDE, COLOUR_ALONE, NEIGHBOURS
from figgen.guard.look.mark_layers import Layer, Layers
from figgen.guard.look.measuring import measures
from figgen.guard.look.painted_steps import Step
from figgen.guard.look.placement import gap

FREE_FORMS = (PathPatch, Polygon)


def form_of(mark: Mark) -> Hashable:
    """What of a mark can be seen without its colour; equal for two that look the same."""
    artist = mark.artist
    hollow = mark.fill in {None, "paper"}
    match artist:
        case Line2D():
            marker = artist.get_marker() not in {None, "None", "none", ""}
            line = artist.get_linestyle() != "None"
            return (
                (artist.get_linestyle(), round(artist.get_linewidth())) if line else None,
                (artist.get_marker(), round(artist.get_markersize() / 3), hollow)
                if marker
                else None,
            )
        case Patch():
            # How many corners a free form has is the simplest that is to be known of its form.
            form = (
                len(np.asarray(artist.get_path().vertices)) if isinstance(artist, FREE_FORMS) else 0
            )
            return type(artist), form, artist.get_linestyle(), mark.stroke is None, hollow
        case Collection():
            # A text, because some kinds have one style for each of their parts.
            return type(artist), str(artist.get_linestyle()), hollow
    return id(mark)


@measures(COLOUR_ALONE, of=Step)
def told_by_colour(step: Step) -> Findings:
    """The least distance of the colours of two neighbours that look alike."""
    boxed = [layer for layer in step.shown if layer.box is not None]
    texts = [layer for layer in boxed if layer.mark.words]
    things = [layer for layer in boxed if not layer.mark.words]
    groups: dict[Hashable, list[Layer]] = {}
    for layer in things:
        if seen_as(layer.mark) and not _is_a_head(layer):
            groups.setdefault(form_of(layer.mark), []).append(layer)
    for group in groups.values():
        if len({seen_as(layer.mark) for layer in group}) > 1:
            nameless = [one for one in group if not _named(step.layers, one, texts, things)]
            for one, other in combinations(nameless, 2):
                yield from _compared(one, other)


def seen_as(mark: Mark) -> tuple[Role, float] | None:
    """The role that a mark is seen in, and its tint; None if it is a background."""
    if mark.stroke and mark.stroke != "paper":
        return mark.stroke, 1.0
    if mark.fill and mark.fill != "paper" and mark.tint > TINT:
        return mark.fill, mark.tint
    return None


def _is_a_head(layer: Layer) -> bool:
    """Whether it is the head of an arrow whose line, dashed perhaps, is a mark of its own."""
    box = layer.box
    return (
        isinstance(layer.mark.artist, FancyArrowPatch)
        and box is not None
        and float(np.hypot(box.width, box.height)) < BESIDE
    )


def _named(layers: Layers, layer: Layer, texts: Sequence[Layer], things: Sequence[Layer]) -> bool:
    """Whether a text says what it is: its own, one in it, or one beside it in its role."""
    own = layer.mark
    if any(own.artist in artists for _, artists in layers.canvas.named):
        return True
    for text in texts:
        if isinstance(own.artist, Patch) and _holds(layer, text):
            return True
        near = layer.box and text.box and layer.box.padded(BESIDE).overlaps(text.box)
        same = text.mark.letter_role in {own.stroke, own.fill}
        if near and same and text.box and gap(layers, layer, text.box) <= BESIDE:
            return True
    # A bar at the side of a tinted area has the name of the area.
    return any(
        area.mark.fill == own.fill and _holds(area, layer) and any(_holds(area, t) for t in texts)
        for area in things
        if area is not layer and area.mark.fill not in {None, "paper"}
    )


def _holds(area: Layer, layer: Layer) -> bool:
    """Whether the middle of one layer is in the box of another."""
    return bool(area.box and layer.middle and area.box.contains(*layer.middle))


def _compared(one: Layer, other: Layer) -> Findings:
    first, second = seen_as(one.mark), seen_as(other.mark)
    near = one.box and other.box and one.box.padded(NEIGHBOURS).overlaps(other.box)
    if not (first and second and near) or first[0] == second[0]:
        return
    for theme in THEMES.values():
        distance, vision = _least(*sorted((theme.colour(*first), theme.colour(*second))))
        if distance < COLOUR_ALONE.limit:
            what = " and ".join(sorted({name_of(one.mark), name_of(other.mark)}))
            says = f"are {distance:.1f} apart in {vision}, and alike"
            where = other.middle
            yield COLOUR_ALONE.broken(what, says, distance, theme=theme.name, where=where)


@cache
def _least(one: str, other: str) -> tuple[float, str]:
    """The least distance for any eye, and which."""
    return min((difference(lab(one, vision), lab(other, vision)), vision) for vision in VISIONS)
