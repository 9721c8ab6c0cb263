"""Animations: the steps of a figure, or one parameter swept over a range, as GIF, WebP or MP4.

All frames are pictures of one slot in one theme, so they have one size, and the frames of a GIF
share one palette: nothing moves or flickers but what is drawn differently.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from figgen.course.course import Course, Entry
from figgen.errors import BuildError, RequestError
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing, draw
from figgen.pipeline.request import Asset
from figgen.vocabulary import Movie

STEP_SECONDS, SWEEP_SECONDS = 1.5, 0.08
"""How long a step and a value of a sweep are shown, unless another time is asked for."""
DPI = 100
"""Pixels an inch of a moving picture, unless others are asked for: 1200 across the full slot."""
LAST_SECONDS = 3.0
"""How long the last step is shown, for the whole picture to be read."""
COLOURS = 256
"""The number of colours in the palette of a GIF."""


class AnimationError(BuildError):
    """An animation that cannot be made."""


@dataclass(frozen=True)
class Sweep:
    """A parameter that takes one value after the other.

    Attributes:
        name: The parameter.
        start: Its first value.
        stop: Its last value.
        count: How many values there are.
    """

    name: str
    start: float
    stop: float
    count: int

    @property
    def values(self) -> list[str]:
        """The values, evenly spaced, as ``--set`` takes them.

        >>> Sweep("delta", 1, 0, 5).values
        ['1', '0.75', '0.5', '0.25', '0']
        """
        return [f"{value:.12g}" for value in np.linspace(self.start, self.stop, self.count)]


@dataclass(frozen=True, eq=False)
class Animation:
    """The frames of a figure.

    Attributes:
        name: The figure's name.
        title: Its title.
        alt: The alt text of the whole.
        frames: The pictures, all of one size.
        seconds: How long each is shown.
    """

    name: str
    title: str
    alt: str
    frames: Sequence[Image.Image]
    seconds: Sequence[float]


def animate(
    course: Course,
    entry: Entry,
    *,
    theme: str,
    dpi: float,
    settings: Mapping[str, str] | None = None,
    sweep: Sweep | None = None,
    seconds: float | None = None,
) -> Animation:
    """Draw the frames: the steps of a figure, or its last step at every value of a sweep.

    Args:
        course: The course.
        entry: The figure.
        theme: The theme's name.
        dpi: Pixels an inch.
        settings: Parameters to change, as text.
        sweep: The parameter to sweep; None for the steps.
        seconds: How long each frame is shown.

    Raises:
        BuildError: If a frame cannot be drawn or a claim of it does not hold.
        RequestError: If there is only one step, or the swept parameter does not fit.
    """
    chosen = dict(settings or {})
    if sweep is None:
        if entry.definition.steps == 1:
            raise RequestError(
                f"{entry.name} has one step, so nothing moves; give --sweep NAME=START:STOP:COUNT"
            )
        drawing = draw(course, entry, chosen)
        frames = _frames(drawing, range(1, entry.definition.steps + 1), theme, dpi)
        durations = [seconds or STEP_SECONDS] * len(frames)
        durations[-1] = max(durations[-1], LAST_SECONDS)
        return Animation(entry.name, entry.definition.title, drawing.alt(), frames, durations)
    frames = []
    for value in sweep.values:
        drawing = draw(course, entry, {**chosen, sweep.name: value})
        frames += _frames(drawing, [entry.definition.steps], theme, dpi)
    alt = (
        f"{entry.definition.alt} An animation: {sweep.name} goes from {sweep.values[0]} to"
        f" {sweep.values[-1]} in {sweep.count} pictures. In the last one: {drawing.alt()}"
    )
    durations = [seconds or SWEEP_SECONDS] * len(frames)
    return Animation(entry.name, entry.definition.title, alt, frames, durations)


def _frames(drawing: Drawing, steps: Iterable[int], theme: str, dpi: float) -> list[Image.Image]:
    """Steps of a drawing whose claims hold, as pictures."""
    drawing.require_claims()
    count = drawing.entry.definition.steps
    assets = [Asset(drawing.entry.name, count, step, theme, "png") for step in steps]
    found = encode_all(drawing, assets, dpi)
    return [Image.open(io.BytesIO(data)).convert("RGB") for _, data in found]


def movie(animation: Animation, kind: Movie) -> bytes:
    """The bytes of an animation.

    Raises:
        AnimationError: If what makes an MP4 is not installed or fails.
    """
    return _ENCODERS[kind](animation)


def _gif(animation: Animation) -> bytes:
    frames = _in_one_palette(animation.frames)
    words = f"{animation.title}. {animation.alt}".encode()
    return _saved(frames, "GIF", animation, comment=words, optimize=False)


_BITS = np.array([16, 8, 0])
"""Where red, green and blue are in a number that holds all three."""


def _in_one_palette(frames: Sequence[Image.Image]) -> list[Image.Image]:
    """The frames in the colours that are most frequent in all of them, every other in the nearest.

    So paper, ink and every role keep their colour to the bit, and none flickers between frames.
    """
    pictures = [(np.asarray(frame, dtype=np.int32) << _BITS).sum(axis=-1) for frame in frames]
    counts: Counter[int] = Counter()
    for picture in pictures:
        found, times = np.unique(picture, return_counts=True)
        counts.update(dict(zip(found.tolist(), times.tolist(), strict=True)))
    colours = np.array(sorted(counts))
    kept = np.array(sorted(counts, key=lambda colour: (-counts[colour], colour))[:COLOURS])
    known, palette = ((each[:, None] >> _BITS) & 0xFF for each in (colours, kept))
    nearest = np.array([np.abs(palette - colour).sum(axis=1).argmin() for colour in known])
    indexed = []
    for picture in pictures:
        indices = nearest[np.searchsorted(colours, picture)].astype(np.uint8)
        image = Image.fromarray(indices).convert("P")
        image.putpalette(palette.astype(np.uint8).tobytes())
        indexed.append(image)
    return indexed


def _webp(animation: Animation) -> bytes:
    words = _xmp(animation)
    return _saved(animation.frames, "WEBP", animation, lossless=True, method=4, xmp=words)


def _xmp(animation: Animation) -> bytes:
    """Title and description as XMP, in the form of Dublin Core."""
    words = {"title": animation.title, "description": animation.alt}
    fields = "".join(
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
        f"</dc:{name}>"
        for name, text in words.items()
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{fields}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _saved(frames: Sequence[Image.Image], kind: str, animation: Animation, **options: Any) -> bytes:
    first, *others = frames
    buffer = io.BytesIO()
    first.save(
        buffer,
        kind,
        save_all=True,
        append_images=others,
        duration=[round(1000 * seconds) for seconds in animation.seconds],
        loop=0,
        **options,
    )
    return buffer.getvalue()


RATE = 25
"""Frames a second of an MP4; a picture that is shown longer is repeated."""


def _mp4(animation: Animation) -> bytes:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - an extra, and only for this format
    except ImportError:
        raise AnimationError(
            "an MP4 needs the package imageio-ffmpeg: run pip install 'figgen[mp4]', or take -f gif"
        ) from None
    # Where the encoder puts half the resolution of the colours, sides must be even.
    width, height = (side - side % 2 for side in animation.frames[0].size)
    described = ("-metadata", f"title={animation.title}", "-metadata", f"comment={animation.alt}")
    # One thread and no version of the encoder: the same frames give the same bytes.
    exact = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", "1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "animation.mp4")
        writer = imageio_ffmpeg.write_frames(
            str(path),
            (width, height),
            fps=RATE,
            codec="libx264",
            pix_fmt_out="yuv420p",
            macro_block_size=1,
            ffmpeg_log_level="error",
            output_params=["-map_metadata", "-1", *exact, *described, "-movflags", "+faststart"],
        )
        try:
            writer.send(None)
            for frame, seconds in zip(animation.frames, animation.seconds, strict=True):
                data = frame.crop((0, 0, width, height)).tobytes()
                for _ in range(max(1, round(seconds * RATE))):
                    writer.send(data)
            writer.close()
            return path.read_bytes()
        except OSError as error:
            reason = str(error).strip().splitlines()[-1]
            raise AnimationError(
                f"{animation.name}: the MP4 cannot be encoded: {reason}"
            ) from error


_ENCODERS: dict[Movie, Callable[[Animation], bytes]] = {"gif": _gif, "webp": _webp, "mp4": _mp4}
