"""The numpy core: functions, derivatives, chains and claims. Numbers in, numbers out."""

from figgen.core.arrays import Array, Interval, as_numbers
from figgen.core.chains import (
    Chain,
    chain,
    chain_deriv,
    chain_deriv_2,
    chain_deriv_3,
    chain_length_2,
    chain_length_3,
    closed_form,
)
from figgen.core.claims import Claim, ClaimError
from figgen.core.derivatives import deriv, referee
from figgen.core.errors import InputError
from figgen.core.expressions import parse
from figgen.core.functions import (
    FUNCTIONS,
    Function,
    exp,
    function,
    identity,
    leaky_relu,
    relu,
    sigmoid,
    square,
    tanh,
)
from figgen.core.graph import Graph
from figgen.core.graph_latex import chain_rule, equations, expression
from figgen.core.graph_words import describe, describe_backward
from figgen.core.multiple_inputs import (
    matmul_backward_first,
    matmul_backward_second,
    matmul_forward,
    matrix_forward_extra,
    matrix_function_backward_1,
    matrix_function_backward_2,
    matrix_function_backward_sum_1,
    matrix_function_backward_sum_2,
    matrix_function_forward_sum,
    multiple_inputs_add,
    multiple_inputs_add_backward,
)
from figgen.core.perceptrons import single_perceptron, xor_network
from figgen.core.trace import name, trace, trace_chain

__all__ = [
    "FUNCTIONS",
    "Array",
    "Chain",
    "Claim",
    "ClaimError",
    "Function",
    "Graph",
    "InputError",
    "Interval",
    "as_numbers",
    "chain",
    "chain_deriv",
    "chain_deriv_2",
    "chain_deriv_3",
    "chain_length_2",
    "chain_length_3",
    "chain_rule",
    "closed_form",
    "deriv",
    "describe",
    "describe_backward",
    "equations",
    "exp",
    "expression",
    "function",
    "identity",
    "leaky_relu",
    "matmul_backward_first",
    "matmul_backward_second",
    "matmul_forward",
    "matrix_forward_extra",
    "matrix_function_backward_1",
    "matrix_function_backward_2",
    "matrix_function_backward_sum_1",
    "matrix_function_backward_sum_2",
    "matrix_function_forward_sum",
    "multiple_inputs_add",
    "multiple_inputs_add_backward",
    "name",
    "parse",
    "referee",
    "relu",
    "sigmoid",
    "single_perceptron",
    "square",
    "tanh",
    "trace",
    "trace_chain",
    "xor_network",
]
