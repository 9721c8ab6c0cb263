"""Fingerprints: one digest for all that a definition depends on, and what made it another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from figgen.tracking.dependencies import ROOT, Node


def reached(graph: Mapping[str, Node], start: str) -> set[str]:
    """All nodes that ``start`` depends on, itself and what every figure depends on included."""
    found = {start, ROOT} & graph.keys()
    waiting = [*found]
    while waiting:
        new = {use for use in graph[waiting.pop()].uses if use in graph} - found
        found |= new
        waiting += new
    return found


def dependents(graph: Mapping[str, Node], starts: Iterable[str]) -> set[str]:
    """All nodes that depend on one of ``starts``, themselves included."""
    users: dict[str, list[str]] = {}
    for node, each in graph.items():
        for use in each.uses:
            users.setdefault(use, []).append(node)
    found = set(starts)
    waiting = [*found]
    while waiting:
        new = set(users.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def inputs_of(graph: Mapping[str, Node], start: str, *, text: bool = False) -> dict[str, str]:
    """The digest of every node that ``start`` depends on.

    Args:
        graph: The nodes by their names.
        start: Where to set out.
        text: Whether comments and docstrings count.
    """
    return {node: _counting(graph[node], text=text) for node in sorted(reached(graph, start))}


def _counting(node: Node, *, text: bool) -> str:
    return node.text if text else node.digest


def fingerprints(graph: Mapping[str, Node], *, text: bool = False) -> dict[str, str]:
    """One digest for each node and all that it depends on.

    Nodes that depend on each other get one digest together, and all others build on those of the
    nodes that they use, so that it takes one walk over the graph.
    """
    found: dict[str, str] = {}
    for group in _groups(graph):
        said = [f"{node} {_counting(graph[node], text=text)}" for node in sorted(group)]
        uses = {use for node in group for use in graph[node].uses if use in graph}
        used = {found[use] for use in uses.difference(group)}
        words = "\0".join([*said, "", *sorted(used)])
        whole = blake2b(words.encode(), digest_size=12).hexdigest()
        for node in group:
            found[node] = blake2b(f"{whole} {node}".encode(), digest_size=12).hexdigest()
    return found


def _groups(graph: Mapping[str, Node]) -> Iterator[list[str]]:  # noqa: C901 - one algorithm
    """The strongly connected components, each after those that it uses: Tarjan's algorithm."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waits: set[str] = set()
    for start in graph:
        if start in number:
            continue
        path = [(start, iter(graph[start].uses))]
        while path:
            node, uses = path[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack.append(node)
                waits.add(node)
            for use in uses:
                if use not in graph:
                    continue
                if use not in number:
                    path.append((use, iter(graph[use].uses)))
                    break
                if use in waits:
                    low[node] = min(low[node], number[use])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == number[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                    waits.difference_update(group)
                    yield group


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """The names whose digests differ, those that changed before those that came or went."""
    changed = [name for name in new if name in old and old[name] != new[name]]
    came = [name for name in new if name not in old]
    return [*changed, *came, *(name for name in old if name not in new)]
