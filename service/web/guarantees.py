"""For process owners: what the company promises, and where the drawings break it."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from service.engine.guarantees import Verdict
from service.engine.guarantees.telling import doubt
from service.errors import NotFound
from service.runtime.identity import rights
from service.runtime.releases import guarantees
from service.web import diagrams, i18n
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("guarantees", __name__, url_prefix="/processes/guarantees"))


@blueprint.before_request
def _owners_only() -> None:
    rights.require(me(), "deployment.read")


@blueprint.get("")
def index() -> str:
    """List the sentences with their state, those that do not hold first."""
    verdicts = sorted(guarantees.judged(application(), me()), key=lambda each: each.proof.state == "holds")
    return render_template("guarantees.html", verdicts=verdicts, said=said)


@blueprint.get("/<key>")
def one(key: str) -> str:
    """Show one sentence, and the way that breaks it on the drawings."""
    found = {each.guarantee.key: each for each in guarantees.judged(application(), me())}
    if key not in found:
        raise NotFound
    verdict = found[key]
    return render_template(
        "guarantee.html",
        verdict=verdict,
        said=said,
        steps=[step for step in verdict.proof.way if step.is_told],
        names=_names(),
        doubt=doubt(verdict.proof),
        drawing=_drawing(verdict) if verdict.proof.way else None,
    )


def said(verdict: Verdict) -> str:
    """Return the sentence in the reader's language, as far as its owner wrote it."""
    return verdict.guarantee.said(i18n.chosen_language())


def _names() -> dict[str, str]:
    return {key: each.name for key, each in application().live().model.processes.items()}


def _drawing(verdict: Verdict) -> dict[str, object]:
    names = _names()
    urls = {key: url_for("processes.drawing", key=key) for key in names}
    return diagrams.of_way(verdict.proof.way, names, urls, _("Here the guarantee is broken"))
