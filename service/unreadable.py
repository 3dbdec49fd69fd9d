"""Why a file cannot be read, in our own words: what libraries say of XML, JSON and YAML is about themselves.

Each sentence says what is wrong and how it is mended. What is not known is told by its place alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress

from service.wording import Text


def _(text: str) -> str:
    """Mark a text for extraction."""
    return text


_XML: Mapping[int, str] = {  # by libxml2's number of the error
    4: _("it does not begin with a tag; is it a file of another kind?"),
    5: _("something stands after the last closing tag; remove it"),
    9: _("it holds a character that text files may not hold; remove it"),
    23: _("a & stands alone; write &amp; instead"),
    26: _("it names an entity that XML does not know; write the character itself"),
    34: _("a quotation mark is never closed; close it"),
    38: _("a < stands within an attribute; write &lt; instead"),
    39: _("the value of an attribute has no quotation marks; add them"),
    40: _("the value of an attribute is never closed; add the quotation mark"),
    41: _("an attribute has no value; give it one, in quotation marks"),
    42: _("an attribute stands twice in one tag; remove one"),
    65: _("two attributes stand without a blank between them; add one"),
    68: _("a < or & stands alone; write &lt; or &amp; instead"),
    73: _("a tag is not closed; add the >"),
    77: _("the end of the file is missing: a tag is still open; copy the file again or close it"),
    80: _("two hyphens stand within a comment; remove one"),
    201: _("a prefix is used that is not declared; declare its namespace in the root element"),
}
_MISMATCH = re.compile(r"tag mismatch: (?P<open>\S+) line (?P<line>\d+) and (?P<close>[^\s,]+)")
_JSON: Mapping[str, str] = {
    "Expecting value": _("a value is missing: a text in quotation marks, a number, true, false or null"),
    "Expecting property name enclosed in double quotes": _(
        'a key is missing or has no double quotation marks; write "key": …, and no comma after the last one'
    ),
    "Expecting ':' delimiter": _("the colon after a key is missing; add it"),
    "Expecting ',' delimiter": _("a comma between two entries, or a closing bracket, is missing; add it"),
    "Unterminated string starting at": _('a text is never closed; add the quotation mark "'),
    "Invalid control character at": _("a text runs over the end of its line; write \\n, or close it"),
    "Invalid \\escape": _("a backslash stands before a letter it means nothing with; write \\\\"),
    "Invalid \\uXXXX escape": _("four digits belong behind \\u; add them"),
    "Extra data": _("something stands after the end; remove it"),
    "Unexpected UTF-8 BOM (decode using utf-8-sig)": _(
        "it begins with a mark of its encoding; save it without one"
    ),
}
_YAML: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        _("a colon stands where none may: check the indentation, or put the text in quotation marks"),
    ),
    ("could not find expected ':'", _("the colon after a key is missing; add it")),
    (
        "cannot start any token",
        _("a tab, or one of @ ` %, begins a value; indent with blanks, put the text in quotation marks"),
    ),
    ("',' or ']'", _("a list is never closed; add ]")),
    ("',' or '}'", _("a mapping is never closed; add the closing brace")),
    ("expected '-' indicator", _("within a list a line has no hyphen; indent it, or begin it with -")),
    ("did not find expected key", _("a line is indented otherwise than those around it; align it")),
    ("unexpected end of stream", _("a text in quotation marks is never closed; close it")),
    ("undefined alias", _("a * stands before a word; put the text in quotation marks")),
    ("determine a constructor", _("a ! stands before a word; put the text in quotation marks")),
    (
        "unknown escape character",
        _("a backslash stands before a letter it means nothing with; use single quotation marks"),
    ),
    ("control characters are not allowed", _("it holds a character that text files may not hold; remove it")),
    ("another document", _("a line --- begins a second document; remove it")),
    (
        "block sequence entries are not allowed",
        _("a hyphen stands where no list may begin; put it on a line of its own"),
    ),
)
_NOT_UTF8 = Text("it is not in UTF-8; save it in that encoding")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
_DECLARED = re.compile(rb'encoding="(?!utf-8)', re.IGNORECASE)
_TOO_DEEP = Text("it is nested too deeply")


def of_encoding(content: bytes) -> Text:
    """Return in which encoding a text that is not UTF-8 is saved, and what to do about it."""
    with suppress(UnicodeError):
        if _CHINESE.search(content.decode("gb18030")):
            return Text("it is saved as GBK: choose the encoding UTF-8 when you save it")
    return _NOT_UTF8


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def of_xml(error: Exception, content: bytes) -> Text:
    """Return why lxml refuses a file."""
    if not _is_utf8(content) and _DECLARED.search(content[:200]) is None:
        return of_encoding(content)
    found = _MISMATCH.search(str(error))
    if found:
        return Text(
            "the tag {open} of line {line} is closed as {close}; close it, or correct one of the two",
            open=found["open"],
            line=int(found["line"]),
            close=found["close"],
        )
    sentence = _XML.get(getattr(error, "code", 0) or 0)
    if sentence is None:
        return Text("it cannot be read from here on; compare this line with a file that can")
    return Text(sentence)


def of_json(error: Exception) -> Text:
    """Return why a JSON file is refused, with line and column."""
    if isinstance(error, json.JSONDecodeError):
        sentence = Text(_JSON[error.msg]) if error.msg in _JSON else Text("it cannot be read from here on")
        return Text(
            "line {line}, column {column}: {reason}", line=error.lineno, column=error.colno, reason=sentence
        )
    return of_encoding(error.object) if isinstance(error, UnicodeDecodeError) else _TOO_DEEP


def line_of_json(error: Exception) -> int:
    """Return the line in which a JSON file cannot be read, 1 where none is known."""
    return error.lineno if isinstance(error, json.JSONDecodeError) else 1


def of_yaml(problem: str) -> Text:
    """Return why a YAML file is refused, by what the library says."""
    sentence = next((ours for theirs, ours in _YAML if theirs in problem), None)
    if sentence is None:
        return Text("it cannot be read from here on; check indentation, colons and quotation marks")
    return Text(sentence)


def of_text(error: Exception) -> Text:
    """Return why a text is refused before its lines are looked at."""
    if isinstance(error, UnicodeDecodeError):
        return of_encoding(error.object)
    return (
        _TOO_DEEP
        if isinstance(error, RecursionError)
        else Text("it holds a number that is none; put it in quotation marks")
    )
