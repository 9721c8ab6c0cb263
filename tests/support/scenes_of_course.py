"""Write the scene of every figure of a course: run by the interpreter of another matplotlib.

Usage: python scenes_of_course.py COURSE OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from figgen.course.reading import read_course
from figgen.guard.scene.scene_writer import scene
from figgen.pipeline.drawing import draw

if __name__ == "__main__":
    folder, out = map(Path, sys.argv[1:])
    course = read_course(folder)
    for entry in course.entries:
        drawing = draw(course, entry)
        drawing.require_claims()
        text = scene(drawing.canvas, entry.definition.alt)
        (out / f"{entry.name}.scene").write_text(text, encoding="utf-8")
