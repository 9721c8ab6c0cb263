"""The page of ``figgen diff``: every picture that changed, before and after, in one file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from figgen.guard.compare_snapshots import Difference, FileChange
from figgen.pages.templates import environment

_MIME = {"png": "image/png", "svg": "image/svg+xml"}


def page(differences: Sequence[Difference], against: str, among: int) -> str:
    """The page, whole: it fetches nothing.

    Args:
        differences: What differs, worst first.
        against: What the figures were compared with.
        among: How many figures were compared.

    Returns:
        HTML.
    """
    templates = environment("figgen.publish")
    style, script = (templates.get_template(f"diff.{kind}").render() for kind in ("css", "js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Whatever a label says, the browser runs this one script and asks nobody for anything.
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline';"
        f" script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    differ = sum(each.differs for each in differences)
    verb = "differs" if differ == 1 else "differ"
    return templates.get_template(
        "diff.html"
    ).render(
        policy=policy,
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        summary=f"{differ} of {among} figure{'s'[: among != 1]} {verb} from {against}",
        figures=[_changed_figure(each) for each in differences],
    )


def _changed_figure(difference: Difference) -> dict[str, Any]:
    """What the template says of a figure: in words all that is no picture, and a card a picture."""
    pictures = [change for change in difference.files if change.key.format in _MIME]
    others = [change for change in difference.files if change.key.format not in _MIME]
    share = max((change.share for change in difference.files), default=0.0)
    boxes = {(each.key.step, each.key.theme): each.places for each in pictures if each.places}
    return {
        "name": difference.name,
        "title": difference.title,
        "measure": "" if difference.error or not share else f"{share:.2%} of a picture",
        "differs": difference.differs,
        "words": [
            *([difference.error] if difference.error else []),
            *(str(change) for change in difference.scene),
            *(f"{change.key}: {words}" for change in others for words in change.words),
        ],
        "cards": [
            _card(change, boxes.get((change.key.step, change.key.theme), ())) for change in pictures
        ],
    }


def _card(change: FileChange, boxes: Sequence[tuple[float, float, float, float]]) -> dict[str, Any]:
    """What the template shows of a picture; ``boxes`` are where it changed, in shares of it."""
    step, theme, format_ = change.key
    return {
        "heading": f"Step {step}, {theme}, {format_.upper()}",
        "words": change.words,
        "pictures": {
            "before": _address(format_, change.before),
            "after": _address(format_, change.after),
        },
        "boxes": boxes,
    }


def _address(format_: str, data: bytes | None) -> str | None:
    """A picture as a data URL; None if there is none."""
    if data is None:
        return None
    return f"data:{_MIME[format_]};base64,{base64.b64encode(data).decode()}"
