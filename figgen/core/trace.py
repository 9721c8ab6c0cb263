"""The trace: run an ordinary numpy function and keep the graph of what it computed.

The function is called with `Traced` values in place of arrays. numpy hands every operation on
them to this module, which computes the value and writes the operation down.
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from types import FrameType
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike

from figgen.core.arrays import Array, input_value
from figgen.core.errors import InputError
from figgen.core.functions import FUNCTIONS, Function, exp, square, tanh
from figgen.core.graph import Graph, Node
from figgen.core.ops import OPS, Op, op_of, power

T = TypeVar("T")

NUMPY: dict[Callable[..., Any], Op] = {op.forward: op for op in OPS.values()} | {
    np.square: op_of(square),
    np.exp: op_of(exp),
    np.tanh: op_of(tanh),
}
"""What numpy calls each operation."""


def trace(func: Callable[..., Any], /, **inputs: Any) -> Graph:
    """The graph of ``func(**inputs)``.

    A value that the function keeps in a local variable gets the variable's name, so that the
    diagram and the listing speak of the same N. `name` names any other. What is left is
    counted: u1, u2 ... for operations and c1, c2 ... for constants. What the output does not
    depend on is left out, but for the inputs.

    Args:
        func: A function of arrays that calls numpy and the functions of the lecture.
        **inputs: Its arguments: numbers, vectors and matrices, which become the inputs of the
            graph in this order, and functions, which are handed on.

    Raises:
        InputError: If an argument is neither, an operation is not known, a value is not
            finite, or the result is not one traced value.
    """
    tape = Tape()
    arguments = {
        name: value if callable(value) else tape.input(name, value)
        for name, value in inputs.items()
    }
    result, variables = call(func, arguments)
    if not (isinstance(result, Traced) and result.tape is tape):
        what = f"result of {getattr(func, '__name__', func)}"
        raise InputError(what, result, "one value that was computed from the inputs")
    tape.adopt(variables)
    return tape.graph(result.index)


def trace_chain(functions: Sequence[Function], x: ArrayLike) -> Graph:
    """The graph of nested functions at ``x``.

    Args:
        functions: The functions, the innermost first.
        x: The input; any shape of at most two dimensions.

    Raises:
        InputError: If a value is not finite.
    """
    return trace(lambda x: reduce(lambda reached, func: func(reached), functions, x), x=x)


def name(value: T, label: str) -> T:
    """Call a traced value ``label`` in its graph; give back any value unchanged.

    Raises:
        InputError: If the label is no name or is taken, or the value already has another one.
    """
    if isinstance(value, Traced):
        value.tape.rename(value.index, label)
    return value


def call(func: Callable[..., Any], arguments: dict[str, Any]) -> tuple[object, dict[str, object]]:
    """The result of ``func`` and its local variables at the moment it returned.

    Python tells a profiler of every return and shows it the frame; nothing else does.
    """
    code = getattr(inspect.unwrap(func), "__code__", None)
    variables: dict[str, object] = {}

    def watch(frame: FrameType, event: str, _: object) -> None:  # pragma: no cover - not traced
        if event == "return" and frame.f_code is code:
            variables.clear()  # of a recursive call, which returned earlier
            variables.update(frame.f_locals)

    before: Any = sys.getprofile()
    sys.setprofile(watch)
    try:
        return func(**arguments), variables
    finally:
        if before is None or callable(before):
            sys.setprofile(before)
        else:
            before.enable()  # cProfile's, which nothing else can bring back


@dataclass
class Tape:
    """The values of one trace in the order in which they were computed."""

    values: list[Array] = field(default_factory=list)
    ops: list[Op | None] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    inputs: int = 0

    def write(self, value: Array, op: Op | None = None, operands: tuple[int, ...] = ()) -> int:
        """Write a value down; its place on the tape."""
        self.values.append(value)
        self.ops.append(op)
        self.operands.append(operands)
        return len(self.values) - 1

    def input(self, name: str, value: ArrayLike) -> Traced:
        """An input; all of them come before everything else."""
        index = self.write(input_value(value, name))
        self.names[index] = name
        self.inputs = index + 1
        return Traced(self, index)

    def record(self, op: Op, *operands: object) -> Traced:
        """Compute an operation and write it down, with its constants before it.

        Raises:
            InputError: If an operand belongs to another trace or is not numeric, or the
                operation refuses the operands.
        """
        places = tuple(self.place(operand) for operand in operands)
        value = op(*(self.values[place] for place in places))
        return Traced(self, self.write(value, op, places))

    def place(self, operand: Any) -> int:
        """Where an operand is on the tape; a number that is not there yet is a constant."""
        if not isinstance(operand, Traced):
            return self.write(input_value(operand, "constant"))
        if operand.tape is not self:
            raise InputError("operand", operand, "a value of the same trace")
        return operand.index

    def rename(self, index: int, label: str) -> None:
        """Give the value at ``index`` a name for good."""
        if not (label.isidentifier() and label[0] != "_"):
            raise InputError("name of a value", label, "letters, digits and _, a letter first")
        present = self.names.get(index, label)
        if present != label:
            raise InputError("name of a value", label, f"{present}, the name that it has")
        if label in self.names.values() and index not in self.names:
            raise InputError("name of a value", label, "one that is not taken")
        self.names[index] = label

    def adopt(self, variables: dict[str, object]) -> None:
        """Name values after the variables that hold them, where both are still free."""
        for label, value in variables.items():
            if not (isinstance(value, Traced) and value.tape is self) or label[0] == "_":
                continue
            if value.index not in self.names and label not in self.names.values():
                self.names[value.index] = label

    def graph(self, output: int) -> Graph:
        """The inputs and all that the value at ``output`` depends on, as nodes."""
        needed = set(range(self.inputs)) | {output}
        for index in range(output, -1, -1):
            if index in needed:
                needed.update(self.operands[index])

        taken, counts = set(self.names.values()), Counter[str]()
        nodes: dict[int, Node] = {}
        for index in sorted(needed):
            op = self.ops[index]
            label = self.names.get(index) or free("u" if op else "c", counts, taken)
            nodes[index] = Node(
                name=label,
                kind="input" if index < self.inputs else "operation" if op else "constant",
                op=op,
                inputs=tuple(nodes[operand] for operand in self.operands[index]),
                value=self.values[index],
                named=index in self.names,
            )
        return Graph(tuple(nodes.values()), nodes[output])


def free(letter: str, counts: Counter[str], taken: set[str]) -> str:
    """The next name of the form ``u1`` that is not taken."""
    while True:
        counts[letter] += 1
        label = f"{letter}{counts[letter]}"
        if label not in taken:
            return label


@dataclass(frozen=True, eq=False, repr=False)
class Traced(NDArrayOperatorsMixin):
    """A value on a tape, which stands in for the array while the function runs."""

    tape: Tape
    index: int

    def __repr__(self) -> str:
        return f"<traced {self.tape.names.get(self.index, 'value')} {self.tape.values[self.index]}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.tape.values[self.index].shape

    @property
    def ndim(self) -> int:
        """The number of dimensions of the value."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements of the value."""
        return self.tape.values[self.index].size

    def sum(self) -> Traced:
        """The sum of all elements."""
        return self.tape.record(OPS["sum"], self)

    def dot(self, other: Any) -> Traced:
        """The matrix product."""
        return dot(self.tape, self, other)

    def record_function(self, function: Function) -> Traced:
        """The function of every element, as one operation."""
        return self.tape.record(op_of(function), self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Any:
        # In plain Python a number that is changed in place is a new number, but an array is not.
        if any(np.shape(changed) for changed in options.pop("out", ())):
            refuse(f"{ufunc.__name__} in place")
        if method != "__call__" or options:
            refuse(" ".join([ufunc.__name__, method.strip("_"), *options]))
        if ufunc is np.power:
            base, exponent = operands
            if isinstance(exponent, Traced) or np.ndim(exponent):
                refuse("power with an exponent that is not one constant number")
            return self.tape.record(power(np.asarray(exponent).item()), base)
        if ufunc not in NUMPY:
            refuse(ufunc.__name__)
        return self.tape.record(NUMPY[ufunc], *operands)

    def __array_function__(
        self,
        func: Callable[..., Any],
        _: object,
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        if options:
            refuse(" ".join([func.__name__, "with", *options]))
        if func in (np.shape, np.ndim, np.size) and len(operands) == 1:
            return getattr(self, func.__name__)
        if func in NUMPY and len(operands) == len(NUMPY[func].rules):
            return self.tape.record(NUMPY[func], *operands)
        if func is np.dot and len(operands) == 2:  # noqa: PLR2004 - a product has two factors
            return dot(self.tape, *operands)
        return refuse(func.__name__)

    # What numpy and Python would otherwise do behind the trace's back, each under its name.

    def __array__(self, *_: object, **__: object) -> NoReturn:
        refuse("conversion to an array")

    def __float__(self) -> NoReturn:
        refuse("conversion to a number")

    def __bool__(self) -> bool:
        return refuse("truth of a value")

    def __getitem__(self, _: object) -> NoReturn:
        refuse("indexing")

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("_"):
            raise AttributeError(attribute)  # Python and numpy ask for what may not be there
        refuse(attribute)


def dot(tape: Tape, a: Any, b: Any) -> Traced:
    """The matrix product as ``np.dot`` has it, where a single number multiplies."""
    scalar = not (np.shape(a) and np.shape(b))
    return tape.record(OPS["multiply" if scalar else "matmul"], a, b)


def refuse(operation: str) -> NoReturn:
    """Raise the error for an operation that the trace does not know.

    Raises:
        InputError: Always.
    """
    known = ", ".join([*OPS, "power", "dot", *FUNCTIONS])
    raise InputError("operation in a traced function", operation, known)
