"""The entries of constraints.txt that a group of pyproject.toml needs: python .ci/locked.py test.

A group is one of `[dependency-groups]`, or `project` for what figgen itself depends on. pip can
check the hashes of a whole file alone, so each group gets a file, cut out of the one lock file by
what its comments say needs what. It runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def name_of(requirement: str) -> str:
    """The name of a requirement, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def locked(lock: str, wanted: set[str]) -> str:
    """The entries of a lock file for packages, and for all that they need.

    Raises:
        LookupError: The lock file has no entry for one of them.
    """
    entries = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)[1:]
    needed_by: dict[str, set[str]] = {}
    for entry in entries:
        users = re.findall(r"^[ #]*(\w[\w.-]*)", entry.partition("# via")[2], re.MULTILINE)
        needed_by.setdefault(name_of(entry), set()).update(map(name_of, users))
    if missing := wanted - needed_by.keys():
        raise LookupError(f"constraints.txt lacks {', '.join(sorted(missing))}; run: make lock")
    found: set[str] = set()
    while more := wanted - found:
        found |= more
        wanted = {name for name, users in needed_by.items() if users & found}
    return "".join(entry for entry in entries if name_of(entry) in found)


def main(*groups: str) -> None:
    """Print the entries that groups need."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    known = {"project": project["project"]["dependencies"], **project["dependency-groups"]}
    wanted = {name_of(each) for group in groups for each in known[group]}
    try:
        print(locked(Path("constraints.txt").read_text(encoding="utf-8"), wanted), end="")
    except LookupError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
