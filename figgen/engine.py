"""Where figgen itself is."""

from __future__ import annotations

from pathlib import Path

ENGINE = Path(__file__).parent
"""The folder of figgen's modules."""
