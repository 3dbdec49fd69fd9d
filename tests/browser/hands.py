"""Fills in a form the way a person does: by typing, choosing, ticking and uploading, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

PASSES = 8
"""A field may appear only when others are answered, and rows only when they are added."""

FORM = "document.querySelector('[data-island=form]').form"
VALUE = f"(path) => path.reduce((found, part) => found?.[part], {FORM}._getState().data) ?? null"
PLACES = """() => {
  const form = FORM, fields = form.get('formFieldRegistry'), data = form._getState().data;
  const asked = form.get('formFieldInstanceRegistry').getAll();
  return asked.filter(({ id }) => fields.get(id)?.type !== 'expression').map((one) => {
    const { type: kind, subtype = '', values: choices = [] } = fields.get(one.id) || {};
    const path = one.valuePath || [], indexes = Object.values(one.indexes || {});
    const value = path.reduce((found, part) => found?.[part], data) ?? null;
    const id = [`fjs-form-${form._id}-${one.id}`, ...indexes].join('_');
    return { kind, subtype, choices, path, value, id };
  });
}""".replace("FORM", FORM)
TYPED = ("textfield", "textarea", "number")


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    """Give these answers on the open form; what it already shows is left as it is.

    Lists get as many rows as there are answers. A file's answer is a list of (name, content).
    """
    expect(page.locator("html[data-form=ready]")).to_be_attached(timeout=15_000)
    for _ in range(PASSES):
        if not any([_answer(page, place, answers) for place in page.evaluate(PLACES)]):
            break
    unanswered = [path for path in _leaves(answers) if not _is_shown(page, path, answers)]
    assert not unanswered, f"the form did not take {unanswered}"


def _answer(page: Page, place: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Give one answer; False when there was nothing to do."""
    wanted = _at(answers, place["path"]) if place["path"] else None
    if wanted is None:
        return False
    if place["kind"] == "dynamiclist":
        return _set_rows(page, place["id"], len(place["value"] or ()), len(wanted))
    if place["kind"] in ("group", "default", "text", "table") or _same(place["value"], wanted):
        return False
    _WAYS[place["kind"]](page, place, wanted)
    return True


def _set_rows(page: Page, element_id: str, present: int, wanted: int) -> bool:
    group = page.locator(f'[role=group][aria-labelledby="{element_id}"]')
    for _ in range(present, wanted):
        group.locator(".fjs-repeat-render-add").last.click()
    for _ in range(wanted, present):
        group.locator(".fjs-repeat-row-remove").last.click()
    return present != wanted


def _type(page: Page, place: Mapping[str, Any], text: Any) -> None:
    _by_id(page, place["id"]).fill(str(text))


def _tick(page: Page, place: Mapping[str, Any], is_ticked: bool) -> None:
    _by_id(page, place["id"]).set_checked(is_ticked)


def _choose_one(page: Page, place: Mapping[str, Any], value: Any) -> None:
    group = page.locator(f'.fjs-form-field-radio:has([id^="{place["id"]}-"])')
    group.get_by_label(_label(place, value), exact=True).check()


def _select(page: Page, place: Mapping[str, Any], value: Any) -> None:
    _by_id(page, f"{place['id']}-display").click()
    _pick(page, _label(place, value))


def _tag(page: Page, place: Mapping[str, Any], values: Sequence[Any]) -> None:
    field = _by_id(page, place["id"])
    for value in values:
        if value not in (place["value"] or ()):
            field.fill(_label(place, value))
            _pick(page, _label(place, value))
    field.press("Escape")


def _pick(page: Page, label: str) -> None:
    page.locator(".fjs-dropdownlist-item").get_by_text(label, exact=True).click()


def _set_date(page: Page, place: Mapping[str, Any], moment: str) -> None:
    if place["subtype"] != "time":
        _commit(_by_id(page, f"{place['id']}-date"), moment[:10].replace("-", "/"))
    if place["subtype"] != "date":
        _commit(_by_id(page, f"{place['id']}-time"), moment[-5:] if len(moment) == 5 else moment[11:16])


def _commit(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Enter")
    field.press("Tab")


def _upload(page: Page, place: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> None:
    if len(place["value"] or ()) >= len(files):
        return
    payload = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    _by_id(page, place["id"]).set_input_files(payload)
    for name, _content in files:
        expect(page.get_by_role("link", name=name)).to_be_visible()


_WAYS = {
    **dict.fromkeys(TYPED, _type),
    "checkbox": _tick,
    "radio": _choose_one,
    "select": _select,
    "taglist": _tag,
    "datetime": _set_date,
    "filepicker": _upload,
}


def _by_id(page: Page, element_id: str) -> Locator:
    return page.locator(f'[id="{element_id}"]')


def _label(place: Mapping[str, Any], value: Any) -> str:
    return next((one["label"] for one in place["choices"] if one["value"] == value), str(value))


def _same(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(shown, str):
        return shown == wanted or (len(wanted) > 15 and wanted[:16] == shown[:16] and wanted[10:11] == "T")
    if isinstance(wanted, list):
        # Of files the form knows ids, so that only their number tells.
        return wanted == shown or (
            bool(wanted) and isinstance(wanted[0], tuple) and len(shown or ()) == len(wanted)
        )
    return bool(wanted == shown) or ((wanted is False or wanted == []) and not shown)


def _at(data: Any, path: Sequence[Any]) -> Any:
    for part in path:
        if isinstance(data, (list, tuple)) and str(part).isdigit():
            data = data[int(part)] if int(part) < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _leaves(answers: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of the single answers: those of lists of plain values and of files are whole."""
    if isinstance(answers, Mapping):
        return [leaf for key, value in answers.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(answers, list) and answers and isinstance(answers[0], Mapping):
        return [leaf for row, value in enumerate(answers) for leaf in _leaves(value, (*path, row))]
    return [] if answers is None or answers is False or answers in ([], "") else [path]


def _is_shown(page: Page, path: tuple[Any, ...], answers: Mapping[str, Any]) -> bool:
    shown = page.evaluate(
        VALUE,
        list(path),
    )
    return _same(shown, _at(answers, path))


def shown(page: Page) -> dict[str, Any]:
    """Return what the open form holds."""
    data: dict[str, Any] = page.evaluate(f"() => {FORM}._getState().data")
    return data
