"""What changed about the marks of a scene, in words for a reviewer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from figgen.core import Array
from figgen.draw.canvas.marks import ARROW, edge_name
from figgen.guard.scene.mark_matching import identical, likeness, pairs, rising
from figgen.guard.scene.scene_pair import Change, ScenePair
from figgen.guard.scene.scene_reader import PAGE, Block, coordinates, keys, span

MARKS = ("line", "text", "patch", "collection")

_OWN = {
    *("steps", "axes", "name", "at", "points", "count"),
    *("digest", "box", "mean", "offsets", "paths"),
}
"""Properties that are compared in a way of their own."""

_USUAL = {"dash": "solid", "weight": "regular", "slant": "normal", "alpha": "1", "rotation": "0"}
"""The value of a property that a scene leaves out."""

_WORDS: dict[str, tuple[str, float]] = {
    "stroke": ("{called} is {b}, was {a}", 7),
    "fill": ("{called} is filled in {b}, was in {a}", 7),
    "tint": ("{called} has tint {b}, had {a}", 4),
    "size": ("{called}: font size {a} became {b}", 5),
    "width": ("{called}: line width {a} became {b}", 4),
    "dash": ("{called}: dash pattern {a} became {b}", 5),
    "height": ("{called} lies at height {b} over the others, was at {a}", 2),
    "head": ("{called}: arrow head {a} became {b}", 4),
}
"""What is said of a property, and how much it matters."""

_COUNTED = {"count": "points", "paths": "parts"}
_EXTENT = {"box": "extent", "mean": "middle", "offsets": "places"}


def mark_changes(pair: ScenePair) -> Iterator[Change]:
    """Marks that are gone, new, changed, moved, or drawn in another order."""
    ones, others = pair.both(*MARKS)

    def same(one: Block, other: Block) -> bool:
        if one.kind != other.kind or one.title != other.title:
            return False
        return one.lines == other.lines or not next(_of_one(pair, one, other), None)

    found = pairs(ones, others, same, identical, likeness)
    before, after = {i for i, _ in found}, {j for _, j in found}
    for i, one in enumerate(ones):
        if i not in before:
            yield Change(pair.steps(one), f"{one.called} is missing", 10)
    for j, other in enumerate(others):
        if j not in after:
            yield Change(pair.steps(other), f"{other.called} is new", 10)
    for i, j in found:
        yield from _of_one(pair, ones[i], others[j])
    # What is drawn later covers what was drawn before.
    in_order = set(rising([j for _, j in found]))
    for number, (i, j) in enumerate(found):
        if number not in in_order:
            words = f"{others[j].called} is drawn at another place in the order"
            yield Change(pair.steps(ones[i], others[j]), words, 2)


def _of_one(pair: ScenePair, one: Block, other: Block) -> Iterator[Change]:
    """What is different about a mark."""
    steps = pair.steps(one, other)
    called = other.called if one.kind == "text" else one.called
    if one.title != other.title:
        yield Change(steps, _renamed(one, other), 8)
    if one.get("name") != other.get("name"):
        a, b = one.get("name", "nameless"), other.get("name", "nameless")
        yield Change(steps, f"{called} is {b}, was {a}", 6)
    if one.get("steps") != other.get("steps"):
        yield _in_other_steps(pair, one, other, called)
    for key in keys(one, other):
        if key in _OWN or one.get(key) == other.get(key):
            continue
        # Of an arrow the stroke has said it.
        if key == "fill" and all(
            block.get("fill") == block.get("stroke") for block in (one, other)
        ):
            continue
        # A line as tall as what is in it has no number since version 3.11.
        if key == "spacing" and not pair.exact:
            continue
        words, size = _WORDS.get(key, (f"{{called}}: {key} {{a}} became {{b}}", 3))
        a, b = (block.get(key) or _USUAL.get(key, "none") for block in (one, other))
        yield Change(steps, words.format(called=called, a=a, b=b), size)
    if one.axes != other.axes:
        yield Change(steps, f"{called} is in axes {other.axes}, was in {one.axes}", 9)
    else:
        yield from _elsewhere(pair, one, other, called)


def _renamed(one: Block, other: Block) -> str:
    if one.kind == "text":
        return f"label `{one.title}` became `{other.title}`"
    tail, _, head = one.title.removeprefix("edge ").partition(ARROW)
    if head and other.title == edge_name(head, tail):
        return f"{one.title} is reversed"
    return f"{one.called} became {other.called}"


def _in_other_steps(pair: ScenePair, one: Block, other: Block, called: str) -> Change:
    (first, last), (new_first, new_last) = span(one), span(other)
    words = []
    if first != new_first:
        words.append(f"appears in step {new_first}, not {first}")
    if last != new_last:
        a, b = (f"to step {end}" if end else "to the end" for end in (last, new_last))
        words.append(f"shows {b}, not {a}")
    steps = set(pair.steps(one)) ^ set(pair.steps(other))
    return Change(tuple(sorted(steps)), f"{called} {' and '.join(words)}", 9)


def _elsewhere(pair: ScenePair, one: Block, other: Block, called: str) -> Iterator[Change]:
    """Where a mark stands and how its line runs: the first difference tells the others."""
    steps = pair.steps(one, other)
    limit = pair.limit(one.axes)
    for key, noun in _COUNTED.items():
        if one.get(key) != other.get(key):
            a, b = one.get(key, "few"), other.get(key, "few")
            yield Change(steps, f"{called} has {b} {noun}, had {a}", 4)
    if one.points.shape != other.points.shape:
        words = f"{len(other.points)} points, ran through {len(one.points)}"
        yield Change(steps, f"{called} runs through {words}", 4)
        return
    if not _near(one.points, other.points, limit):
        yield _moved(pair, one, other, called)
        return
    for key, noun in _EXTENT.items():
        before, after = coordinates(one.get(key)), coordinates(other.get(key))
        if before.shape != after.shape or not _near(before, after, limit):
            a, b = one.get(key, "nothing"), other.get(key, "nothing")
            words = f"{called}: its {noun} {a} became {b}"
            yield Change(steps, words, 3)
            return
    if pair.exact and one.get("digest") != other.get("digest"):
        words = f"{called} differs by less than what is written out, or between it"
        yield Change(steps, words, 1)


def _near(one: Array, other: Array, limit: Array) -> bool:
    """Whether places are the same but for ``limit``, gaps in a line included."""
    apart = np.abs(one - other)
    gaps = np.isnan(one) & np.isnan(other)
    return bool((gaps | (apart <= limit)).all())


def _moved(pair: ScenePair, one: Block, other: Block, called: str) -> Change:
    """How far a mark moved, in the units of its axes."""
    steps = pair.steps(one, other)
    if (np.isnan(one.points) != np.isnan(other.points)).any():
        return Change(steps, f"{called} has a gap where it had none, or none where it had one", 6)
    shift = np.nan_to_num(other.points - one.points)
    apart = np.hypot(*shift.T)
    inches = float(np.hypot(*(shift / pair.per_inch(one.axes)).T).max())
    size = 3 + min(inches, 4.0)
    unit = " inches" if one.axes == PAGE else ""
    worst = int(np.argmax(apart))
    if len(shift) > 1 and np.allclose(one.points[::-1], other.points):
        return Change(steps, f"{called} is reversed", 8)
    if np.abs(shift - shift[0]).max() <= 1e-3 * apart[worst]:
        dx, dy = (f"{value:.3g}" for value in shift[0])
        x, y = (f"{value:.4g}" for value in other.points[0])
        where = f" to ({x}, {y})" if len(shift) == 1 else ""
        return Change(steps, f"{called} moved by ({dx}, {dy}){unit}{where}", size)
    x, y = (f"{value:.4g}" for value in one.points[worst])
    upright = one.kind == "line" and not shift[:, 0].any()
    where = f"x = {x}" if upright else f"({x}, {y})"
    return Change(steps, f"{called} moved by up to {apart[worst]:.2g}{unit} at {where}", size)
