"""What the guard catches: faults planted in the source, and the level that saw each.

Run it with ``python benchmarks/guard.py``. For each fault of `guard_faults` the tree is copied, one
text is replaced, and the figure in which the fault must show is drawn and held against its
baselines, level by level, as the test suite does. Beside it stands what pytest-mpl would
have said alone, with the tolerance that it has by default and the same pictures. With ``--suite``
the test suite itself runs in every copy too, which takes ten times as long. It ends with 1 if a
fault got through.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from guard_faults import FAULTS, Fault

ROOT = Path(__file__).parent.parent
PARTS = ("figgen", "figures", "tests", "pyproject.toml")
LEVELS = ("rule", "claim", "scene", "picture", "vector")
"""A rule of the house that stops the figure, a claim that fails, and the three baselines."""

# Runs in the copy, so that the copy is what is imported.
JUDGE = """
import json, sys, tempfile
from pathlib import Path

from matplotlib.testing.compare import compare_images

from figgen.guard.baselines import Baselines, cases, encoded, snapshot
from figgen.course.reading import read_course
from figgen.pipeline.drawing import draw
from figgen.errors import BuildError
from figgen.guard.compare_png import compare_pixels, decoded
from figgen.guard.compare_svg import svg_differences
from figgen.guard.scene.scene_changes import changes

course, baselines = read_course(Path("figures")), Baselines(Path("tests/baseline"))
entry = course.find(sys.argv[1])
caught = []
try:
    drawing = draw(course, entry)
    now = snapshot(drawing)
    alone = False
except BuildError:
    # Without a picture pytest-mpl fails too.
    print(json.dumps({"levels": ["rule"], "alone": True}))
    sys.exit()
try:
    drawing.require_claims()
except BuildError:
    caught.append("claim")
before = baselines.read(entry)
if set(before.files) != set(now.files):
    caught += ["picture", "vector"]
if changes(before.scene, now.scene):
    caught.append("scene")
for view in before.files.keys() & now.files.keys():
    one, other = before.files[view], now.files[view]
    if view.format == "svg":
        caught += ["vector"] * bool(svg_differences(one.decode(), other.decode()))
        continue
    caught += ["picture"] * (compare_pixels(decoded(one), decoded(other)) is not None)
    with tempfile.TemporaryDirectory() as folder:
        pair = [Path(folder, name) for name in ("baseline.png", "result.png")]
        for path, png in zip(pair, (one, other)):
            path.write_bytes(encoded(decoded(png)))
        alone = alone or compare_images(*map(str, pair), tol=2) is not None
print(json.dumps({"levels": sorted(set(caught)), "alone": alone}))
"""


def judged(fault: Fault, *, suite: bool) -> dict[str, Any]:
    """What each level says of a fault, planted in a copy of the tree.

    Raises:
        SystemExit: If the fault cannot be planted, or the judge itself fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, copy / part, ignore=ignored)
            else:
                shutil.copy(source, copy / part)
        path = copy / fault.file
        text = path.read_text(encoding="utf-8")
        if fault.right not in text:
            sys.exit(f"{fault.file} has no {fault.right!r}: the fault cannot be planted")
        path.write_text(text.replace(fault.right, fault.wrong, 1), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": folder}
        command = [sys.executable, "-c", JUDGE, fault.figure]
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            # A module that does not even import stops every figure of it, with any of both.
            sys.exit(f"{fault}: {done.stderr[-2000:]}")
        result: dict[str, Any] = json.loads(done.stdout)
        if suite:
            tests = ["tests/guard/test_images.py", "tests/guard/scene/test_scenes.py"]
            command = [sys.executable, "-m", "pytest", *tests, "-n0", "-q", "-k", fault.figure]
            code = subprocess.run(
                command, cwd=copy, env=environment, capture_output=True, check=False
            ).returncode
            result["suite"] = code == 1
        return result


def main() -> None:
    """Plant every fault and print the table."""
    parser = argparse.ArgumentParser(description="Plant faults and see what catches them.")
    parser.add_argument("--suite", action="store_true", help="run the test suite itself, too")
    parser.add_argument("--every", type=int, default=1, help="plant only every so-manyth fault")
    options = parser.parse_args()
    faults = FAULTS[:: options.every]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda fault: judged(fault, suite=options.suite), faults))
    rows: dict[str, Counter[str]] = {}
    missed = []
    for fault, result in zip(faults, results, strict=True):
        levels = result["levels"]
        caught = bool(levels) and result.get("suite", True)
        if not caught:
            missed.append(fault)
        seen = {"planted": True, "caught": caught, "pytest-mpl alone": result["alone"]}
        seen |= {level: level in levels for level in LEVELS}
        for kind in (fault.kind, "all"):
            rows.setdefault(kind, Counter()).update(
                {name: int(bool(value)) for name, value in seen.items()}
            )
    everything = rows.pop("all")
    heads = ("planted", "caught", *LEVELS, "pytest-mpl alone")
    print(f"| {'kind of fault':<22} | {' | '.join(heads)} |")
    print(f"|{'-' * 24}|{'|'.join('-' * (len(head) + 1) + ':' for head in heads)}|")
    for kind, row in [*rows.items(), ("all", everything)]:
        cells = " | ".join(f"{row[head]:>{len(head)}}" for head in heads)
        print(f"| {kind:<22} | {cells} |")
    for fault in missed:
        print(f"got through: {fault}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
