"""A table file as rows of cells: CSV in UTF-8, UTF-16 or GBK, and XLSX. An upload is trusted in nothing.

Of a workbook the values are read, never its formulas; how much it may unpack to is known before it is opened.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from service.errors import FieldError, InvalidInput
from service.wording import Text

MOST_ROWS = 100_000
MOST_COLUMNS = 200
HEAD_ROWS = 40
"""So many rows may come before the headings: exports begin with who made them, and when."""
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
"""What all parts of a workbook may unpack to: beyond any table of so many rows, within what memory bears."""
_MOST_PARTS = 500
_LONGEST_CELL = 1000
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
_HIDDEN = "hidden"

Row = tuple[Any, ...]


def rows_of(content: bytes) -> Iterator[Row]:
    """Yield the rows of a table file, the first one that has anything among them, as text, numbers and days.

    InvalidInput names `file` for what is no such table, or is too large.
    """
    if not content.strip():
        raise unreadable(Text("the file is empty"))
    if content.startswith(_OLD_EXCEL):
        raise unreadable(Text("an old or encrypted workbook: save it as .xlsx without a password, or as CSV"))
    found = _workbook(content) if content.startswith(_ZIP) else _text(content)
    return _bounded(found)


def unreadable(why: Text) -> InvalidInput:
    """Return the error that a file is no table that can be taken."""
    return refused("file", why)


def refused(part: str, why: Text) -> InvalidInput:
    """Return the error that a part of what was sent cannot be used."""
    return InvalidInput(errors=[FieldError(part, why)])


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise unreadable(Text("more than {most} rows", most=MOST_ROWS))
        yield tuple(_cell(each) for each in row[:MOST_COLUMNS])


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        # Longer than anything that is read: what is left is no figure, and says so.
        return value if len(value) <= _LONGEST_CELL else value[:_LONGEST_CELL]
    return value if value is None or isinstance(value, (int, float, datetime, date)) else str(value)


# ---- text ------------------------------------------------------------------------------------------


def _text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    sheet = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from (tuple(row) for row in sheet)
    except csv.Error as exc:
        raise unreadable(Text("line {line} cannot be read as CSV", line=sheet.line_num)) from exc


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, in UTF-16 where its mark says so, or in GBK."""
    if content.startswith(_WIDE_TEXT):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise unreadable(Text("neither UTF-8 nor GBK text, nor a workbook: save the table as CSV or .xlsx"))


def _delimiter(text: str) -> str:
    """Return what parts the cells: what stands most often in the lines at the head."""
    head = "".join(islice(io.StringIO(text), HEAD_ROWS))
    return max(",\t;", key=head.count)


# ---- workbooks -------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Iterator[Row]:
    _require_bounds(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            shown = [each for each in book.worksheets if each.sheet_state != _HIDDEN]
            if shown:
                # What the file says of its size may be anything.
                shown[0].reset_dimensions()
                yield from shown[0].iter_rows(
                    max_row=MOST_ROWS + 1, max_col=_width(shown[0]), values_only=True
                )
        finally:
            book.close()
    except InvalidInput:
        raise
    # A file made to be malicious, or cut off, fails anywhere within the library.
    except Exception as exc:
        raise unreadable(Text("the workbook cannot be read: save it again as .xlsx, or as CSV")) from exc


def _width(sheet: Worksheet) -> int:
    """Return up to which column the rows at the head go: a single far cell makes no wide table of all."""
    head = sheet.iter_rows(max_row=HEAD_ROWS, max_col=MOST_COLUMNS, values_only=True)
    last = (place for row in head for place, cell in enumerate(row, start=1) if cell is not None)
    return max(last, default=1)


def _require_bounds(content: bytes) -> None:
    """Refuse a workbook that unpacks to too much; no part yields more than it declares."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise unreadable(Text("the workbook cannot be read: save it again as .xlsx, or as CSV")) from exc
    if len(parts) > _MOST_PARTS or sum(each.file_size for each in parts) > MOST_UNPACKED_BYTES:
        most = MOST_UNPACKED_BYTES // 1024**2
        raise unreadable(
            Text("the workbook unpacks to more than {most} MB: save the table as CSV", most=most)
        )
