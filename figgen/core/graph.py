"""Computational graphs: the forward pass, the backward pass, and the claims about both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from figgen.core.arrays import Array, input_value
from figgen.core.claims import Claim
from figgen.core.errors import InputError
from figgen.core.measured_derivatives import measured_share, share_one_by_one
from figgen.core.ops import Op, Product, fill, typeset_name, typeset_number


@dataclass(frozen=True, eq=False)
class Node:
    """One value of a graph and how it came about.

    Attributes:
        name: Unique in its graph: given by the author, or a letter and a count.
        kind: An input, a constant, or the output of an operation.
        op: The operation, if it is the output of one.
        inputs: The operands of the operation, in their order; one that is used twice is there
            twice.
        value: The value that the forward pass computed; read-only.
        named: Whether the author named it.
    """

    name: str
    kind: Literal["input", "constant", "operation"]
    op: Op | None
    inputs: tuple[Node, ...] = field(repr=False)
    value: Array
    named: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value: () for a number."""
        return self.value.shape

    @property
    def latex(self) -> str:
        """The LaTeX of the name, or of the number if it is a constant."""
        if self.kind == "constant" and not self.shape:
            return typeset_number(float(self.value))
        return typeset_name(self.name)

    @property
    def operation(self) -> Op:
        """The operation that computes this node.

        Raises:
            InputError: If it is an input or a constant.
        """
        if self.op is None:
            raise InputError(f"operation of {self.name}", None, "one, but it is no operation")
        return self.op

    def local(self, position: int) -> Array:
        """The local derivative by the operand at ``position``; one number if all share it."""
        operands = tuple(operand.value for operand in self.inputs)
        return self.operation.local(position, self.value, operands)

    def pull(self, position: int, upstream: Array) -> Array:
        """The share of the operand at ``position`` in the gradient, in the operand's shape."""
        rule = self.operation.rules[position]
        return rule.pull(upstream, self.local(position), self.inputs[position].shape)


class Local(NamedTuple):
    r"""The local derivative on an edge, ∂output/∂operand, where the forward pass arrived.

    Attributes:
        latex: What it is: ``W^{T}``, ``\sigma'(N)``, ``1``.
        value: Its numbers; a single one if all elements share it.
        product: How the gradient of the output is multiplied by it.
    """

    latex: str
    value: Array
    product: Product


class Edge(NamedTuple):
    """The way of a value into an operation.

    Attributes:
        source: The operand.
        target: The node that the operation computes.
        position: The place among the operands, from 0.
    """

    source: Node
    target: Node
    position: int


GRADIENT_TOLERANCE = 1e-8
VALUE_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Graph:
    """What a function computed, value by value.

    Attributes:
        nodes: The inputs, then everything else that the output depends on, in the order in
            which it was computed: no node comes before its inputs.
        output: The result.
    """

    nodes: tuple[Node, ...]
    output: Node

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {node.name: node for node in self.nodes})

    def __getitem__(self, name: str) -> Node:
        """The node of that name.

        Raises:
            InputError: If there is none.
        """
        by_name: dict[str, Node] = self.__dict__["_by_name"]
        if name not in by_name:
            raise InputError("name of a node", name, some(by_name))
        return by_name[name]

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The inputs of the function, in the order of its arguments."""
        return tuple(node for node in self.nodes if node.kind == "input")

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every way of a value into an operation; ``x + x`` has two."""
        return tuple(
            Edge(operand, node, position)
            for node in self.nodes
            for position, operand in enumerate(node.inputs)
        )

    def forward(self, **values: ArrayLike) -> Graph:
        """The forward pass: the same graph, with every value computed anew.

        Args:
            **values: New values of inputs; an input that is not given keeps its own.

        Raises:
            InputError: If a name is not that of an input, or a value does not fit.
        """
        for name in values:
            if name not in {node.name for node in self.inputs}:
                allowed = some(node.name for node in self.inputs)
                raise InputError("name of an input", name, allowed)

        reached: dict[str, Node] = {}
        for node in self.nodes:
            inputs = tuple(reached[operand.name] for operand in node.inputs)
            value = node.value
            if node.op is not None:
                value = node.op(*(operand.value for operand in inputs))
            elif node.name in values:
                value = input_value(values[node.name], node.name)
            reached[node.name] = replace(node, inputs=inputs, value=value)
        return Graph(tuple(reached.values()), reached[self.output.name])

    def backward(self) -> dict[str, Array]:
        """The backward pass: the gradient of the output by every node.

        It begins with ones. So for an output that is not a single number these are the
        gradients of the sum of its elements.

        Returns:
            The gradient by each node's name, in the shape of the node's value.

        Raises:
            InputError: If a gradient is not finite.
        """
        gradients = {node.name: np.zeros(node.shape) for node in self.nodes}
        gradients[self.output.name] += 1
        with np.errstate(all="ignore"):  # what is not finite is refused below
            for node in reversed(self.nodes):
                for position, operand in enumerate(node.inputs):
                    # A value that is used twice gets a share from each use.
                    gradients[operand.name] += node.pull(position, gradients[node.name])
        for name, gradient in gradients.items():
            if not np.isfinite(gradient).all():
                raise InputError(f"gradient by {name}", gradient, "finite numbers")
        return gradients

    def local(self, name: str, position: int = 0) -> Local:
        """The local derivative on one edge, as the lecture writes it there.

        Args:
            name: The node that the edge goes into.
            position: The place of the operand, from 0.

        Raises:
            InputError: If the node is no operation or has no operand there.
        """
        node = self[name]
        if node.op is None or position not in range(len(node.inputs)):
            allowed = f"0 to {len(node.inputs) - 1}" if node.op else "none, it is no operation"
            raise InputError(f"position of an operand of {name}", position, allowed)
        names = {letter: operand.latex for letter, operand in zip("ab", node.inputs, strict=False)}
        latex = fill(node.op.notation.locals[position], {"y": node.latex, **names})
        return Local(latex, node.local(position), node.op.rules[position].product)

    def claims(self, *names: str) -> tuple[Claim, ...]:
        """Every value against plain Python, and gradients against perturbation.

        A gradient is held against what a move of its node does to the operations that use it,
        measured from their values, times the gradients of those: these are claimed likewise, up
        to the output, whose gradient is one. So the work grows as the graph does. Where names are
        given not all are claimed, and in a graph with a value on a kink a way that has room for
        one operation may have none for another: then a node is moved through all that depends on
        it, which takes a dozen forward passes an element from that node on.

        Args:
            *names: The nodes whose gradient is claimed; by default every input and every
                operation but the output.

        Returns:
            One claim a value and one a gradient, all elements in it.

        Raises:
            InputError: If there is no node of such a name.
        """
        operations = [node for node in self.nodes if node.kind == "operation"]
        judged = [self[name] for name in names] or [
            node for node in self.nodes if node.kind != "constant" and node is not self.output
        ]
        gradients = self.backward()
        uses: dict[str, list[Edge]] = {node.name: [] for node in self.nodes}
        for edge in self.edges:
            uses[edge.source.name].append(edge)
        whole = bool(names) or any(_on_kink(node) for node in operations)
        return (
            *(value_claim(node) for node in operations),
            *(
                self._gradient_claim(node, gradients, uses[node.name], whole=whole)
                for node in judged
            ),
        )

    def _gradient_claim(
        self, node: Node, gradients: dict[str, Array], uses: list[Edge], *, whole: bool
    ) -> Claim:
        if whole:
            later = self._later(node)
            measured = perturbation(node, later, self.output)
        else:
            later = tuple({edge.target.name: edge.target for edge in uses}.values())
            measured = np.zeros(node.shape)
            for edge in uses:
                target = edge.target
                operands = tuple(operand.value for operand in target.inputs)
                given = operands, target.value, gradients[target.name]
                measured = measured + measured_share(target.operation, edge.position, *given)
        # Perturbation loses what rounding does to the values on the way to the output.
        rounding = sum(
            float(np.abs(gradients[each.name] * each.value).sum()) for each in (node, *later)
        )
        return Claim(
            f"gradient of {self.output.name} by {node.name}",
            gradients[node.name],
            measured,
            "perturbation",
            GRADIENT_TOLERANCE,
            scale=max(rounding, 1.0) / 1000,
        )

    def _later(self, node: Node) -> tuple[Node, ...]:
        """The nodes that depend on ``node``, in order."""
        reached = {node.name}
        for each in self.nodes:
            if any(operand.name in reached for operand in each.inputs):
                reached.add(each.name)
        return tuple(each for each in self.nodes if each.name in reached and each is not node)


def some(names: Iterable[str], limit: int = 12) -> str:
    """The allowed names for an error, but not all 5,000 of them."""
    every = list(names)
    return ", ".join(every[:limit]) + (f" … ({len(every)} in all)" if len(every) > limit else "")


def value_claim(node: Node) -> Claim:
    """The claim that a node holds what plain Python computes from its operands."""
    operands = tuple(operand.value for operand in node.inputs)
    size = math.prod(max(float(np.abs(operand).max()), 1.0) for operand in operands)
    plain = np.reshape(node.operation.plain(*operands), node.shape)
    what = f"value of {node.name}"
    return Claim(what, node.value, plain, "plain Python", VALUE_TOLERANCE, scale=size)


def _on_kink(node: Node) -> bool:
    """Whether the operand of an operation is where its derivative jumps."""
    kinks = node.operation.kinks
    return any(bool((node.inputs[0].value == kink).any()) for kink in kinks)


def perturbation(node: Node, later: tuple[Node, ...], output: Node) -> Array:
    """The gradient of the output's sum by ``node``, from values alone.

    Args:
        node: The node to move.
        later: The nodes that depend on it, in order.
        output: The node to watch.

    Returns:
        The slopes, in the shape of the node's value; not-a-number where a kink is on either
        side.
    """

    def moved(value: Array) -> Array:
        values = {node.name: value}
        for each in later:
            op = each.operation
            operands = [values.get(operand.name, operand.value) for operand in each.inputs]
            for kink in op.kinks:
                if ((operands[0] > kink) != (each.inputs[0].value > kink)).any():
                    return np.full(output.shape, np.nan)  # a move across a kink tells nothing
            values[each.name] = op.forward(*operands)
        reached = np.asarray(values.get(output.name, output.value))
        return reached if np.isfinite(reached).all() else np.full(output.shape, np.nan)

    return share_one_by_one(moved, node.value, np.ones(output.shape))
