"""The versions of all that a picture comes from besides the project's own code.

They are read from the names of the folders that installers leave, so that nothing is imported, and
no more than a look into each folder of the path is needed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection

PACKAGES = (
    "contourpy",
    "font-source-sans-pro",
    "fonttools",
    "graphviz",
    "graphviz-pure",
    "kiwisolver",
    "math-core",
    "mathra",
    "matplotlib",
    "numpy",
    "pillow",
    "pygments",
    "pyparsing",
)
"""The distributions that have a part in every picture.

figgen itself is none of them: of its code every definition that a picture reaches counts by itself.
"""

_ENDINGS = (".dist-info", ".egg-info")


def environment(more: tuple[str, ...] = ()) -> dict[str, str]:
    """Everything outside the project that a picture depends on, with its version.

    Args:
        more: Other distributions that the course imports, and variables that it reads, as "$NAME".
    """
    installed = _installed()
    found = {"Python": sys.version, "platform": f"{sys.platform} {sys.byteorder}"}
    for name in (*PACKAGES, *more):
        found[name] = (
            variable(name[1:]) if name[0] == "$" else installed.get(normalised(name), "none")
        )
    if program := os.environ.get("FIGGEN_DOT"):
        found["FIGGEN_DOT"] = f"{program}, {_identity(program)}"
    return found


def _installed() -> dict[str, str]:
    """The version of every distribution on the path; the first one is what Python imports.

    What setuptools leaves beside a source has no version in its name, and tells of no installation.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(_ENDINGS):
                project, _, version = name.rpartition(".")[0].partition("-")
                if version:
                    found.setdefault(normalised(project), version)
    return found


def distributions(packages: Collection[str]) -> tuple[str, ...]:
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


def normalised(name: str) -> str:
    """The name of a distribution as installers compare it."""
    return name.replace("-", "_").replace(".", "_").lower()


THE_TIME = "the time"
THE_FOLDER = "the working folder"
THE_MACHINE = "the machine"
THE_USER = "the user"
THE_LANGUAGE = "the language"
THE_TIME_ZONE = "the time zone"
ALL_VARIABLES = "all variables"
LINK = "the link "
"""What a figure may ask for besides variables: each is looked up again as they are."""

_LANGUAGE = ("LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LANG")


def variable(name: str) -> str:
    """What tells one value of a variable of the environment from another; it may be a secret.

    Args:
        name: Its name, or one of the things above that are asked of the system.
    """
    value = _value(name)
    if value is None:
        return "none"
    from hashlib import sha256  # noqa: PLC0415 - only for those who read one

    return sha256(os.fsencode(value)).hexdigest()[:16]


def _value(name: str) -> str | None:
    if name.startswith(LINK):
        try:
            return os.readlink(name.removeprefix(LINK))
        except OSError:
            return None
    answer = _ANSWERS.get(name)
    return os.environ.get(name) if answer is None else repr(answer())


def _machine() -> object:
    import platform  # noqa: PLC0415 - only for those who ask

    return platform.uname()[:5], os.cpu_count()


_ANSWERS: dict[str, Callable[[], object]] = {
    THE_TIME: time.time_ns,
    THE_FOLDER: os.getcwd,
    THE_MACHINE: _machine,
    THE_USER: getattr(os, "getuid", lambda: os.environ.get("USERNAME")),
    THE_LANGUAGE: lambda: [os.environ.get(each) for each in _LANGUAGE],
    THE_TIME_ZONE: lambda: (time.tzname, time.timezone, time.altzone),
    ALL_VARIABLES: lambda: sorted(os.environ.items()),
}


def _identity(program: str) -> str:
    """What tells one program from another without running it."""
    import shutil  # noqa: PLC0415 - only for those who set it

    path = os.path.realpath(shutil.which(program) or program)
    try:
        status = os.stat(path)
    except OSError:
        return "missing"
    return f"{path}, {status.st_size} bytes, {status.st_mtime_ns}"
