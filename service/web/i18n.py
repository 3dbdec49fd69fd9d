"""Languages: Chinese unless the reader asks for English.

The catalogues are the `.po` files themselves, read when first needed: nothing compiled that could be stale.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, current_app, g, redirect, request
from flask_babel import Babel, Domain, get_locale, gettext
from werkzeug.wrappers import Response

from service.runtime import identity

CHINESE, ENGLISH = "zh_Hans_CN", "en"
COOKIE = "language"
ONE_YEAR_SECONDS = 365 * 86400
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"

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


@lru_cache(maxsize=4)
def catalogue(locale: str) -> NullTranslations:
    """Return the texts of one language; English texts are their own keys."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


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
    text = gettext(message) if message else ""
    is_foreign = text.isascii() and language_tag() != "en"
    return otherwise if not text or is_foreign else text


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


def extract_errors(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Find the texts of the error classes for Babel: docstrings of classes, and their `title`s."""
    tree = ast.parse(fileobj.read())
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        text = ast.get_docstring(node)
        if text:
            yield node.lineno, None, " ".join(text.split()), []
        for line in node.body:
            target = line.target if isinstance(line, ast.AnnAssign) else None
            names = [target] if target else getattr(line, "targets", [])
            if any(getattr(name, "id", "") == "title" for name in names) and isinstance(
                line.value, ast.Constant
            ):
                yield line.lineno, None, line.value.value, []
