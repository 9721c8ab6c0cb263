"""The mathematics of a graph: formulas and the chain rule in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from figgen.core.errors import InputError
from figgen.core.graph import Edge, Graph, Local, Node
from figgen.core.ops import CALL, NAME, OPS, PRODUCT, exactly, with_shape
from figgen.core.printed_numbers import MINUS

Style: TypeAlias = Literal["formula", "symbols", "words"]

MAX_FORMULA = 4000
"""Characters beyond which a formula is of no help to anybody."""

MAX_PATHS = 24
"""Paths beyond which a chain rule that is written out is not, either."""

LAMBDA = OPS["sum"].notation.symbol


@dataclass(frozen=True)
class Piece:
    """A part of a formula.

    Attributes:
        text: In LaTeX or in words.
        binds: How tightly it holds together.
    """

    text: str
    binds: int = NAME


def expression(graph: Graph, node: str | None = None, *, symbols: bool = False) -> str:
    r"""The nested LaTeX of a node's formula, down to the inputs: ``\Lambda(\sigma(X \cdot W))``.

    Args:
        graph: The graph.
        node: The name of the node; by default the output.
        symbols: Write every operation by its symbol: ``\Lambda(\sigma(\gamma(X, W)))``.

    Raises:
        InputError: If there is no such node, or the formula is longer than `MAX_FORMULA`.
    """
    target = graph.output if node is None else graph[node]
    return pieces(graph, "symbols" if symbols else "formula", target)[target.name].text


def equations(graph: Graph, *, symbols: bool = False, shapes: bool = False) -> tuple[str, ...]:
    r"""The forward pass step by step in LaTeX: ``N = X \cdot W``, ``S = \sigma(N)`` ...

    There is one equation for the output and one for every other value that the author named;
    what has no name is nested in them.

    Args:
        graph: The graph.
        symbols: Write every operation by its symbol: ``N = \gamma(X, W)``.
        shapes: Write the shape of every vector and matrix as its subscript.

    Raises:
        InputError: If a formula is longer than `MAX_FORMULA`.
    """
    steps = named_steps(graph)
    style: Style = "symbols" if symbols else "formula"
    right = pieces(graph, style, graph.output, stops=steps, shapes=shapes)
    return tuple(f"{label(step, style, shapes).text} = {right[step.name].text}" for step in steps)


def named_steps(graph: Graph) -> list[Node]:
    """The operations that the author named, and the output."""
    return [node for node in graph.nodes if node.op and (node.named or node is graph.output)]


def pieces(
    graph: Graph,
    style: Style,
    target: Node,
    stops: Sequence[Node] = (),
    *,
    shapes: bool = False,
) -> dict[str, Piece]:
    """The formula of every node that ``target`` depends on, by the node's name.

    Args:
        graph: The graph.
        style: LaTeX as one writes it, LaTeX with a symbol for every operation, or words.
        target: Where to stop.
        stops: Nodes that others speak of by name; inputs and constants are so in any case.
        shapes: Whether a name carries its shape.

    Raises:
        InputError: If one of them is longer than `MAX_FORMULA`.
    """
    needed = {target.name}
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(operand.name for operand in node.inputs)
    by_name = {node.name for node in stops}

    formulas: dict[str, Piece] = {}
    for node in graph.nodes:
        if node.name in needed:
            operands = [
                label(operand, style, shapes) if operand.name in by_name else formulas[operand.name]
                for operand in node.inputs
            ]
            formulas[node.name] = (
                composed(node, style, operands) if node.op else label(node, style, shapes)
            )
    return formulas


def label(node: Node, style: Style, shapes: bool = False) -> Piece:
    """A node as others speak of it: its name, or the number if it is a constant."""
    text = node.latex
    if style == "words":
        is_number = node.kind == "constant" and not node.shape
        text = exactly(float(node.value)) if is_number else node.name
    elif shapes:
        text = with_shape(text, node.shape)
    holds = not (text.startswith(("-", MINUS)) or r"\cdot" in text)
    return Piece(text, NAME if holds else PRODUCT)


def composed(node: Node, style: Style, operands: list[Piece]) -> Piece:
    """The formula of an operation on formulas.

    Raises:
        InputError: If it is longer than `MAX_FORMULA`.
    """
    notation = node.operation.notation
    binds = notation.binds
    if style == "symbols":
        template, binds = f"{notation.symbol}({', '.join(('{a}', '{b}')[: len(operands)])})", CALL
    else:
        template = notation.words if style == "words" else notation.formula
    left, right = ("(", ")") if style == "words" else (r"\left(", r"\right)")

    def fitted(place: re.Match[str]) -> str:
        piece = operands["ab".index(place[1])]
        before, after = template[: place.start()], template[place.end() :]
        if before.endswith(("(", "{", ", ")) and after.startswith((")", "}", ",")):
            return piece.text
        if notation.grips:  # (a + b)^3
            loose = piece.binds < NAME
        elif before:  # a - (b - c), a + (-b)
            loose = piece.binds <= binds or piece.text.startswith(("-", MINUS))
        else:
            loose = piece.binds < binds
        return f"{left}{piece.text}{right}" if loose else piece.text

    text = re.sub(r"\{([ab])\}", fitted, template)
    if len(text) > MAX_FORMULA:
        what = f"length of the formula of {node.name}"
        raise InputError(what, len(text), f"{MAX_FORMULA} characters at most; name some steps")
    return Piece(text, binds)


@dataclass(frozen=True, eq=False)
class Factor:
    r"""One derivative of a chain-rule product, evaluated where the forward pass arrived.

    Attributes:
        edge: The edge that it belongs to.
        symbolic: What it is called: ``\frac{d\sigma}{du}(N)``.
        local: What it amounts to: ``\sigma'(N)`` or ``W^{T}``, its numbers, and how the
            factors before it are multiplied by it.
    """

    edge: Edge
    symbolic: str
    local: Local

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the derivative; () where all elements share one number."""
        return self.local.value.shape


@dataclass(frozen=True, eq=False)
class ChainRule:
    r"""The derivative of the output by one node: a product for every path, and their sum.

    Attributes:
        left: What is derived: ``\frac{\partial L}{\partial X}``.
        paths: The factors of each path, from the output back.
        output: The output; if it is not a single number, the derivative is that of its sum.
    """

    left: str
    paths: tuple[tuple[Factor, ...], ...]
    output: Node

    def latex(self, *, worked: bool = False, shapes: bool = False) -> str:
        r"""The right-hand side in LaTeX, the output's factor first.

        Element-wise products of matrices are written ``\odot``, all others ``\cdot``.

        Args:
            worked: Write what the factors amount to, ``W^{T}``, and not what they are called;
                matrix products then stand in the order in which they are computed.
            shapes: Write the shape of every factor as its subscript.

        Raises:
            InputError: If it is longer than `MAX_FORMULA`.
        """
        write = self._worked if worked else self._symbolic
        text = " + ".join(write(path, shapes) for path in self.paths) or "0"
        if len(text) > MAX_FORMULA:
            what, allowed = "length of the chain rule", f"{MAX_FORMULA} characters at most"
            raise InputError(what, len(text), allowed)
        return text

    def _symbolic(self, path: tuple[Factor, ...], shapes: bool) -> str:
        shown = [with_shape(f.symbolic, f.shape if shapes else ()) for f in path]
        return r" \cdot ".join(shown) or "1"

    def _worked(self, path: tuple[Factor, ...], shapes: bool) -> str:
        # The backward pass begins with ones, which only show where nothing absorbs them.
        ones = with_shape(r"\mathbf{1}", self.output.shape if shapes else ())
        absorbs = bool(path) and path[0].local.product == "times" and path[0].shape
        done, sign = "" if absorbs or self.output.value.size == 1 else ones, ""
        for factor in path:
            done, sign = multiplied(done, sign, factor, shapes)
        return done or "1"


def multiplied(done: str, sign: str, factor: Factor, shapes: bool) -> tuple[str, str]:
    """One more factor of a worked product.

    Args:
        done: The product so far.
        sign: The product that holds it together; empty while only numbers are in it.
        factor: The next factor.
        shapes: Whether it carries its shape.

    Returns:
        The longer product, and what holds it together.
    """
    source, target, _ = factor.edge
    text = with_shape(factor.local.latex, factor.shape if shapes else ())
    if text.startswith("-") and done:
        text = rf"\left({text}\right)"
    new: str = factor.local.product
    if new == "times" and 1 in (factor.local.value.size, target.value.size):
        new, times = sign, r"\cdot"  # a number may stand anywhere in a product
    else:
        times = r"\odot" if new == "times" else r"\cdot"
    if "times" in (sign, new) and sign not in ("", new):
        done = rf"\left({done}\right)"
    if not done:
        done = text
    else:
        done = f"{text} {times} {done}" if new == "left" else f"{done} {times} {text}"
    if factor.local.product == "times" and target.value.size > source.value.size:
        # The operand was repeated to fit; the shares of the repetitions add up.
        done, new = f"{with_shape(LAMBDA, source.shape)}({done})", ""
    return done, new


def chain_rule(graph: Graph, node: str, *, nested: bool = False) -> ChainRule:
    """The derivative of the output by a node, as the chain rule has it.

    Args:
        graph: The graph.
        node: The name of the node, most often an input.
        nested: Write where a derivative is evaluated down to the inputs, σ′(X · W), and not
            by name, σ′(N).

    Raises:
        InputError: If there is no such node, or more than `MAX_PATHS` paths lead to it.
    """
    d = r"\partial " if len(graph.inputs) > 1 else "d"
    points = pieces(graph, "formula", graph.output) if nested else None
    paths = tuple(
        tuple(factor(graph, edge, d, points) for edge in path)
        for path in paths_back(graph, graph[node])
    )
    left = rf"\frac{{{d}{graph.output.latex}}}{{{d}{graph[node].latex}}}"
    return ChainRule(left, paths, graph.output)


def factor(graph: Graph, edge: Edge, d: str, points: dict[str, Piece] | None) -> Factor:
    """The factor that an edge adds to the chain rule."""
    operands = edge.target.inputs
    shown = [points[operand.name].text if points else operand.latex for operand in operands]
    by = "u" if len(operands) == 1 else edge.source.latex
    symbol = edge.target.operation.notation.symbol
    symbolic = rf"\frac{{{d}{symbol}}}{{{d}{by}}}({', '.join(shown)})"
    return Factor(edge, symbolic, graph.local(edge.target.name, edge.position))


def paths_back(graph: Graph, start: Node) -> list[tuple[Edge, ...]]:
    """The paths from the output back to ``start``, operands in their order.

    Raises:
        InputError: If there are more than `MAX_PATHS`.
    """
    ways = {start.name: 1}
    for node in graph.nodes:
        if node is not start:
            ways[node.name] = sum(ways[operand.name] for operand in node.inputs)
    count = ways[graph.output.name]
    if count > MAX_PATHS:
        raise InputError(f"number of paths to {start.name}", count, f"{MAX_PATHS} at most")

    paths: list[tuple[Edge, ...]] = []
    open_paths: list[tuple[Node, tuple[Edge, ...]]] = [(graph.output, ())] if count else []
    while open_paths:
        node, path = open_paths.pop()
        if node is start:
            paths.append(path)
            continue
        steps = [Edge(operand, node, position) for position, operand in enumerate(node.inputs)]
        open_paths += [(e.source, (*path, e)) for e in reversed(steps) if ways[e.source.name]]
    return paths
