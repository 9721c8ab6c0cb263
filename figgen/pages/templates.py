"""Templates: how those of a room are filled in, beside those that all pages share.

A page is a Jinja template, whose text is escaped as `markupsafe` does it; what is HTML already is a
`markupsafe.Markup`. The folder ``templates`` beside this module holds what several pages include.
"""

from __future__ import annotations

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from figgen.draw.canvas.theme import THEMES, Theme


def environment(package: str) -> Environment:
    """The templates of a package; any of them may include one that all pages share.

    Args:
        package: The dotted name of the package that has a folder ``templates``.

    Returns:
        An environment in which HTML is escaped, a name that is not there is an error, and every
        template knows ``themes`` and ``css_variables``.
    """
    found = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals |= {"themes": [*THEMES.values()], "css_variables": css_variables}
    return found


def css_variables(theme: Theme) -> str:
    """The colours of a theme as variables of CSS.

    >>> css_variables(Theme("sepia", {"paper": "#f4ecd8", "ink": "#5b4636"}))
    '--paper: #f4ecd8; --ink: #5b4636;'
    """
    return " ".join(f"--{role}: {colour};" for role, colour in theme.colours.items())
