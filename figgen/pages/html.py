"""HTML that what is put into it cannot break: text is escaped unless it is markup already."""

from __future__ import annotations

from html import escape

_VOID = {"img", "meta", "br", "link"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *children: str | None, **attributes: str | int | bool | None) -> Markup:
    """An element.

    Args:
        tag: Its name.
        *children: What it holds; text is escaped, `Markup` is not, None is left out.
        **attributes: Its attributes, escaped; an underscore in a name stands for a hyphen and one
            at its end for nothing, so that ``class_`` is ``class``; None and False are left out.

    >>> element("p", "a < b & ", element("b", "c"), class_="words", hidden=True)
    '<p class="words" hidden>a &lt; b &amp; <b>c</b></p>'
    """
    said = ""
    for name, value in attributes.items():
        key = name.rstrip("_").replace("_", "-")
        if value is True:
            said += f" {key}"
        elif value is not None and value is not False:
            said += f' {key}="{escape(str(value))}"'
    if tag in _VOID:
        return Markup(f"<{tag}{said}>")
    return Markup(f"<{tag}{said}>{joined(*children)}</{tag}>")


def joined(*parts: str | None) -> Markup:
    """Parts one after the other; text is escaped, `Markup` is not, None is left out."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(part) for part in parts if part)
    )
