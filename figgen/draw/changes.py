"""What changed between two scenes, in words for a reviewer.

With the same versions of matplotlib every difference of the texts is a change. With another one
the places that come from measured text may differ by a hair, and only they: see `Tolerance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TypeVar

import numpy as np

from figgen.core import Array

T = TypeVar("T")

MARKS = ("line", "text", "patch", "collection")
PAGE = "0"
"""The axes whose unit is an inch."""


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may be apart that are not a change.

    Attributes:
        inches: Of a place on the page.
        share: Of a place in other axes, relative to their range.
        digits: Of a claimed number, relative to it.
    """

    inches: float
    share: float
    digits: float


EXACT = Tolerance(0.0, 0.0, 0.0)
OTHER_VERSION = Tolerance(inches=0.05, share=1e-4, digits=1e-6)


@dataclass(frozen=True)
class Change:
    """One difference between two scenes.

    Attributes:
        steps: The steps in which it shows; none if it shows in no picture.
        words: What changed, for a reviewer.
        size: How much it matters: what is gone or new is 10, a move as far as it goes in inches.
    """

    steps: tuple[int, ...]
    words: str
    size: float

    def __str__(self) -> str:
        if not self.steps:
            return self.words
        noun = "step" if len(self.steps) == 1 else "steps"
        return f"{noun} {', '.join(map(str, self.steps))}: {self.words}"


@dataclass(frozen=True)
class Block:
    """One block of a scene.

    Attributes:
        kind: Its first word.
        title: The rest of its first line.
        lines: Its properties, as they stand there.
    """

    kind: str
    title: str
    lines: tuple[str, ...]

    @cached_property
    def values(self) -> dict[str, str]:
        """Its properties by their names."""
        return {key: value for key, _, value in (line.partition(" ") for line in self.lines)}

    def get(self, key: str, usual: str = "") -> str:
        """A property, or what it is as a rule."""
        return self.values.get(key, usual)

    @property
    def name(self) -> str:
        """What the author of a mark calls it; may be empty."""
        return self.get("name") if self.kind == "text" else self.title

    @property
    def axes(self) -> str:
        """The number of its axes."""
        return self.get("axes", PAGE)

    @cached_property
    def points(self) -> Array:
        """The places that are written out, shape (n, 2)."""
        text = self.get("at") or self.get("points")
        pairs = [place.split(",") for place in text.split()]
        return np.array(pairs, dtype=np.float64).reshape(-1, 2)

    @property
    def called(self) -> str:
        """What a reviewer calls it."""
        if self.kind == "text":
            return f"label `{self.title}`"
        if self.title:
            return self.title
        role = self.get("stroke") or self.get("fill")
        x, y = self.points.mean(axis=0).round(6) + 0.0 if len(self.points) else (np.nan, np.nan)
        return f"the {role} {self.kind} around ({x:.3g}, {y:.3g})"


def read_blocks(scene: str) -> list[Block]:
    """The blocks of a scene."""
    blocks = []
    for text in scene.split("\n\n"):
        first, *lines = text.rstrip("\n").split("\n")
        kind, _, title = first.partition(" ")
        if kind:
            blocks.append(Block(kind, title, tuple(line.removeprefix("  ") for line in lines)))
    return blocks


def changes(before: str, after: str, *, exact: bool = True) -> list[Change]:
    """What changed from one scene to another, the largest first.

    Args:
        before: A scene.
        after: Another one.
        exact: Whether both were made by the same versions, so that every difference counts.

    Returns:
        The changes; none if there are none.
    """
    if before == after:
        return []
    comparison = _Comparison(before, after, EXACT if exact else OTHER_VERSION)
    found = sorted(comparison.changes(), key=lambda change: -change.size)
    if exact and not found:
        found = [Change((), "the text of the scene differs, in its order or its blanks", 0.0)]
    return found


class _Comparison:
    """Two scenes, side by side."""

    def __init__(self, before: str, after: str, tolerance: Tolerance) -> None:
        self.before, self.after = read_blocks(before), read_blocks(after)
        self.tolerance = tolerance
        self.last = max(
            int(block.get("steps", "1"))
            for block in (*self.before, *self.after)
            if block.kind == "canvas"
        )
        self.axes = {block.title: block for block in self.before if block.kind == "axes"}

    def changes(self) -> Iterator[Change]:
        yield from self._canvas()
        yield from self._axes()
        yield from self._marks()
        yield from self._claims()
        yield from self._sentences()
        yield from self._sources()

    def _both(self, *kinds: str) -> tuple[list[Block], list[Block]]:
        one, other = (
            [block for block in blocks if block.kind in kinds]
            for blocks in (self.before, self.after)
        )
        return one, other

    def _all_steps(self) -> tuple[int, ...]:
        return tuple(range(1, self.last + 1))

    def _steps(self, *blocks: Block) -> tuple[int, ...]:
        """The steps in which any of some blocks shows."""
        shown = set()
        for block in blocks:
            first, last = _span(block)
            shown |= set(range(first, (last or self.last) + 1))
        return tuple(sorted(shown))

    # The canvas and its axes

    def _canvas(self) -> Iterator[Change]:
        for one, other in zip(*self._both("canvas"), strict=True):
            if one.title != other.title:
                yield Change(self._all_steps(), f"slot {one.title} became {other.title}", 10)
            for key in _keys(one, other):
                if one.get(key) != other.get(key):
                    words = f"{key} of the canvas: {one.get(key)} became {other.get(key)}"
                    yield Change(self._all_steps(), words, 10)

    def _axes(self) -> Iterator[Change]:
        ones, others = self._both("axes")
        for one, other in zip(ones, others, strict=False):
            yield from self._one_axes(one, other)
        for gone in ones[len(others) :]:
            yield Change(self._all_steps(), f"axes {gone.title} are gone", 10)
        for new in others[len(ones) :]:
            yield Change(self._all_steps(), f"axes {new.title} are new", 10)

    def _one_axes(self, one: Block, other: Block) -> Iterator[Change]:
        for key, words in (("at", "place in inches"), ("x", "range of x"), ("y", "range of y")):
            ends = _numbers(one.get(key))
            off = float(np.abs(ends - _numbers(other.get(key))).max())
            size = 1.0 if key == "at" else float(np.ptp(ends))
            limit = self.tolerance.inches if key == "at" else self.tolerance.share * size
            if off > limit:
                told = f"axes {one.title}: {words} {one.get(key)} became {other.get(key)}"
                yield Change(self._all_steps(), told, 5 + off / size)
        for key in ("xscale", "yscale"):
            if one.get(key) != other.get(key):
                a, b = one.get(key, "linear"), other.get(key, "linear")
                yield Change(self._all_steps(), f"axes {one.title}: {key} {a} became {b}", 9)

    # Marks

    def _marks(self) -> Iterator[Change]:
        ones, others = self._both(*MARKS)
        pairs = _pairs(ones, others, self._same_mark, _identical, _likeness)
        matched_before, matched_after = {i for i, _ in pairs}, {j for _, j in pairs}
        for i, one in enumerate(ones):
            if i not in matched_before:
                yield Change(self._steps(one), f"{one.called} is missing", 10)
        for j, other in enumerate(others):
            if j not in matched_after:
                yield Change(self._steps(other), f"{other.called} is new", 10)
        for i, j in pairs:
            yield from self._one_mark(ones[i], others[j])
        yield from self._order([(ones[i], others[j], j) for i, j in sorted(pairs)])

    def _order(self, pairs: Sequence[tuple[Block, Block, int]]) -> Iterator[Change]:
        """Of marks at the same height, the later one covers the other."""
        kept = set(_rising([place for *_, place in pairs]))
        for number, (one, other, _) in enumerate(pairs):
            if number not in kept:
                words = f"{one.called} is drawn at another place in the order"
                yield Change(self._steps(one, other), words, 2)

    def _same_mark(self, one: Block, other: Block) -> bool:
        if one.kind != other.kind or one.title != other.title:
            return False
        return one.lines == other.lines or not next(self._one_mark(one, other), None)

    def _one_mark(self, one: Block, other: Block) -> Iterator[Change]:
        """What is different about a mark."""
        if one == other:
            return
        steps = self._steps(one, other)
        called = other.called if one.kind == "text" else one.called
        if one.title != other.title:
            yield Change(steps, _renamed(one, other), 8)
        if one.get("steps") != other.get("steps"):
            yield from self._step_changes(one, other, called)
        if one.axes != other.axes:
            yield Change(steps, f"{called} is in axes {other.axes}, was in {one.axes}", 9)
        for key in _keys(one, other):
            if key not in _OWN and one.get(key) != other.get(key):
                words, size = _WORDS.get(key, (f"{{called}}: {key} {{a}} became {{b}}", 3))
                a, b = (block.get(key) or _USUAL.get(key, "none") for block in (one, other))
                yield Change(steps, words.format(called=called, a=a, b=b), size)
        if one.axes == other.axes:
            yield from self._moved(one, other, called, steps)

    def _step_changes(self, one: Block, other: Block, called: str) -> Iterator[Change]:
        (first, last), (new_first, new_last) = _span(one), _span(other)
        before, after = set(self._steps(one)), set(self._steps(other))
        words = []
        if first != new_first:
            words.append(f"appears in step {new_first}, not {first}")
        if last != new_last:
            a, b = (f"to step {end}" if end else "to the end" for end in (last, new_last))
            words.append(f"shows {b}, not {a}")
        steps = tuple(sorted(before ^ after))
        yield Change(steps, f"{called} {' and '.join(words)}", 9)

    def _moved(
        self, one: Block, other: Block, called: str, steps: tuple[int, ...]
    ) -> Iterator[Change]:
        for key in ("count", "paths"):
            if one.get(key) != other.get(key):
                a, b = one.get(key, "few"), other.get(key, "few")
                yield Change(steps, f"{called} has {b} {_COUNTED[key]}, had {a}", 4)
        per_inch = self._per_inch(one.axes)
        limit = self._limit(one.axes)
        if one.points.shape == other.points.shape:
            apart = np.nan_to_num(np.abs(one.points - other.points), nan=0.0)
            appeared = np.isnan(one.points) != np.isnan(other.points)
            apart[appeared] = np.inf
            if (apart > limit).any():
                yield self._move(one, other, called, steps)
                return
        elif one.get("count") == other.get("count"):
            yield Change(steps, f"{called} has another number of points", 4)
            return
        for key in ("box", "mean", "offsets"):
            if one.get(key) == other.get(key):
                continue
            places, moved = (_places(block.get(key)) for block in (one, other))
            alike = places.shape == moved.shape
            if not alike or (np.abs(places - moved) > limit).any():
                off = float((np.abs(places - moved) / per_inch).max()) if alike else 1.0
                words = f"{called}: its {_EXTENT[key]} {one.get(key)} became {other.get(key)}"
                yield Change(steps, words, 1 + off)
                return
        if self.tolerance is EXACT and one.get("digest") != other.get("digest"):
            words = f"{called} differs between the points that are written out, or by less"
            yield Change(steps, words, 0.5)

    def _move(self, one: Block, other: Block, called: str, steps: tuple[int, ...]) -> Change:
        """How far a mark moved, in the units of its axes."""
        shift = other.points - one.points
        unit = " inches" if one.axes == PAGE else ""
        inches = float(np.nanmax(np.hypot(*(shift / self._per_inch(one.axes)).T)))
        size = 1 + min(inches, 8.0)
        if np.abs(shift - shift[0]).max() <= 2 * self._limit(one.axes).max() + 1e-9:
            dx, dy = (f"{value:.3g}" for value in shift[0])
            x, y = (f"{value:.4g}" for value in other.points[0])
            where = f"to ({x}, {y})" if one.kind == "text" else "as a whole"
            return Change(steps, f"{called} moved by ({dx}, {dy}){unit} {where}", size)
        if np.allclose(one.points[::-1], other.points):
            return Change(steps, f"{called} is reversed", 8)
        apart = np.hypot(*shift.T)
        worst = int(np.nanargmax(apart))
        if one.kind == "line" and np.array_equal(one.points[:, 0], other.points[:, 0]):
            where = f"x = {one.points[worst][0]:.4g}"
        else:
            where = "({:.4g}, {:.4g})".format(*one.points[worst])
        return Change(steps, f"{called} moved by up to {apart[worst]:.2g}{unit} at {where}", size)

    def _per_inch(self, axes: str) -> Array:
        """Units of x and y in an inch of some axes."""
        block = self.axes.get(axes)
        if block is None or axes == PAGE:
            return np.ones(2)
        _, _, width, height = _numbers(block.get("at"))
        ranges = np.array([np.ptp(_numbers(block.get(key))) for key in "xy"])
        return np.asarray(ranges / (width, height))

    def _limit(self, axes: str) -> Array:
        """How far a place may be off in x and y."""
        if axes == PAGE or axes not in self.axes:
            return np.full(2, self.tolerance.inches)
        ranges = [np.ptp(_numbers(self.axes[axes].get(key))) for key in "xy"]
        return self.tolerance.share * np.array(ranges)

    # What is not drawn

    def _claims(self) -> Iterator[Change]:
        yield from self._told("claim", self._same_claim, _claim_words, 3)

    def _same_claim(self, one: Block, other: Block) -> bool:
        if one.title != other.title:
            return False
        for key in _keys(one, other):
            a, b = one.get(key), other.get(key)
            if key == "digest" and self.tolerance is not EXACT:
                continue
            if key == "drawn" and a != b:
                x, y = _numbers(a), _numbers(b)
                size = max(float(np.abs(x).max()), float(one.get("within")))
                if x.shape == y.shape and (np.abs(x - y) <= self.tolerance.digits * size).all():
                    continue
            if a != b:
                return False
        return True

    def _sentences(self) -> Iterator[Change]:
        yield from self._told("sentence", lambda one, other: one == other, _sentence_words, 2)

    def _told(
        self,
        kind: str,
        same: Callable[[Block, Block], bool],
        words: Callable[[Block, Block], str],
        size: float,
    ) -> Iterator[Change]:
        """Changes of blocks that are words."""
        called = {"claim": "claim", "sentence": "alt text"}[kind]
        ones, others = self._both(kind)
        pairs = _pairs(ones, others, same, lambda a, b: a.title == b.title, _alike)
        steps = {"claim": lambda *_: (), "sentence": self._steps}[kind]
        for i, one in enumerate(ones):
            if i not in {i for i, _ in pairs}:
                yield Change(steps(one), f"{called} is missing: {one.title}", size)
        for j, other in enumerate(others):
            if j not in {j for _, j in pairs}:
                yield Change(steps(other), f"{called} is new: {other.title}", size)
        for i, j in pairs:
            if not same(ones[i], others[j]):
                told = f"{called}: {words(ones[i], others[j])}"
                yield Change(steps(ones[i], others[j]), told, size)

    def _sources(self) -> Iterator[Change]:
        ones, others = ({block.title: block for block in part} for part in self._both("source"))
        for kind in {**ones, **others}:
            if kind not in others:
                yield Change((), f"there is no {kind} any more", 3)
            elif kind not in ones:
                yield Change((), f"there is {kind} now", 3)
            elif not self._same_source(ones[kind], others[kind]):
                yield Change((), _source_words(ones[kind], others[kind]), 3)

    def _same_source(self, one: Block, other: Block) -> bool:
        if one == other or self.tolerance is EXACT:
            return one == other
        return _like_numbers(one.lines, other.lines, self.tolerance.inches)


_OWN = {
    "steps",
    "axes",
    "name",
    "at",
    "points",
    "count",
    "digest",
    "box",
    "mean",
    "offsets",
    "paths",
}
"""Properties of a mark that are compared in a way of their own."""

_USUAL = {"dash": "solid", "weight": "regular", "slant": "normal", "alpha": "1", "rotation": "0"}
"""What a property is that is left out."""

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


def _span(block: Block) -> tuple[int, int | None]:
    first, _, last = block.get("steps", "1 on").partition(" ")
    return int(first), int(last.removeprefix("to ")) if last.startswith("to ") else None


def _keys(one: Block, other: Block) -> list[str]:
    return list({**one.values, **other.values})


def _numbers(text: str) -> Array:
    return np.array(text.split(), dtype=np.float64)


def _places(text: str) -> Array:
    return np.array([place.split(",") for place in text.split()], dtype=np.float64)


# Words


def _renamed(one: Block, other: Block) -> str:
    if one.kind == "text":
        return f"label `{one.title}` became `{other.title}`"
    for arrow in (" → ", " ← "):
        tail, found, head = one.title.removeprefix("edge ").partition(arrow)
        if found and other.title == f"edge {head}{arrow}{tail}":
            return f"{one.title} is reversed"
    return f"{one.called} became {other.called}"


def _claim_words(one: Block, other: Block) -> str:
    if one.title != other.title:
        return f"`{one.title}` became `{other.title}`"
    told = [
        f"{key} {_short(one.get(key))} became {_short(other.get(key))}"
        for key in _keys(one, other)
        if one.get(key) != other.get(key)
    ]
    return f"{one.title}: {'; '.join(told)}"


def _sentence_words(one: Block, other: Block) -> str:
    if one.title != other.title:
        return f"`{one.title}` became `{other.title}`"
    return f"`{one.title}` is said in steps {other.get('steps')}, was in {one.get('steps')}"


def _source_words(one: Block, other: Block) -> str:
    before, after = (set(block.lines) for block in (one, other))
    gone = [line.removeprefix("| ").strip() for line in one.lines if line not in after]
    new = [line.removeprefix("| ").strip() for line in other.lines if line not in before]
    told = "; ".join(f"`{_short(line)}`" for line in gone) or "nothing"
    return (
        f"{one.title}: {told} became {'; '.join(f'`{_short(line)}`' for line in new) or 'nothing'}"
    )


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _like_numbers(one: Sequence[str], other: Sequence[str], limit: float) -> bool:
    """Whether lines are the same but for numbers that are nearly the same."""
    if len(one) != len(other):
        return False
    for a, b in zip(one, other, strict=True):
        words = (a.replace("=", " = ").split(), b.replace("=", " = ").split())
        if len(words[0]) != len(words[1]):
            return False
        if not all(x == y or _near(x, y, limit) for x, y in zip(*words, strict=True)):
            return False
    return True


def _near(one: str, other: str, limit: float) -> bool:
    try:
        return abs(float(one.strip('"];,')) - float(other.strip('"];,'))) <= limit
    except ValueError:
        return False


# Which block of one scene is which of the other


def _identical(one: Block, other: Block) -> bool:
    """Whether both are meant to be the same thing, wherever and however it is drawn."""
    keys = ("axes", "steps") if not one.title else ("axes",)
    return (
        one.kind == other.kind
        and one.title == other.title
        and one.name == other.name
        and all(one.get(key) == other.get(key) for key in keys)
    )


LEAST_LIKENESS = 5.0
"""Below it one mark is gone and another is new."""


def _likeness(one: Block, other: Block) -> float:
    """How much two marks have in common."""
    if one.kind != other.kind:
        return 0.0
    score = 4 * SequenceMatcher(None, one.title, other.title).ratio() if one.title else 0.0
    for key, weight in (("steps", 1), ("stroke", 1), ("fill", 1), ("size", 0.5), ("width", 0.5),
                        ("digest", 2), ("axes", 1), ("count", 1)):  # fmt: skip
        score += weight * (one.get(key) == other.get(key))
    if one.axes == other.axes and len(one.points) == len(other.points) > 0:
        low, high = np.nanmin(one.points, axis=0), np.nanmax(one.points, axis=0)
        reach = float(np.abs(high - low).max()) + 0.3
        apart = float(np.nan_to_num(np.abs(one.points - other.points)).max())
        score += 4 * max(0.0, 1 - apart / reach)
    return score


def _alike(one: Block, other: Block) -> float:
    """How much two titles have in common, from 0 to 10."""
    return 10 * SequenceMatcher(None, one.title, other.title).ratio()


def _pairs(
    ones: Sequence[T],
    others: Sequence[T],
    same: Callable[[T, T], bool],
    identical: Callable[[T, T], bool],
    likeness: Callable[[T, T], float],
) -> list[tuple[int, int]]:
    """Which of some things is which of others: the same ones first, then the most alike."""
    pairs: list[tuple[int, int]] = []

    def left() -> tuple[list[int], list[int]]:
        return (
            [i for i in range(len(ones)) if i not in {i for i, _ in pairs}],
            [j for j in range(len(others)) if j not in {j for _, j in pairs}],
        )

    for rule in (same, identical):
        rows, columns = left()
        pairs += [
            (rows[i], columns[j])
            for i, j in _in_order([ones[i] for i in rows], [others[j] for j in columns], rule)
        ]
        # What is the same but at another place in the order.
        rows, columns = left()
        for i in rows:
            found = next((j for j in columns if rule(ones[i], others[j])), None)
            if found is not None:
                pairs.append((i, found))
                columns.remove(found)
    rows, columns = left()
    scores = [(likeness(ones[i], others[j]), i, j) for i in rows for j in columns]
    for score, i, j in sorted(scores, key=lambda each: -each[0]):
        free = i in rows and j in columns
        if free and score >= LEAST_LIKENESS:
            pairs.append((i, j))
            rows.remove(i)
            columns.remove(j)
    return pairs


def _in_order(
    ones: Sequence[T], others: Sequence[T], same: Callable[[T, T], bool]
) -> list[tuple[int, int]]:
    """The longest common subsequence of two, as pairs of places."""
    lengths = np.zeros((len(ones) + 1, len(others) + 1), dtype=int)
    equal = np.zeros((len(ones), len(others)), dtype=bool)
    for i in reversed(range(len(ones))):
        for j in reversed(range(len(others))):
            equal[i, j] = same(ones[i], others[j])
            longest = max(lengths[i + 1, j], lengths[i, j + 1])
            lengths[i, j] = lengths[i + 1, j + 1] + 1 if equal[i, j] else longest
    pairs, i, j = [], 0, 0
    while i < len(ones) and j < len(others):
        if equal[i, j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1, j] >= lengths[i, j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _rising(places: Sequence[int]) -> list[int]:
    """The indices of a longest rising subsequence."""
    return [i for i, _ in _in_order(places, sorted(places), lambda a, b: a == b)]
