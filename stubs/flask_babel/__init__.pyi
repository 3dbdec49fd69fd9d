from collections.abc import Callable, Sequence
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask

class Domain:
    def __init__(
        self, translation_directories: Sequence[str] | None = None, domain: str = "messages"
    ) -> None: ...
    def get_translations(self) -> NullTranslations: ...

class Babel:
    def __init__(
        self,
        app: Flask | None = None,
        *,
        default_locale: str = "en",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], str | None] | None = None,
    ) -> None: ...
    @property
    def domain_instance(self) -> Domain: ...

def get_locale() -> Locale | None: ...
def gettext(string: str, **variables: Any) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str: ...
