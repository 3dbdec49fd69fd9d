"""What kinds of facts there are: which values each takes, and what a fact is before anything is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.domain.money import decimal, money
from service.wording import Text


@dataclass(frozen=True)
class Kind:
    """One kind of fact.

    `accept` returns a value as it is kept, ValueError for one of another kind. `read` makes a value of what
    YAML holds. `natural` is the initial value of a fact that declares none; without one it must declare it.
    """

    title: Text
    accept: Callable[[Any], Any]
    read: Callable[[Any], Any]
    natural: tuple[Any, ...] = ()


def _of(*types: type, but: tuple[type, ...] = ()) -> Callable[[Any], Any]:
    def accept(value: Any) -> Any:
        if not isinstance(value, types) or isinstance(value, but):
            raise ValueError(f"{type(value).__name__} is another kind of value")
        return value

    return accept


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a moment with its zone is expected")
    return value


def _amount(value: Any) -> Decimal:
    return money(_number(value))


def _share(value: Any) -> int | Decimal:
    share: int | Decimal = _number(value)
    if not 0 <= share <= 1:
        raise ValueError(f"{share} lies outside of 0 and 1")
    return share


def _read_number(value: Any) -> Decimal:
    if value is None:
        raise ValueError("null is no number")
    return decimal(value)


def _read_amount(value: Any) -> Decimal:
    return money(_read_number(value))


def _read_share(value: Any) -> int | Decimal:
    return _share(_read_number(value))


def _iso_moment(value: Any) -> datetime:
    return _moment(datetime.fromisoformat(str(value)))


_number = _of(int, Decimal, but=(bool,))
_text = _of(str)
_boolean = _of(bool)
_list = _of(list)
_context = _of(dict)

KINDS: Mapping[str, Kind] = {
    "text": Kind(Text("text"), _text, _text, ("",)),
    "number": Kind(Text("a number"), _number, _read_number, (0,)),
    "money": Kind(Text("an amount of money"), _amount, _read_amount, (money(0),)),
    "share": Kind(Text("a share between 0 and 1"), _share, _read_share),
    "boolean": Kind(Text("true or false"), _boolean, _boolean, (False,)),
    "date": Kind(Text("a date"), _of(date, but=(datetime,)), lambda value: date.fromisoformat(str(value))),
    "datetime": Kind(Text("a moment"), _moment, _iso_moment),
    "list": Kind(Text("a list"), _list, _list, ([],)),
    "context": Kind(Text("a context of names and values"), _context, dict, ({},)),
}
