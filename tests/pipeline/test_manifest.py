"""What a build writes into its manifest is what the published schema says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from lecture import COURSE, ROOT
from small_course import GOOD, LESSON, STEPS, figure_with, with_concepts, write_course

from figgen import build
from figgen.course.definition import Perspective, SlotName
from figgen.pipeline.machines import Machines
from figgen.pipeline.request import Request
from figgen.pipeline.shards import Shard
from figgen.vocabulary import SOURCES

SCHEMA = json.loads((ROOT / "docs" / "manifest.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FIGURE = SCHEMA["$defs"]["figure"]["properties"]


def read(path: Path) -> Any:
    """The content of a manifest."""
    return json.loads(path.read_text(encoding="utf-8"))


def mistakes(manifest: Any) -> list[str]:
    """What the schema has against a manifest, a line each."""
    return [error.message for error in VALIDATOR.iter_errors(manifest)]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes an object with keys."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The manifest of figures with claims, steps, sources and orphans, of which one failed."""
    folder = tmp_path_factory.mktemp("course")
    request = Request(folder / "out", ("svg", "pdf", *SOURCES), ("light", "print"))
    one = Machines(1)
    gone = GOOD.replace("good", "gone")
    course = write_course(folder / "small", one=GOOD, gone=gone, two=STEPS, lesson=LESSON)
    with_concepts(course, {"area": "Area"})
    assert build(course, request=request, machines=one).complete
    (course / "gone.py").write_text("", encoding="utf-8")
    failing = figure_with("1 / 0", 'title="T", perspective="plot", alt="A.", steps=2')
    (course / "two.py").write_text(failing.replace("def bad", "def two_steps"), encoding="utf-8")
    result = build(course, request=request, machines=one)
    assert (set(result.failed), len(result.orphans)) == ({"two-steps"}, 4)
    return read(result.manifest_file)


def test_the_schema_is_one() -> None:
    """By the rules of its draft; each key is described, and no object may have another."""
    Draft202012Validator.check_schema(SCHEMA)
    found = [*objects(SCHEMA)]
    assert len(found) == 5
    optional = {"orphans"}
    for each in found:
        assert each["additionalProperties"] is False
        assert {*each["required"]} == {*each["properties"]} - optional
        for described in each["properties"].values():
            target = SCHEMA["$defs"][described["$ref"][8:]] if "$ref" in described else described
            assert target["description"]


def test_the_words_are_those_of_a_definition() -> None:
    """What a figure may be, and where it may stand, is said in `Definition` alone."""
    assert FIGURE["perspective"]["enum"] == [*get_args(Perspective)]
    assert FIGURE["slot"]["enum"] == [*get_args(SlotName)]


def test_a_small_course_fits(small: Any) -> None:
    """Its manifest has all that the schema knows, and nothing else."""
    assert mistakes(small) == []
    assert {*small} == {*SCHEMA["properties"]}
    figures = {figure["name"]: figure for figure in small["figures"]}
    assert [*figures] == ["good", "two-steps", "area-code", "area-diagram", "area-math"]
    assert any(figure["claims"] for figure in figures.values())
    assert any(figure["equations"] for figure in figures.values())
    files = [file for figure in figures.values() for file in figure["files"]]
    assert {file["theme"] for file in files} == {"light", "print", None}
    assert {file["step"] for file in files} == {1, 2, 3, None}
    # It failed, and has what the build before made of it.
    assert len(figures["two-steps"]["files"]) == 2 * (2 + 3)


@pytest.mark.parametrize("number", [1, 2])
def test_a_part_of_a_course_fits(tmp_path: Path, number: int) -> None:
    """The manifest of a part has the form of that of the whole."""
    course = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    request = Request(tmp_path / "out", ("png",), ("dark",))
    result = build(course, request=request, machines=Machines(1), shard=Shard(number, 2))
    assert mistakes(read(result.manifest_file)) == []


@pytest.mark.parametrize(
    "reach",
    [
        lambda manifest: manifest,
        lambda manifest: manifest["figures"][0],
        lambda manifest: next(each for each in manifest["figures"] if each["claims"])["claims"][0],
        lambda manifest: manifest["figures"][-1]["equations"][0],
        lambda manifest: manifest["figures"][0]["files"][0],
    ],
    ids=["manifest", "figure", "claim", "equation", "file"],
)
def test_another_key_is_found(small: Any, reach: Callable[[Any], dict[str, Any]]) -> None:
    """One too many, and each that is missing: but for the orphans, of which there may be none."""
    copy = json.loads(json.dumps(small))
    found = reach(copy)
    found["colour"] = "red"
    assert mistakes(copy) == ["Additional properties are not allowed ('colour' was unexpected)"]
    del found["colour"]
    for key in {*found} - {"orphans"}:
        value = found.pop(key)
        assert mistakes(copy) == [f"'{key}' is a required property"]
        found[key] = value
    assert mistakes(copy) == []


@pytest.mark.slow
def test_the_lecture_fits(tmp_path: Path) -> None:
    """Every figure, in every format and theme."""
    result = build(COURSE, request=Request(tmp_path))
    assert result.complete
    manifest = read(result.manifest_file)
    assert mistakes(manifest) == []
    assert [figure["name"] for figure in manifest["figures"]] == [*COURSE.names]
