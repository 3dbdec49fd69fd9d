"""Languages: Chinese unless the reader asks for English."""

from __future__ import annotations

from typing import Any

from babel.support import NullTranslations
from flask import Blueprint, Flask, current_app, g, redirect, request
from flask_babel import Babel, Domain, get_locale, gettext
from werkzeug.wrappers import Response

from service.languages import CATALOGUES, CHINESE, ENGLISH, catalogue
from service.runtime import identity
from service.wording import Text, all_translated, translated

COOKIE = "language"
ONE_YEAR_SECONDS = 365 * 86400

blueprint = Blueprint("language", __name__)


class CatalogueDomain(Domain):
    """Translations read from `.po` files instead of compiled ones."""

    def get_translations(self) -> NullTranslations:
        return catalogue(str(get_locale() or CHINESE))


class CatalogueBabel(Babel):
    """Flask-Babel, looking into our catalogues."""

    @property
    def domain_instance(self) -> Domain:
        return CatalogueDomain([str(CATALOGUES)])


def install(app: Flask) -> None:
    """Set up Babel: the language of each request, and the zone of the company."""
    CatalogueBabel(
        app,
        default_locale=CHINESE,
        default_timezone="Asia/Shanghai",
        locale_selector=chosen_language,
    )
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"language_tag": language_tag()})
    app.add_template_filter(told)
    app.add_template_filter(worded)
    app.after_request(_vary_by_language)


def _vary_by_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language_tag()
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def chosen_language() -> str:
    """Return the reader's language: switch, account, browser, then Chinese."""
    actor = g.get("actor")
    for wish in (request.cookies.get(COOKIE), getattr(actor, "language", None)):
        if wish in (CHINESE, ENGLISH):
            return wish
    best = request.accept_languages.best_match(("zh-CN", "zh", "zh-Hans", "en"), "zh-CN")
    return ENGLISH if best == "en" else CHINESE


def told(message: str, otherwise: str) -> str:
    """Return an error's message in the reader's language, `otherwise` where it only exists in English."""
    text = worded(message) if isinstance(message, Text) else gettext(message) if message else ""
    is_foreign = text.isascii() and language_tag() != "en"
    return otherwise if not text or is_foreign else text


def worded(message: str) -> str:
    """Return what the check or the engine says in the reader's language."""
    return translated(message, gettext)


def for_programs(answer: Any) -> Any:
    """Return JSON with its texts in the language an API request asks for, English where it asks for none."""
    return all_translated(answer, gettext) if names_a_language() else answer


def names_a_language() -> bool:
    """Say whether a request prefers any language: browsers do, most programs do not."""
    return request.accept_languages.best not in (None, "*")


def language_tag() -> str:
    """Return the language of this answer for HTML: `zh-CN` or `en`."""
    return "en" if str(get_locale()) == ENGLISH else "zh-CN"


@blueprint.post("/language")
def switch() -> Response:
    """Remember a language, on this browser and with the account, and go back."""
    wish = ENGLISH if request.form.get("language") == ENGLISH else CHINESE
    if g.get("actor"):
        identity.set_language(current_app.extensions["countersign"], g.actor, wish)
    response = redirect(safe_path(request.form.get("next")), 303)
    response.set_cookie(COOKIE, wish, max_age=ONE_YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def safe_path(wish: str | None, default: str = "/tasks") -> str:
    """Return `wish` when it is a path of this service, else `default`: never an address elsewhere."""
    if not wish or not wish.startswith("/") or wish.startswith(("//", "/\\")):
        return default
    return default if any(ord(letter) < 32 for letter in wish) else wish
