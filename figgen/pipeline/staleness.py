"""Which figures are stale, and why; and what is known of those that were drawn."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeAlias

from figgen.course.course import Course, Entry
from figgen.disk.file_status import (
    ABSENT,
    Comparison,
    as_plain_data,
    compare,
    digest,
    digests_in,
    flat,
    folders_of,
    merged,
    table,
)
from figgen.pipeline import build_state as state
from figgen.pipeline.current_inputs import CurrentInputs
from figgen.pipeline.journal import Journal
from figgen.pipeline.manifest import Manifest
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.plan import Plan
from figgen.pipeline.request import Asset, Request, assets
from figgen.tracking.cached_reads import CachedReads
from figgen.tracking.dependencies import Node
from figgen.tracking.environment import environment, variable
from figgen.tracking.fingerprints import changes, inputs_of
from figgen.tracking.recorded_reads import Read

Record: TypeAlias = dict[str, Any]
"""What is known of a figure that was drawn: a digest for each thing that it was drawn from."""

DRAWN = ("alt", "claims", "equations", "files", "fingerprint", "sources")
"""What of a figure's entry in the manifest only drawing it tells; the rest is in its module."""

NAMED = 3
"""How many definitions a reason names, at most."""


class Staleness:
    """What a build folder holds, compared with what the course now says.

    Args:
        course: The course.
        request: What is asked for.
        manifest: The figures of the manifest in the build folder, by name.
        journal: Where to note what is made before the build ends; None for nowhere.
    """

    def __init__(
        self,
        course: Course,
        request: Request,
        manifest: Mapping[str, Mapping[str, Any]],
        journal: Journal | None = None,
    ) -> None:
        self.course = course
        self.request = request
        self._journal = journal
        self._entries = {entry.name: entry for entry in course.entries}
        self._manifest = manifest
        out = str(request.out)
        self.moment = state.moment(out)
        self._first, self._second = state.load(out)
        self.inputs = CurrentInputs(course, request)
        self.graph = self.inputs.definitions.graph
        self._old: dict[str, Record] = self._second.get("figures", {})
        self._shared = CachedReads(self.inputs.project)
        self._outdated: set[str] = set()
        self._edited: set[str] = set()

    @property
    def key(self) -> state.StateKey:
        """Which builds know by the state that there is nothing to do."""
        folder = str(self.course.folder.absolute())
        return state.StateKey(folder, self.request.formats, self.request.themes, self.request.dpi)

    # Why a figure is stale

    def plan(self, force: Collection[str] = ()) -> Plan:
        """Which figures of the course are stale, and why.

        Args:
            force: The names of figures to draw anyway.
        """
        reasons = {entry.name: self._reasons(entry) for entry in self.course.entries}
        maybe = (entry for entry in self.course.entries if entry.name not in force)
        recovered = self._recovered([entry for entry in maybe if reasons[entry.name]])
        for name in recovered:
            reasons[name] = ()
        for name in force:
            reasons[name] = reasons[name] or ("--force",)
        stale = tuple(
            replace(entry, fingerprint=self.inputs.definitions.fingerprint(entry))
            for entry in self.course.entries
            if reasons[entry.name]
        )
        fresh = tuple(name for name, found in reasons.items() if not found)
        why = {name: found for name, found in reasons.items() if found}
        return Plan(stale, why, fresh, recovered)

    def _recovered(self, entries: Sequence[Entry]) -> dict[str, Outcome]:
        """Those figures that a build which did not end has made as this one would make them."""
        noted = self._journal.read() if self._journal and entries else {}
        found = {}
        for entry in entries:
            if about := noted.get(entry.name):
                reads = (self._read(*parts) for parts in about["reads"])
                made = Outcome(entry.name, about["record"], reads=tuple(reads))
                if about["context"] == self.inputs.context(entry, made.reads) and self._whole(
                    entry, made
                ):
                    record = made.record | entry.as_json() | {"alt": made.record["alt"]}
                    found[entry.name] = replace(made, record=record)
        return found

    def _read(self, kind: str, path: str, digest: str) -> Read:
        """What a figure has read, from the journal."""
        return Read(kind, path if kind == "variable" else self.inputs.absolute(path), digest)

    def _whole(self, entry: Entry, made: Outcome) -> bool:
        """Whether what a figure has read is as it was, and its files are as they were left."""
        files = {file["path"]: file["sha256"] for file in made.record["files"]}
        wanted = {path for _, path in self._wanted(entry, made.record["sources"])}
        out = str(self.request.out)
        return (
            wanted <= files.keys()
            and all(
                self.inputs.digest(path) == was
                for path, was in self.inputs.files_of(made.reads).items()
            )
            and all(
                digest(os.path.join(out, path)).hex() == was[:32] for path, was in files.items()
            )
        )

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
        if old["fingerprint"] == self.inputs.definitions.digest(entry):
            return []
        now = self.inputs.definitions.by_definition(entry)
        words = self._in_words(changes(self._was(entry.name), now), now, "changed")
        return words or ["what its definitions stand for changed"]

    def _was(self, name: str) -> dict[str, str]:
        """The definitions that a figure was drawn from."""
        old = self._old[name]
        if old["definitions"] is not None:
            found: dict[str, str] = old["definitions"]
            return found
        graph = {node: Node(*parts) for node, parts in self._second["graph"].items()}
        return inputs_of(graph, old["node"], text=old["text"]) if old["node"] in graph else {}

    def _in_words(self, names: Sequence[str], now: Mapping[str, str], changed: str) -> list[str]:
        # A name that comes or goes does so because another changed, unless none did.
        own = [name for name in names if not name.endswith((":*", "!"))] or names
        main = [name for name in own if name in now and name in self.graph] or own
        words = [
            f"{self._describe(name)} {changed if name in now else 'is gone'}"
            for name in main[:NAMED]
        ]
        return [*words, *([f"and {len(main) - NAMED} more"] if len(main) > NAMED else [])]

    def _describe(self, node: str) -> str:
        module, _, name = node.partition(":")
        file = self.inputs.project.file_of(module)
        if name == "<code>":
            return f"module-level code in {file}"
        if name.endswith("!"):
            return f"what is entered in `{name[:-1]}` in {file}"
        return f"`{name}` in {file}" if name not in {"", "*"} else f"`{module}`"

    def _changed_sources(self, entry: Entry, old: Record) -> list[str]:
        was = old["sources"]
        now = self.inputs.definitions.texts_in(entry, {name.partition(":")[0] for name in was})
        return self._in_words(changes(was, now), now, "changed, and its source is shown")

    def _changed_files(self, old: Record) -> list[str]:
        gone = ABSENT.hex()
        found = []
        for path, was in old["files"].items():
            now = self.inputs.digest(path)
            if now != was:
                word = "is gone" if now == gone else "is there now" if was == gone else "changed"
                found.append(f"{path} {word}")
        return found

    def _changed_environment(self, old: Record) -> list[str]:
        was = old["environment"]
        now = self.inputs.environment | {name: variable(name[1:]) for name in was if name[0] == "$"}
        found = []
        for name in changes(was, now):
            before, after = was.get(name, "none"), now.get(name, "none")
            # The value of a variable may be a secret.
            secret = name[0] == "$"
            found.append(f"{name} changed" if secret else f"{name} {before} became {after}")
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
                found.append(_missing(asset, path, known))
        return [*dict.fromkeys(found)]

    def count(self, entry: Entry, manifest: Manifest) -> int:
        """How many files are asked for of a figure that is up to date."""
        has = manifest.figures.get(entry.name, {}).get("sources", ())
        return len(self._wanted(entry, has))

    def _wanted(self, entry: Entry, has: Collection[str]) -> list[tuple[Asset, str]]:
        """The files that are asked for of a figure that has these sources."""
        found = assets(entry, self.request, has)
        return [(asset, self.request.path_of(asset).as_posix()) for asset in found]

    @cached_property
    def _outputs(self) -> dict[str, tuple[tuple[int, ...], bytes]]:
        """Status and digest of every file that the last build left, where it is unchanged."""
        if not self._first:
            return {}
        out = str(self.request.out)
        old = flat(self._first["outputs"])
        # The status anew, and then the content: what changes in between is found the next time.
        return (
            old
            if self._comparison.settled
            else flat(table(set(old) - set(self._damaged), base=out))
        )

    @cached_property
    def _comparison(self) -> Comparison:
        if not self._first:
            return Comparison({}, settled=True)
        return compare(self._first["outputs"], self._first["moment"], str(self.request.out))

    @property
    def _damaged(self) -> dict[str, bytes]:
        return self._comparison.changed

    # What is known after the build

    def remember(
        self,
        plan: Plan,
        made: Mapping[str, Outcome],
        manifest: Manifest,
    ) -> None:
        """Write what the next build needs to know.

        Args:
            plan: What was to be done, of all figures of the course.
            made: What was drawn, by the figures' names.
            manifest: The manifest as it is written now.
        """
        out = str(self.request.out)
        now = table(self.inputs.project.files)
        certain = self.inputs.is_certain(now)
        written = [file for each in made.values() for file in each.record["files"]]
        new = flat(table((file["path"] for file in written), base=out))
        sound = {
            file["path"]
            for file in written
            if new[file["path"]][1] == bytes.fromhex(file["sha256"])[:16]
        }
        figures: dict[str, Record] = {}
        for entry in self.course.entries:
            if entry.name in made:
                if certain:
                    self._edited.discard(entry.name)
                    figures[entry.name] = self._record(entry, made[entry.name], sound)
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
        inputs = table(self.inputs.absolute(path) for path in data)
        unchanged = all(
            found.hex() == data[self.inputs.short(path)]
            for path, found in digests_in(inputs).items()
        )
        fresh = {*plan.fresh, *made}
        read = {name for record in figures.values() for name in record["environment"]}
        variables = sorted(name for name in read if name[0] == "$")
        more = (*self.inputs.packages, *variables)
        whole = sound >= {file["path"] for file in written}
        first = {
            "key": tuple(self.key),
            "complete": certain and whole and unchanged and not self.course.problems,
            "title": self.course.title,
            "stale": {*self.course.names} - fresh,
            "figures": {
                entry.name: len(self._wanted(entry, figures[entry.name]["has"]))
                for entry in self.course.entries
                if entry.name in figures
            },
            "environment": environment(more),
            "packages": more,
            "folders": self.inputs.project.folders,
            "moment": self.moment,
            "inputs": as_plain_data(merged(now, inputs)),
            "outputs": as_plain_data(folders_of(outputs)),
            "orphans": manifest.orphans,
        }
        graph = {name: (node.digest, node.text, node.uses) for name, node in self.graph.items()}
        if state.save(out, first, {"figures": figures, "graph": graph}) and self._journal:
            self._journal.remove()

    def note(self, outcome: Outcome) -> None:
        """Note what became of a figure, when its files are written.

        A figure counts after those that its process has drawn before.

        Args:
            outcome: What became of it.
        """
        self._shared.note(outcome.reads)
        if not outcome.record or self._journal is None:
            return
        entry = self._entries[outcome.name]
        known = self._shared.known(self.inputs.definitions.node(entry), outcome.reads)
        about = {
            "record": outcome.record,
            "context": self.inputs.context(entry, known),
            "reads": [(read.kind, self.inputs.short(read.path), read.digest) for read in known],
        }
        if self._journal.note(about):
            self.keep()

    def keep(self) -> None:
        """Bring to the disk what was noted."""
        if self._journal is not None and self._journal.waits:
            self._journal.write(certain=self.inputs.is_certain(table(self.inputs.project.files)))

    def _record(self, entry: Entry, made: Outcome, sound: Collection[str]) -> Record:
        node = self.inputs.definitions.node(entry)
        reads = self._shared.known(node, made.reads)
        outputs = [file["path"] for file in made.record["files"] if file["path"] in sound]
        if entry.name not in self._outdated:
            before = self._old.get(entry.name, {}).get("outputs", ())
            outputs += [
                path for path in before if path not in self._damaged and path not in outputs
            ]
        return {
            "node": node,
            "text": node in self.inputs.definitions.documented,
            "fingerprint": self.inputs.definitions.digest(entry),
            # Those of the graph, as long as it is the same.
            "definitions": None,
            "sources": self.inputs.sources_of(entry, reads),
            "files": self.inputs.files_of(reads),
            "environment": self.inputs.environment_of(reads),
            "outputs": outputs,
            "has": made.record["sources"],
        }

    def _kept(self, entry: Entry) -> Record:
        """What is known of a figure that was not drawn now."""
        old = dict(self._old[entry.name])
        if old["definitions"] is None and old["fingerprint"] != self.inputs.definitions.digest(
            entry
        ):
            old["definitions"] = self._was(entry.name)
        old["outputs"] = [path for path in old["outputs"] if path not in self._damaged]
        return old


def _missing(asset: Asset, path: str, known: Sequence[Sequence[str]]) -> str:
    """Why a file that is asked for is not among those that were made.

    Args:
        asset: What it is.
        path: Where it would be.
        known: The paths of those that were made, in parts.
    """
    if asset.theme and all(parts[0] != asset.theme for parts in known):
        return f"new theme {asset.theme}"
    if all(asset.format not in parts[:-1] for parts in known):
        return f"new format {asset.format}"
    return f"{path} was not made"


def drawn_digest(record: Mapping[str, Any]) -> str:
    """The digest of what the manifest says of a figure that only drawing it tells."""
    drawn = {key: record.get(key) for key in DRAWN}
    return sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:24]
