"""How long it takes from saving a figure to its new picture on the screen.

It edits one figure of a course of 90 again and again, with a page open in Chromium without a
window, and waits until the new picture is painted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/support"))

import chromium

EDITS = 20
# Nobody saves faster, and what is done meanwhile does not count.
PAUSE = 1.0
MODULES, EACH = 9, 10
EDITED = 2
"""Which figure of its module; of module 4 it is curve-42, which the page shows."""
FIGURE = '''

@figure(title="Curve {number}", perspective="plot", alt="A curve and its slope.", steps=2)
def curve_{number}(canvas: Canvas) -> None:
    """A curve, its tangent and its slope."""
    plot = Plot(canvas, Box(1, 0.7, 8.5, 4), Interval(-3, 3), Interval(-1, 1))
    plot.frame((-3, 3), (-1, 1))
    plot.curve(tanh, "forward", name=tanh.typeset())
    canvas.number(10.5, 4.5, {value}, before="$a$ = ")
    with canvas.step(2):
        plot.derivative(tanh, name="y'")
'''
HEAD = """from figgen import figure
from figgen.core import Interval, tanh
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.plots import Plot
"""
WATCH = """
window.painted = new Promise((resolve) => {
  const before = document.querySelector("#stage img");
  const look = () => {
    const now = document.querySelector("#stage img");
    if (now !== before && now.complete) {
      requestAnimationFrame(() => setTimeout(() =>
        resolve((performance.timeOrigin + performance.now()) / 1000)));
      observer.disconnect();
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.querySelector("#stage"), { childList: true, subtree: true });
}); 1
"""
READY = """
!!document.querySelector("#stage img") && document.querySelector("#busy").hidden &&
  ![...document.querySelectorAll("#list .mark")].some((each) => each.textContent === "…")
"""
STAGES = ("noticed", "ordered", "started", "imported", "drawn", "encoded", "taken", "painted")
NAMES = {
    "noticed": "watch",
    "ordered": "read the course",
    "started": "fork",
    "imported": "import",
    "drawn": "draw",
    "encoded": "encode",
    "taken": "send to the server",
    "painted": "send to the page, paint",
}


def module(number: int, value: float) -> str:
    """A module of the course, with a number in one figure that can be another."""
    figures = (
        FIGURE.format(number=number * EACH + each, value=value if each == EDITED else 0.5)
        for each in range(EACH)
    )
    return HEAD + "".join(figures)


def write_course(folder: Path) -> None:
    """A course of 90 figures."""
    folder.mkdir()
    sections = {f"part{number}": f"Part {number}" for number in range(MODULES)}
    (folder / "__init__.py").write_text(f'TITLE = "Ninety"\nSECTIONS = {sections}\n')
    for number, name in enumerate(sections):
        (folder / f"{name}.py").write_text(module(number, 0.5))


def main() -> None:
    """Measure, and print the medians of all stages."""
    if chromium.PROGRAM is None:
        sys.exit("benchmarks/serve.py needs chromium; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "ninety")
        write_course(folder)
        command = [sys.executable, "-m", "figgen", "--figures", str(folder), "serve"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                address = server.stdout.readline().split()[-1] if server.stdout else ""
                rows = edits(address, folder / "part4.py", Path(scratch, "profile"))
            finally:
                server.terminate()
    print(f"from saving to the picture on the screen, median of {len(rows)} edits, in ms")
    for stage in STAGES:
        values = [row[stage] * 1000 for row in rows]
        print(f"  {NAMES[stage]:<26}{statistics.median(values):>8.1f}   (best {min(values):.1f})")
    totals = [sum(row.values()) * 1000 for row in rows]
    print(f"  {'in all':<26}{statistics.median(totals):>8.1f}   (best {min(totals):.1f})")


def edits(address: str, path: Path, profile: Path) -> list[dict[str, float]]:
    """The seconds that each stage of each edit took."""
    rows = []
    with chromium.Browser(profile) as page:
        page.open(f"{address}#curve-42/2/light")
        settle(page)
        for edit in range(EDITS):
            page.run(WATCH)
            text = module(4, 1 + edit / 100)
            saved = time.time()
            path.write_text(text)
            painted = page.run("window.painted")
            details = page.run('fetch("figure/curve-42/2/light").then((answer) => answer.json())')
            moments = details["moments"] | {"painted": painted}
            times = [saved, *(moments[stage] for stage in STAGES)]
            rows.append({stage: times[k + 1] - times[k] for k, stage in enumerate(STAGES)})
            settle(page)
            time.sleep(PAUSE)
    return rows


def settle(page: chromium.Browser) -> None:
    """Wait until every figure is drawn."""
    while not page.run(READY):
        time.sleep(0.1)


if __name__ == "__main__":
    main()
