"""The numpy core: functions, derivatives, chains and claims. Numbers in, numbers out."""

from figgen.core.arrays import Array, Interval, Map, apply, as_numbers
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

__all__ = [
    "FUNCTIONS",
    "Array",
    "Chain",
    "Claim",
    "ClaimError",
    "Function",
    "InputError",
    "Interval",
    "Map",
    "apply",
    "as_numbers",
    "chain",
    "chain_deriv",
    "chain_deriv_2",
    "chain_deriv_3",
    "chain_length_2",
    "chain_length_3",
    "closed_form",
    "deriv",
    "exp",
    "function",
    "identity",
    "leaky_relu",
    "referee",
    "relu",
    "sigmoid",
    "square",
    "tanh",
]
