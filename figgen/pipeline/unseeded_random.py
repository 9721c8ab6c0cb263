"""Random numbers that nobody has seeded: the same for a figure whenever and wherever it is drawn.

Python and numpy would ask the system for a seed. Here it comes from the figure's name: that of
`random` and `numpy.random`, of every generator that is made without one, and what `os.urandom`,
`secrets` and `uuid` give.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def seeded(name: str) -> Iterator[None]:
    """Take from ``name`` whatever would be taken from the system's source of chance.

    Args:
        name: The figure's name.
    """
    # A number of its own for each generator, so that two of them differ.
    source = random.Random(f"figgen {name}")  # noqa: S311 - a picture is no secret
    # Cython looks its global names up in the module.
    numpy_module: Any = np.random.bit_generator
    seed = random.Random.seed

    def seed_by_name(self: random.Random, a: Any = None, version: int = 2) -> None:
        seed(self, source.getrandbits(128) if a is None else a, version)

    changes: list[tuple[Any, str, Any]] = [
        (random.Random, "seed", seed_by_name),
        # The functions of the module are methods that were looked up when it was imported.
        (random, "seed", lambda *args, **options: seed_by_name(random._inst, *args, **options)),
        (random, "_urandom", source.randbytes),
        (os, "urandom", source.randbytes),
        (numpy_module, "randbits", source.getrandbits),
    ]
    before = [getattr(owner, attribute) for owner, attribute, _ in changes]
    states = random.getstate(), np.random.get_state()
    try:
        for owner, attribute, value in changes:
            setattr(owner, attribute, value)
        random.seed()
        np.random.seed(source.getrandbits(32))
        yield
    finally:
        for (owner, attribute, _), value in zip(changes, before, strict=True):
            setattr(owner, attribute, value)
        random.setstate(states[0])
        np.random.set_state(states[1])
