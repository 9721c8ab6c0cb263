"""Which figures are stale, and why; and what is known of those that were drawn."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeAlias

from figgen.build import state
from figgen.build.course import Course, Entry
from figgen.build.dependencies import Node
from figgen.build.environment import PACKAGES, environment, normalised
from figgen.build.fingerprints import changes, inputs_of
from figgen.build.inputs import Inputs
from figgen.build.manifest import Manifest
from figgen.build.order import Asset, Order, assets, place
from figgen.build.project import Project
from figgen.build.reads import Read
from figgen.build.signatures import (
    ABSENT,
    Look,
    digest,
    digests_in,
    flat,
    folders_of,
    look,
    merged,
    plain,
    table,
)

Record: TypeAlias = dict[str, Any]
"""What is known of a figure that was drawn: a digest for each thing that it was drawn from."""

DRAWN = ("alt", "claims", "equations", "files", "fingerprint", "sources")
"""What of a figure's entry in the manifest only drawing it tells; the rest is in its module."""

SHOWN = 3
"""How many definitions a reason names, at most."""


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        stale: The figures to draw, with their fingerprints.
        reasons: Why, in words, for each of them by name.
        fresh: The names of the others.
    """

    stale: tuple[Entry, ...]
    reasons: Mapping[str, tuple[str, ...]]
    fresh: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Made:
    """A figure that was drawn.

    Attributes:
        record: Its entry in the manifest.
        reads: What it has read.
    """

    record: Mapping[str, Any]
    reads: Sequence[Read]


class Staleness:
    """What a build folder holds, compared with what the course now says.

    Args:
        course: The course.
        order: What is asked for.
        manifest: The figures of the manifest in the build folder, by name.
    """

    def __init__(
        self, course: Course, order: Order, manifest: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.course = course
        self.order = order
        self._manifest = manifest
        out = str(order.out)
        self.moment = state.moment(out)
        self._first, self._second = state.load(out)
        self.project = Project(course.folder)
        self.packages = _distributions(self.project.packages)
        self.environment = environment(self.packages) | {
            "the resolution of a PNG": f"{order.dpi:g}",
            **{f"--set {key}": value for key, value in order.settings.items()},
        }
        self.inputs = Inputs(self.project)
        self.graph = self.inputs.graph
        self._old: dict[str, Record] = self._second.get("figures", {})
        self._digests: dict[str, str] = {}
        self._outdated: set[str] = set()
        self._edited: set[str] = set()

    @property
    def request(self) -> state.Request:
        """What is asked for."""
        folder = str(self.course.folder.absolute())
        return state.Request(folder, self.order.formats, self.order.themes, self.order.dpi)

    # What a figure is drawn from

    def fingerprint(self, entry: Entry) -> str:
        """The digest of every definition that a figure depends on."""
        return self.inputs.fingerprint(entry)

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = digest(os.path.join(self._base, path)).hex()  # noqa: PTH118
        return self._digests[path]

    @cached_property
    def _base(self) -> str:
        return str(self.course.folder.absolute().parent)

    def _short(self, path: str) -> str:
        """A path relative to the folder that holds the course, if it is in there."""
        return path.removeprefix(os.path.join(self._base, ""))  # noqa: PTH118

    # Why a figure is stale

    def plan(self, force: Collection[str] = ()) -> Plan:
        """Which figures of the course are stale, and why.

        Args:
            force: The names of figures to draw anyway.
        """
        reasons = {
            entry.name: self._reasons(entry) or ("--force",) * (entry.name in force)
            for entry in self.course.entries
        }
        stale = tuple(
            replace(entry, fingerprint=self.fingerprint(entry))
            for entry in self.course.entries
            if reasons[entry.name]
        )
        fresh = tuple(name for name, found in reasons.items() if not found)
        return Plan(stale, {name: found for name, found in reasons.items() if found}, fresh)

    def _reasons(self, entry: Entry) -> tuple[str, ...]:
        old = self._old.get(entry.name)
        if old is None:
            return ("no build here has made it",)
        changed = [
            *self._changed_definitions(entry, old),
            *self._changed_sources(entry, old),
            *self._changed_files(old),
            *self._changed_environment(old),
        ]
        if changed:
            self._outdated.add(entry.name)
        return (*changed, *self._changed_outputs(entry, old))

    def _changed_definitions(self, entry: Entry, old: Record) -> list[str]:
        if old["fingerprint"] == self.inputs.definitions(entry):
            return []
        now = self.inputs.of(entry)
        told = self._told(changes(self._was(entry.name), now), now, "changed")
        return told or ["what its definitions stand for changed"]

    def _was(self, name: str) -> dict[str, str]:
        """The definitions that a figure was drawn from."""
        old = self._old[name]
        if old["definitions"] is not None:
            found: dict[str, str] = old["definitions"]
            return found
        graph = {node: Node(*parts) for node, parts in self._second["graph"].items()}
        return inputs_of(graph, old["node"], text=old["text"]) if old["node"] in graph else {}

    def _told(self, names: Sequence[str], now: Mapping[str, str], changed: str) -> list[str]:
        # A name that comes or goes does so because another changed, unless none did.
        plain = [name for name in names if not name.endswith((":*", "!"))] or names
        main = [name for name in plain if name in now and name in self.graph] or plain
        told = [f"{self._describe(name)} {changed if name in now else 'is gone'}"
                for name in main[:SHOWN]]  # fmt: skip
        return [*told, *([f"and {len(main) - SHOWN} more"] if len(main) > SHOWN else [])]

    def _describe(self, node: str) -> str:
        module, _, name = node.partition(":")
        file = self.project.file_of(module)
        if name == "<code>":
            return f"module-level code in {file}"
        if name.endswith("!"):
            return f"what is entered in `{name[:-1]}` in {file}"
        return f"`{name}` in {file}" if name not in {"", "*"} else f"`{module}`"

    def _changed_sources(self, entry: Entry, old: Record) -> list[str]:
        was = old["sources"]
        now = self.inputs.listed(entry, {name.partition(":")[0] for name in was})
        return self._told(changes(was, now), now, "changed, and its source is shown")

    def _changed_files(self, old: Record) -> list[str]:
        gone = ABSENT.hex()
        found = []
        for path, was in old["files"].items():
            now = self._digest(path)
            if now != was:
                word = "is gone" if now == gone else "is there now" if was == gone else "changed"
                found.append(f"{path} {word}")
        return found

    def _changed_environment(self, old: Record) -> list[str]:
        was = old["environment"]
        found = []
        for name in changes(was, self.environment):
            before, after = was.get(name, "none"), self.environment.get(name, "none")
            found.append(f"{name} {before} became {after}")
        return found

    def _changed_outputs(self, entry: Entry, old: Record) -> list[str]:
        have = set(old["outputs"])
        known = [path.split("/") for path in old["outputs"]]
        found = []
        record = self._manifest.get(entry.name)
        if record is None or drawn_digest(record) != old["manifest"]:
            self._edited.add(entry.name)
            found.append(f"{state.MANIFEST} was {'edited' if record else 'deleted'}")
        for asset, path in self._wanted(entry, old["has"]):
            if path in self._damaged and path in have:
                gone = not any(self._damaged[path])
                found.append(f"{path} was {'deleted' if gone else 'edited'}")
            elif path not in have:
                new_theme = asset.theme and all(parts[0] != asset.theme for parts in known)
                new_format = all(asset.format not in parts[:-1] for parts in known)
                found.append(
                    f"new theme {asset.theme}" if new_theme
                    else f"new format {asset.format}" if new_format
                    else f"{path} was not made"
                )  # fmt: skip
        return [*dict.fromkeys(found)]

    def count(self, entry: Entry, manifest: Manifest) -> int:
        """How many files are asked for of a figure that is up to date."""
        has = manifest.figures.get(entry.name, {}).get("sources", ())
        return len(self._wanted(entry, has))

    def _wanted(self, entry: Entry, has: Collection[str]) -> list[tuple[Asset, str]]:
        """The files that are asked for of a figure that has these sources."""
        return [(asset, place(asset, self.order).as_posix())
                for asset in assets(entry, self.order, has)]  # fmt: skip

    @cached_property
    def _outputs(self) -> dict[str, tuple[tuple[int, ...], bytes]]:
        """Status and digest of every file that the last build left, where it is unchanged."""
        if not self._first:
            return {}
        out = str(self.order.out)
        old = flat(self._first["outputs"])
        # The status anew, and then the content: what changes in between is found the next time.
        return old if self._look.settled else flat(table(set(old) - set(self._damaged), base=out))

    @cached_property
    def _look(self) -> Look:
        if not self._first:
            return Look({}, settled=True)
        return look(self._first["outputs"], self._first["moment"], str(self.order.out))

    @property
    def _damaged(self) -> dict[str, bytes]:
        return self._look.changed

    # What is known after the build

    def remember(
        self,
        plan: Plan,
        made: Mapping[str, Made],
        manifest: Manifest,
    ) -> None:
        """Write what the next build needs to know.

        Args:
            plan: What was to be done, of all figures of the course.
            made: What was drawn, by the figures' names.
            manifest: The manifest as it is written now.
        """
        out = str(self.order.out)
        now = table(self.project.files)
        # What was drawn while a module changed was drawn from nobody knows which of the two.
        certain = digests_in(now) == self.project.files
        written = [file for each in made.values() for file in each.record["files"]]
        new = flat(table((file["path"] for file in written), base=out))
        sound = {file["path"] for file in written
                 if new[file["path"]][1] == bytes.fromhex(file["sha256"])[:16]}  # fmt: skip
        shared = self._shared(made) if certain else []
        figures: dict[str, Record] = {}
        for entry in self.course.entries:
            if entry.name in made:
                if certain:
                    self._edited.discard(entry.name)
                    figures[entry.name] = self._record(entry, made[entry.name], shared, sound)
            elif entry.name in self._old:
                figures[entry.name] = self._kept(entry)
            else:
                continue
            if entry.name in figures and entry.name not in self._edited:
                figures[entry.name]["manifest"] = drawn_digest(manifest.figures[entry.name])
        paths = {path for record in figures.values() for path in record["outputs"]}
        outputs = {path: new.get(path) or self._outputs[path] for path in sorted(paths)}
        outputs |= flat(table([state.MANIFEST], base=out))
        data = {
            path: found for record in figures.values() for path, found in record["files"].items()
        }
        inputs = table(os.path.join(self._base, path) for path in data)  # noqa: PTH118
        unchanged = all(
            found.hex() == data[self._short(path)] for path, found in digests_in(inputs).items()
        )
        fresh = {*plan.fresh, *made}
        whole = sound >= {file["path"] for file in written}
        first = {
            "request": tuple(self.request),
            "complete": certain and whole and unchanged and not self.course.problems,
            "title": self.course.title,
            "stale": {*self.course.names} - fresh,
            "figures": {entry.name: len(self._wanted(entry, figures[entry.name]["has"]))
                        for entry in self.course.entries if entry.name in figures},
            "environment": environment(self.packages),
            "packages": self.packages,
            "folders": self.project.folders,
            "moment": self.moment,
            "inputs": plain(merged(now, inputs)),
            "outputs": plain(folders_of(outputs)),
            "orphans": manifest.orphans,
        }  # fmt: skip
        graph = {name: (node.digest, node.text, node.uses) for name, node in self.graph.items()}
        state.save(out, first, {"figures": figures, "graph": graph})

    def _record(
        self, entry: Entry, made: Made, shared: Sequence[tuple[str, Read]], sound: Collection[str]
    ) -> Record:
        node = self.inputs.node(entry)
        reach = {"", *self.inputs.of(entry)} if shared else set()
        reads = [*made.reads, *(read for where, read in shared if where in reach)]
        listed = {self.project.module_at(read.path) for read in made.reads if read.kind == "source"}
        outputs = [file["path"] for file in made.record["files"] if file["path"] in sound]
        if entry.name not in self._outdated:
            outputs += [path for path in self._old.get(entry.name, {}).get("outputs", ())
                        if path not in self._damaged and path not in outputs]  # fmt: skip
        return {
            "node": node,
            "text": node in self.inputs.documented,
            "fingerprint": self.inputs.definitions(entry),
            # Those of the graph, as long as it is the same.
            "definitions": None,
            "sources": self.inputs.listed(entry, listed - {""}),
            "files": {self._short(read.path): read.digest
                      for read in sorted(reads) if read.kind != "source"},
            "environment": self.environment,
            "outputs": outputs,
            "has": made.record["sources"],
        }  # fmt: skip

    def _shared(self, made: Mapping[str, Made]) -> list[tuple[str, Read]]:
        """What every figure may know that one of them has read, and the node that may keep it."""
        found: dict[tuple[str, Read], None] = {}
        for each in made.values():
            for read in each.reads:
                if read.at_import or read.kind == "font":
                    found["", read] = None
                for path, line in read.by:
                    if node := self.project.remembering(path, line):
                        found[node, read] = None
        return [*found]

    def _kept(self, entry: Entry) -> Record:
        """What is known of a figure that was not drawn now."""
        old = dict(self._old[entry.name])
        if old["definitions"] is None and old["fingerprint"] != self.inputs.definitions(entry):
            old["definitions"] = self._was(entry.name)
        old["outputs"] = [path for path in old["outputs"] if path not in self._damaged]
        return old


def drawn_digest(record: Mapping[str, Any]) -> str:
    """The digest of what the manifest says of a figure that only drawing it tells."""
    drawn = {key: record.get(key) for key in DRAWN}
    return sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:24]


def _distributions(packages: Collection[str]) -> tuple[str, ...]:
    """The distributions of packages that a course imports from elsewhere."""
    others = {name for name in packages if name not in sys.stdlib_module_names}
    known = {normalised(name) for name in PACKAGES} | {"mpl_toolkits", "font_source_sans_pro"}
    unknown = {name for name in others if normalised(name) not in known}
    if not unknown:
        return ()
    from importlib.metadata import packages_distributions  # noqa: PLC0415 - slow, and rarely needed

    homes = packages_distributions()
    return tuple(
        sorted({home for name in unknown for home in homes.get(name, [name])} - {*PACKAGES})
    )
