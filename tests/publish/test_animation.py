"""Moving pictures: their frames, their colours, their words, and what is refused."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageSequence
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.cli.app import program
from figgen.draw.canvas.theme import THEMES
from figgen.publish.animation import Sweep

WRONG = figure_with('canvas.claim("a number", 1.0, 2.0, "arithmetic")')


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with a figure of one step and one of two, in the working folder."""
    monkeypatch.chdir(tmp_path)
    return write_course(tmp_path / "small", one=GOOD, two=STEPS, three=WRONG)


def render(course: Path, *args: str) -> Result:
    """``figgen render`` in this process; an exception is a failure of the test."""
    command = ["--figures", str(course), "render", *args]
    return CliRunner().invoke(program, command, catch_exceptions=False)


def frames(path: Path) -> list[Image.Image]:
    """The frames of a GIF or a WebP, in full colour."""
    with Image.open(path) as image:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]


def test_steps_become_frames_of_one_size(small: Path) -> None:
    """A GIF, the default, has a frame a step; the last one stays longest."""
    result = render(small, "two-steps", "--animate")
    assert (result.exit_code, result.stdout) == (0, "two-steps.gif\n")
    first, second = frames(Path("two-steps.gif"))
    assert first.size == second.size == (580, 500)
    assert first.tobytes() != second.tobytes()
    with Image.open("two-steps.gif") as image:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert durations == [1500, 3000]


def test_a_gif_keeps_the_colours_of_the_theme(small: Path) -> None:
    """Paper is the paper of the theme to the bit, in every frame; all frames share one palette."""
    render(small, "two-steps", "--animate", "-t", "dark")
    for frame in frames(Path("two-steps-dark.gif")):
        assert "#{:02x}{:02x}{:02x}".format(*np.asarray(frame)[0, 0]) == THEMES["dark"].colour(
            "paper"
        )


def test_a_webp_is_the_png_pixel_for_pixel(small: Path) -> None:
    """WebP loses nothing: each frame is the picture of its step."""
    render(small, "two-steps", "--animate", "-f", "webp")
    render(small, "two-steps", "-f", "png", "--dpi", "100")
    for step, frame in enumerate(frames(Path("two-steps.webp")), start=1):
        with Image.open(f"two-steps-{step}.png") as still:
            assert still.convert("RGB").tobytes() == frame.tobytes()


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_animation_describes_itself_and_has_the_same_bytes_again(small: Path, kind: str) -> None:
    """Title and alt text travel in the file, which is the same when it is made again."""
    options = ("good", "--animate", "--sweep", "value=1:2:3", "-f", kind)
    assert render(small, *options).exit_code == 0
    data = Path(f"good.{kind}").read_bytes()
    assert len(frames(Path(f"good.{kind}"))) == 3
    assert b"A good one" in data
    assert b"value goes from 1 to 2 in 3 pictures. In the last one: A number. It is 2" in data
    render(small, *options)
    assert Path(f"good.{kind}").read_bytes() == data


@pytest.mark.skipif(not find_spec("imageio_ffmpeg"), reason="imageio-ffmpeg is not installed")
def test_an_mp4_shows_every_step_as_long_as_asked(small: Path) -> None:
    """Its frames are counted by the decoder; sides are even; its bytes are the same again."""
    import imageio_ffmpeg  # noqa: PLC0415 - only where it is installed

    options = ("two-steps", "--animate", "-f", "mp4", "--seconds", "4")
    assert render(small, *options).exit_code == 0
    count, seconds = imageio_ffmpeg.count_frames_and_secs("two-steps.mp4")
    assert (count, round(seconds)) == (200, 8)
    data = Path("two-steps.mp4").read_bytes()
    assert b"Two steps" in data
    render(small, *options)
    assert Path("two-steps.mp4").read_bytes() == data


def test_an_mp4_without_its_encoder_says_what_to_install(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, exit code 1, and no file."""
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    result = render(small, "two-steps", "--animate", "-f", "mp4")
    assert result.exit_code == 1
    assert "pip install 'figgen[mp4]'" in result.stderr
    assert not list(Path().glob("*.mp4"))


REFUSED = {
    "one step": (("good", "--animate"), "good has one step, so nothing moves; give --sweep"),
    "no such parameter": (
        ("good", "--animate", "--sweep", "vale=1:2:3"),
        "good: no parameter is called 'vale'; there are: value, names",
    ),
    "not a range": (
        ("good", "--animate", "--sweep", "value=1:2"),
        "'value=1:2' is no sweep; give key=start:stop:count with a count from 2 to 1000",
    ),
    "infinite": (("good", "--animate", "--sweep", "value=1:inf:3"), "is no sweep"),
    "a still format": (("two-steps", "--animate", "-f", "svg"), "svg does not move"),
    "not animated": (("two-steps", "-f", "gif"), "gif is a moving picture; add --animate"),
    "a sweep without": (("good", "--sweep", "value=1:2:3"), "are for --animate; add it"),
    "a step": (("two-steps", "--animate", "--step", "1"), "shows all steps; leave --step out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(small: Path, case: str) -> None:
    """Exit code 2, the reason, and nothing written."""
    options, words = REFUSED[case]
    result = render(small, *options)
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]
    assert [path.name for path in Path().iterdir()] == ["small"]


def test_a_claim_that_fails_stops_the_animation(small: Path) -> None:
    """A wrong number is in no frame."""
    result = render(small, "bad", "--animate", "--sweep", "value=1:2:3")
    assert result.exit_code == 2
    result = render(write_course(Path("other"), one=WRONG_STEPS), "bad", "--animate")
    assert result.exit_code == 1
    assert "a number: drawn 1" in result.stderr
    assert not list(Path().glob("*.gif"))


WRONG_STEPS = figure_with(
    'canvas.text(1, 1, "one")\n    with canvas.step(2):\n        canvas.text(1, 2, "two")\n'
    '    canvas.claim("a number", 1.0, 2.0, "arithmetic")',
    'title="T", perspective="plot", alt="A.", steps=2',
)


def test_sweep_values() -> None:
    """Both ends belong to it, and numbers are as short as they are typed."""
    assert Sweep("at", -1, 1, 3).values == ["-1", "0", "1"]
    assert Sweep("delta", 1, 0.01, 12).values[1] == "0.91"
