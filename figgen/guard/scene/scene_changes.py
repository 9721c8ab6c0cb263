"""What changed between two scenes, in words for a reviewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from figgen.guard.scene.mark_changes import mark_changes
from figgen.guard.scene.mark_matching import pairs, title_likeness
from figgen.guard.scene.scene_pair import Change, ScenePair, measured_texts
from figgen.guard.scene.scene_reader import Block, keys, numbers

__all__ = ["Change", "changes"]


def changes(before: str, after: str, *, exact: bool = True) -> list[Change]:
    """What changed from one scene or text of the themes to another, the largest first.

    Args:
        before: A scene, or the text of the themes.
        after: Another one.
        exact: Whether every difference counts. If not, another version of matplotlib may have made
            one of them: what `ScenePair` says of it is no change.

    Returns:
        The changes; none if there are none.
    """
    if before == after:
        return []
    pair = ScenePair(before, after, exact=exact)
    parts = (_themes, _canvas, _axes, mark_changes, _measured, _claims, _sentences, _sources)
    found = [change for part in parts for change in part(pair)]
    if exact and not found:
        found = [Change((), "the text of the scene differs, but nothing in it", 0)]
    return sorted(found, key=lambda change: -change.size)


def _themes(pair: ScenePair) -> Iterator[Change]:
    before, after = ({block.title: block for block in part} for part in pair.both("theme"))
    nothing = Block("theme", "", ())
    for name in {**before, **after}:
        one, other = before.get(name, nothing), after.get(name, nothing)
        for role in keys(one, other):
            a, b = one.get(role, "nothing"), other.get(role, "nothing")
            if a != b:
                yield Change((), f"theme {name}: {role} {a} became {b}", 7)


def _canvas(pair: ScenePair) -> Iterator[Change]:
    for one, other in zip(*pair.both("canvas"), strict=True):
        if one.title != other.title:
            yield Change(pair.every_step, f"slot {one.title} became {other.title}", 10)
        if one.get("steps") != other.get("steps"):
            words = f"it has {other.get('steps')} steps, had {one.get('steps')}"
            yield Change(pair.every_step, words, 10)


def _axes(pair: ScenePair) -> Iterator[Change]:
    ones, others = pair.both("axes")
    for one, other in zip(ones, others, strict=False):
        for key in keys(one, other):
            a, b = (block.get(key, "linear") for block in (one, other))
            limit = pair.inches if key == "at" else 0.0
            if a != b and ("scale" in key or np.abs(numbers(a) - numbers(b)).max() > limit):
                words = f"axes {one.title}: {_AXES[key]} {a} became {b}"
                yield Change(pair.every_step, words, 9)
    for gone in ones[len(others) :]:
        yield Change(pair.every_step, f"axes {gone.title} are missing", 10)
    for new in others[len(ones) :]:
        yield Change(pair.every_step, f"axes {new.title} are new", 10)


_AXES = {
    "at": "place in inches",
    "x": "range of x",
    "y": "range of y",
    "xscale": "scale of x",
    "yscale": "scale of y",
}


def _measured(pair: ScenePair) -> Iterator[Change]:
    """Texts that take up another room: what they say is told elsewhere."""
    if not pair.exact:
        return
    before, after = (
        {words: size for block in blocks for words, size in measured_texts(block)}
        for blocks in pair.both("measured")
    )
    for words in {**before, **after}:
        a, b = (" x ".join(map(str, sizes.get(words, ()))) for sizes in (before, after))
        if a != b:
            points, _, text = words.partition(" ")
            line = (
                f"`{text}` in {points} points measures {b or 'nothing'}, was {a or 'not measured'}"
            )
            yield Change((), line, 0.5)


# What is not drawn


def _claims(pair: ScenePair) -> Iterator[Change]:
    def same(one: Block, other: Block) -> bool:
        return one.title == other.title and not any(
            one.get(key) != other.get(key) and not _same_value(pair, key, one, other)
            for key in keys(one, other)
        )

    ones, others = pair.both("claim")
    yield from _word_changes(
        "claim", ones, others, same, words=_claim_words, steps=lambda *_: (), size=2
    )


def _same_value(pair: ScenePair, key: str, one: Block, other: Block) -> bool:
    """Whether a property of a claim, which is written otherwise, is the same to another version."""
    if pair.exact or key not in {"drawn", "digest"}:
        return False
    a, b = numbers(one.get("drawn")), numbers(other.get("drawn"))
    size = max(float(np.abs(a).max()), float(one.get("within")))
    return a.shape == b.shape and bool((np.abs(a - b) <= pair.digits * size).all())


def _sentences(pair: ScenePair) -> Iterator[Change]:
    ones, others = pair.both("sentence")

    def same(one: Block, other: Block) -> bool:
        return one == other

    yield from _word_changes(
        "alt text", ones, others, same, words=_sentence_words, steps=pair.steps, size=1
    )


def _word_changes(
    called: str,
    ones: Sequence[Block],
    others: Sequence[Block],
    same: Callable[[Block, Block], bool],
    *,
    words: Callable[[Block, Block], str],
    steps: Callable[..., tuple[int, ...]],
    size: float,
) -> Iterator[Change]:
    """Changes of blocks that are words."""
    found = pairs(ones, others, same, lambda a, b: a.title == b.title, title_likeness)
    for i in sorted(set(range(len(ones))) - {i for i, _ in found}):
        yield Change(steps(ones[i]), f"{called} is missing: {ones[i].title}", size)
    for j in sorted(set(range(len(others))) - {j for _, j in found}):
        yield Change(steps(others[j]), f"{called} is new: {others[j].title}", size)
    for i, j in found:
        if not same(ones[i], others[j]):
            line = f"{called}: {words(ones[i], others[j])}"
            yield Change(steps(ones[i], others[j]), line, size)


def _claim_words(one: Block, other: Block) -> str:
    if one.title != other.title:
        return f"`{one.title}` became `{other.title}`"
    differ = [key for key in keys(one, other) if one.get(key) != other.get(key)]
    line = [
        f"{key} {_short(one.get(key))} became {_short(other.get(key))}"
        for key in differ
        if key != "digest" or differ == ["digest"]
    ]
    return f"{one.title}: {'; '.join(line)}"


def _sentence_words(one: Block, other: Block) -> str:
    if one.title != other.title:
        return f"`{one.title}` became `{other.title}`"
    return f"`{one.title}` is said in step {other.get('steps')}, was in {one.get('steps')}"


def _sources(pair: ScenePair) -> Iterator[Change]:
    ones, others = ({block.title: block for block in part} for part in pair.both("source"))
    for kind in {**ones, **others}:
        if kind not in others:
            yield Change((), f"the {kind} is missing", 3)
        elif kind not in ones:
            yield Change((), f"the {kind} is new", 3)
        elif not _same_source(ones[kind], others[kind], pair.inches):
            yield Change((), _source_words(ones[kind], others[kind]), 3)


def _source_words(one: Block, other: Block) -> str:
    gone, new = (
        "; ".join(
            f"`{_short(line.removeprefix('|').strip())}`"
            for line in block.lines
            if line not in than.lines
        )
        for block, than in ((one, other), (other, one))
    )
    return f"the {one.title}: {gone or 'nothing'} became {new or 'nothing'}"


def _short(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


_SIZE = re.compile(r"\b(height|width|nodesep|ranksep)=([\d.]+)")
"""A length in a DOT source, which comes from the size of a text."""


def _same_source(one: Block, other: Block, inches: float) -> bool:
    """Whether a source is the same, but for the lengths in it."""
    a, b = ("\n".join(block.lines) for block in (one, other))
    if one.title != "dot" or not inches:
        return a == b
    lengths = [np.array([float(n) for _, n in _SIZE.findall(text)]) for text in (a, b)]
    same = _SIZE.sub(r"\1", a) == _SIZE.sub(r"\1", b)
    return same and bool((np.abs(lengths[0] - lengths[1]) <= inches).all())
