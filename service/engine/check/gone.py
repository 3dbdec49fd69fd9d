"""Names that an organisation had and has no more, where the files beside it still use them.

A table that yields a department, or a form that offers one, knows it by its name only: were it renamed in the
organisation alone, such a file would go on with a name that means nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.engine.organisation import FILE, Organisation
from service.wording import Text


def check_gone(before: Organisation, after: Organisation, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield every line of the files that names a group or relation which is declared no more."""
    gone = before.people - after.people
    if not gone:
        return
    named = _anywhere(gone | after.people)
    for file, content in files.items():
        if file == FILE:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            for name in sorted(gone.intersection(named.findall(line))):
                text = Text(
                    "{name!r} is no group or relation any more, but is named here: rename it here too, or "
                    "declare it again.{hint}",
                    name=name,
                    hint=suggestion(name, after.people - before.people),
                )
                yield Finding(file, number, "", "error", "gone-name", text)


def _anywhere(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds names in running text: the longest first, so that 集团财务部 does not name 财务部.

    Chinese has no spaces between words: only a name in Latin letters has to be a word of its own.
    """
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(_edged(name) for name in longest_first), re.ASCII)


def _edged(name: str) -> str:
    before, after = (r"\b" if edge.isascii() else "" for edge in (name[0], name[-1]))
    return f"{before}{re.escape(name)}{after}"
