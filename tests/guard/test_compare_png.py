"""Pictures compared pixel by pixel: how many changed, and where."""

from __future__ import annotations

import numpy as np
import pytest

from figgen.errors import BuildError
from figgen.guard.compare_png import ChangedBox, Pixels, compare_pixels, decoded


def paper(width: int = 1200, height: int = 560) -> Pixels:
    """An empty picture of a full slot."""
    return np.full((height, width, 3), 255, dtype=np.uint8)


def test_the_same_pictures_have_no_change() -> None:
    """Every pixel is the same."""
    assert compare_pixels(paper(), paper()) is None


@pytest.mark.parametrize("channel", range(3))
@pytest.mark.parametrize("level", [254, 0])
def test_a_single_pixel_is_found(channel: int, level: int) -> None:
    """In a picture of 672 000, by one level of one channel; also where a byte would wrap round."""
    after = paper()
    after[100, 300, channel] = level
    change = compare_pixels(paper(), after)
    assert change is not None
    assert (change.count, change.strongest) == (1, 255 - level)
    assert change.boxes == (ChangedBox(1, 300, 100, 1, 1),)
    assert change.words(100) == (
        f"1 pixel in a box of 1 x 1 at (3.00, 4.59) inches, by up to {255 - level} of 255"
    )
    assert compare_pixels(after, paper()) == change


def test_a_vanished_arrow_head_is_told_with_its_place() -> None:
    """A triangle of 34 pixels in a large figure, which no mean over the picture would show."""
    before = paper()
    for row, width in enumerate((2, 4, 6, 8, 8, 6)):
        before[200 + row, 600 : 600 + width] = 20
    mean = float(np.sqrt(np.mean((before.astype(float) - paper()) ** 2)))
    assert mean < 2, "pytest-mpl lets this pass by default"
    change = compare_pixels(before, paper())
    assert change is not None
    assert change.words(100) == (
        "34 pixels in a box of 8 x 6 at (6.00, 3.54) inches, by up to 235 of 255"
    )
    assert change.share == pytest.approx(34 / 672000)


def test_places_far_apart_are_told_one_by_one_the_largest_first() -> None:
    """Four places, of which three are told; what touches is one."""
    after = paper()
    for left, size in ((0, 1), (300, 2), (600, 4), (900, 3)):
        after[50 : 50 + size, left : left + size] = 0
    after[300:340, 100:400] = 0
    change = compare_pixels(paper(), after)
    assert change is not None
    assert [box.count for box in change.boxes] == [12000, 16, 9, 4, 1]
    assert change.boxes[0] == ChangedBox(12000, 100, 300, 300, 40)
    words = change.words(100)
    assert words.startswith("12030 pixels in 5 places, by up to 255 of 255: 12000 in a box of 300")
    assert words.endswith("9 in a box of 3 x 3 at (9.00, 5.07) inches and 2 more")


def test_another_size_is_a_change_of_everything() -> None:
    """It is told in pixels."""
    change = compare_pixels(paper(580, 500), paper())
    assert change is not None
    assert change.words(100) == "580 x 500 pixels became 1200 x 560"
    assert change.share == 1


def test_what_is_no_picture_is_refused() -> None:
    """In one line."""
    with pytest.raises(BuildError, match="not a PNG that can be read"):
        decoded(b"GIF?")
