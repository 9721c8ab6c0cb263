"""What axe-core finds in a page: barriers for those who use a screen reader, or see little."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from chromium import Browser

MODULES = os.environ.get("FIGGEN_NODE_MODULES", "")

needs_axe = pytest.mark.skipif(
    not (MODULES and Path(MODULES, "axe-core").is_dir()),
    reason="needs FIGGEN_NODE_MODULES with axe-core in it; .ci/run brings it",
)


def violations(browser: Browser) -> list[Any]:
    """What axe-core finds in the page that is open."""
    axe = Path(MODULES, "axe-core", "axe.min.js").read_text(encoding="utf-8")
    browser.run(f"{axe};0")
    result = browser.run(
        """axe.run(document, { preload: false }).then((result) => ({
            passes: result.passes.length,
            violations: result.violations.map((each) => [each.id, each.nodes[0].html]),
        }))"""
    )
    # It did look.
    assert result["passes"] > 20
    found: list[Any] = result["violations"]
    return found
