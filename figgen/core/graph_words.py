"""A graph in words: its forward and its backward pass, for those who do not see the diagram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figgen.core.arrays import Array
from figgen.core.graph import Graph, Node
from figgen.core.graph_latex import named_steps, pieces
from figgen.core.printed_numbers import printed


def describe(graph: Graph, *, every: bool = True, places: int = 3) -> str:
    """The forward pass in plain English, for those who do not see the diagram.

    >>> from figgen.core.trace import trace
    >>> print(describe(trace(lambda x, y: x * y, x=2, y=3)))
    Inputs x = 2 and y = 3. u1 = x × y = 6.

    Args:
        graph: The graph.
        every: Tell every step, or only the output and what the author named.
        places: Decimals of the numbers.

    Raises:
        InputError: If a formula is longer than `MAX_FORMULA`.
    """
    steps = [node for node in graph.nodes if node.op] if every else named_steps(graph)
    formulas = pieces(graph, "words", graph.output, stops=steps)
    constants = [node for node in graph.nodes if node.kind == "constant" and node.shape]
    told = [f"{n.name} = {formulas[n.name].text} = {said(n.value, places)}." for n in steps]
    given = introduced("Input", graph.inputs, places)
    return " ".join([*given, *introduced("Constant", constants, places), *told])


def describe_backward(graph: Graph, *, places: int = 3) -> str:
    """The backward pass in plain English: the gradient by every value, from the output back.

    >>> from figgen.core.trace import trace
    >>> print(describe_backward(trace(lambda x, y: x * y, x=2, y=3)))
    Backward from du1/du1 = 1: du1/dy = 2. du1/dx = 3.

    Args:
        graph: The graph.
        places: Decimals of the numbers.

    Raises:
        InputError: If a gradient is not finite.
    """
    output, gradients = graph.output.name, graph.backward()
    told = {n.name: said(gradients[n.name], places) for n in graph.nodes if n.kind != "constant"}
    first = f"d{output}/d{output} = {told.pop(output)}"
    rest = " ".join(f"d{output}/d{name} = {told[name]}." for name in reversed(told))
    return f"Backward from {first}: {rest}" if rest else f"Backward: {first}."


def introduced(kind: str, nodes: Sequence[Node], places: int) -> list[str]:
    """The sentence that gives the values of inputs or constants, if there are any."""
    parts = [f"{node.name} = {said(node.value, places)}" for node in nodes]
    if len(parts) > 1:
        return [f"{kind}s {', '.join(parts[:-1])} and {parts[-1]}."]
    return [f"{kind} {part}." for part in parts]


MAX_SAID = 12
"""Elements that a listener can follow."""


def said(value: Array, places: int = 3) -> str:
    """A number, vector or matrix in words.

    >>> said(np.array([[1.0, 2.0], [0.5, -3.0]]))
    'the 2 by 2 matrix [1, 2; 0.5, −3]'
    """
    if not value.ndim:
        return printed(float(value), places)
    size = " by ".join(map(str, value.shape))
    kind = f"the {size} matrix" if value.ndim > 1 else f"the vector of {size}"
    if value.size > MAX_SAID:
        low, high = (printed(float(end), places) for end in (value.min(), value.max()))
        return f"{kind} with elements from {low} to {high}"
    rows = [", ".join(printed(float(x), places) for x in row) for row in np.atleast_2d(value)]
    return f"{kind} [{'; '.join(rows)}]"
