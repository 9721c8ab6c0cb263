"""The rules on the alt text, as functions of texts; `test_judging` plants defects for them."""

from __future__ import annotations

import pytest

from figgen.guard.look.alt_text import decimals, duplicates


def test_two_figures_do_not_say_the_same() -> None:
    """Case, blanks and stops make no difference; another number does."""
    alts = {"one": "A curve: 1.5.", "two": "a curve  1.5", "three": "A curve: 1.6."}
    assert list(duplicates(alts)) == ["two"]
    assert "one" in str(duplicates(alts)["two"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no number, and 3 dots", set()),
        ("0.25 and -1.5", {"0.25", "−1.5"}),
        ("true minus −1.5", {"−1.5"}),
        ("the version v1.2, the word a.5", set()),
    ],
)
def test_decimals(text: str, found: set[str]) -> None:
    """Numbers with a point that stand alone; a hyphen before one is a minus sign."""
    assert decimals(text) == found
