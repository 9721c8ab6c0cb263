"""The page of ``figgen diff``: every picture that changed, before and after, in one file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from figgen.guard.snapshots import Difference, ViewChange
from figgen.pages.html import Markup, element, joined

_MIME = {"png": "image/png", "svg": "image/svg+xml"}

_WORDS, _WORDS_OF_A_PICTURE = 8, 3
"""How many lines stand open."""

_LOOKS = (
    ("both", "Side by side", "1"),
    ("before", "Before", "2"),
    ("after", "After", "3"),
    ("difference", "Difference", "4"),
)

_KEYS = (("j →", "next"), ("k ←", "previous"))


def page(differences: Sequence[Difference], against: str, among: int) -> str:
    """The page, whole: it fetches nothing.

    Args:
        differences: What differs, worst first.
        against: What the figures were compared with.
        among: How many figures were compared.

    Returns:
        HTML.
    """
    style, script = _resource("diff.css"), _resource("diff.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Whatever a label says, the browser runs this one script and asks nobody for anything.
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline';"
        f" script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    differ = sum(each.differs for each in differences)
    verb = "differs" if differ == 1 else "differ"
    summary = f"{differ} of {among} figure{'s'[: among != 1]} {verb} from {against}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"figgen diff: {summary}"),
        element("style", Markup(style)),
    )
    cards = sum(len(_pictures(each)) for each in differences)
    body = element(
        "body",
        element(
            "header",
            element("h1", "What changed"),
            element("p", f"{summary}, worst first." if differences else f"Nothing: {summary}."),
            _contents(differences) if len(differences) > 1 else None,
        ),
        _toolbar(cards) if cards else None,
        element("main", *(_figure(each) for each in differences)),
        element("script", Markup(script)),
        data_look="both",
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _contents(differences: Sequence[Difference]) -> Markup:
    links = (
        element("li", element("a", each.name, href=f"#{each.name}"), f" {_measure(each)}")
        for each in differences
    )
    return element("nav", element("ol", *links), aria_label="Figures that changed")


def _measure(difference: Difference) -> str:
    """How bad it is, in a few characters."""
    share = max((view.share for view in difference.views), default=0.0)
    return "" if difference.error or not share else f"{share:.2%} of a picture"


def _toolbar(cards: int) -> Markup:
    looks = (
        element(
            "button",
            label,
            " ",
            element("kbd", key),
            type="button",
            data_look=name,
            aria_pressed="true" if name == "both" else "false",
        )
        for name, label, key in _LOOKS
    )
    toggles = (
        element("button", label, " ", element("kbd", key), type="button", id=name,
                aria_pressed=pressed)
        for name, label, key, pressed in (
            ("flicker", "Flicker", "f", "false"),
            ("marks", "Marks", "m", "true"),
        )
    )  # fmt: skip
    keys = (joined(element("kbd", keys), f" {what} ") for keys, what in _KEYS)
    return element(
        "div",
        element("div", *looks, class_="group", role="group", aria_label="View"),
        element("div", *toggles, class_="group"),
        element("p", *keys, element("output", f"1 / {cards}", id="place"), class_="keys"),
        id="toolbar",
        role="toolbar",
        aria_label="How to look",
        # Useless without the script, which shows it.
        hidden=True,
    )


def _pictures(difference: Difference) -> list[ViewChange]:
    return [view for view in difference.views if view.view.format in _MIME]


def _figure(difference: Difference) -> Markup:
    others = [view for view in difference.views if view.view.format not in _MIME]
    said = [difference.error] if difference.error else []
    said += [str(change) for change in difference.scene]
    said += [f"{change.view}: {words}" for change in others for words in change.words]
    note = "Drawn by other versions; what it draws is the same." if not difference.differs else None
    title = element("span", difference.title, class_="title") if difference.title else None
    boxes = {(v.view.step, v.view.theme): v.places for v in difference.views if v.places}
    cards = (
        _card(difference.name, change, boxes.get((change.view.step, change.view.theme), ()))
        for change in _pictures(difference)
    )
    return element(
        "section",
        element("h2", difference.name, " ", title),
        element("p", note, class_="note") if note else None,
        _listed(said, _WORDS),
        *cards,
        id=difference.name,
    )


def _listed(words: Sequence[str], shown: int) -> Markup | None:
    """What is said, as a list; what is too much to stand before a picture can be unfolded."""
    if not words:
        return None
    items = [element("li", each) for each in words]
    if len(items) <= shown + 1:
        return element("ul", *items, class_="words")
    more = element("summary", f"and {len(items) - shown} more")
    rest = element("details", more, element("ul", *items[shown:], class_="words"))
    return joined(element("ul", *items[:shown], class_="words"), rest)


def _card(
    name: str, change: ViewChange, boxes: Sequence[tuple[float, float, float, float]]
) -> Markup:
    """One picture, before and after, with what changed in words."""
    view = change.view
    format_ = view.format.upper()
    heading = f"Step {view.step}, {view.theme}, {format_}"
    pictures = (
        _picture(f"{name}, step {view.step}, {view.theme}, {format_}", when, data, view.format)
        for when, data in (("before", change.before), ("after", change.after))
    )
    marks = (
        element("span", class_="mark",
                style=f"left:{x:.4%};top:{y:.4%};width:{width:.4%};height:{height:.4%}")
        for x, y, width, height in boxes
    )  # fmt: skip
    overlay = element("span", *marks, class_="marks", aria_hidden="true") if boxes else None
    return element(
        "article",
        element("h3", heading),
        _listed(change.words, _WORDS_OF_A_PICTURE),
        element("div", element("div", *pictures, class_="pictures"), overlay, class_="pair"),
        tabindex="-1",
        aria_label=f"{name}, {heading}",
        data_name=name,
    )


def _picture(what: str, when: str, data: bytes | None, format_: str) -> Markup:
    caption = element("figcaption", when.capitalize())
    if data is None:
        return element("figure", caption, element("p", "There is none."), class_=f"{when} none")
    source = f"data:{_MIME[format_]};base64,{base64.b64encode(data).decode()}"
    image = element("img", src=source, alt=f"{what}: {when}", decoding="async")
    return element("figure", caption, image, class_=when)
