"""How people want to be told: by which channel of what, at once or once a day, and when to leave them alone.

Who has chosen nothing is told at once of what presses, once a day of everything else, and not at night.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.domain.workdays import Calendar
from service.engine.organisation import BY_ITSELF, Hours
from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.effects import channels
from service.runtime.effects.channel import Channel
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.settings import ZONE
from service.store.models import NotificationSetting
from service.wording import Text

NOW, DIGEST, OFF = "now", "digest", "off"
MODES = (NOW, DIGEST, OFF)
PRESSING = frozenset({"task", "remind", "escalate", "pause", "returned", "consult", "incident", "alert"})
"""Kinds that somebody waits for: told at once where nobody has chosen otherwise."""
AT_ANY_HOUR = frozenset({"pause"})
"""Kinds that no quiet hours hold up: every minute costs money."""
OF_OURS = (*BY_ITSELF, "remind", "escalate", "alert", "notice", "pause", "copy", "consult")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Chosen:
    """What somebody has chosen. `quiet` are two times of day in Shanghai; None: told at any hour."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quiet: tuple[str, str] | None = None

    def address(self, channel: Channel, person: Actor) -> str:
        """Return where a channel finds somebody; empty where nowhere. Mail knows the account's address."""
        given = self.addresses.get(channel.name, "")
        return given or (person.email or "" if channel.name == "mail" else "")

    def mode(self, channel: Channel, kind: str) -> str:
        """Return how somebody is told of a kind by a channel: now, digest or off."""
        return self.modes.get(channel.name, {}).get(kind) or (NOW if kind in PRESSING else channel.default)

    def after_quiet(self, kind: str, now: datetime) -> datetime:
        """Return when somebody may be told, from now on."""
        if self.quiet is None or kind in AT_ANY_HOUR:
            return now
        begins, ends = (time.fromisoformat(each) for each in self.quiet)
        local = now.astimezone(ZONE)
        at = local.time().replace(tzinfo=None)
        over_night = begins > ends
        if not (begins <= at or at < ends if over_night else begins <= at < ends):
            return now
        day = local.date() + timedelta(days=1 if over_night and at >= begins else 0)
        return datetime.combine(day, ends, ZONE)


@dataclass(frozen=True)
class ChannelChoiceView(View):
    """One channel for one person. `modes`: by kind of notice, now, digest or off."""

    name: str
    wants_address: bool
    address: str
    modes: Mapping[str, str]


@dataclass(frozen=True)
class SettingsView(View):
    """How somebody is told. Times are those of the day in Shanghai; both quiet ones are None without any."""

    channels: tuple[ChannelChoiceView, ...]
    quiet_from: str | None
    quiet_to: str | None
    digest_at: str


def hours(app: Application, session: Session) -> Hours:
    """Return when people are told who have not chosen, as the owners say."""
    try:
        return app.live(session=session).model.organisation.hours
    except NotFound:  # nothing is deployed yet
        return Hours()


def of(app: Application, session: Session, person: Actor) -> Chosen:
    """Return what somebody has chosen."""
    row = session.get(NotificationSetting, person.user_id)
    chosen = row.chosen if row is not None else {}
    if "quiet" in chosen:
        quiet = tuple(chosen["quiet"]) if chosen["quiet"] else None
    else:
        of_all = hours(app, session).quiet
        quiet = (f"{of_all[0]:%H:%M}", f"{of_all[1]:%H:%M}") if of_all else None
    return Chosen(chosen.get("addresses", {}), chosen.get("modes", {}), quiet)


def get(app: Application, actor: Actor) -> SettingsView:
    """Return how the actor is told, by the channels this installation has."""
    with app.db.read() as session:
        return _view(app, session, actor, of(app, session, actor))


def change(
    app: Application,
    actor: Actor,
    *,
    addresses: Mapping[str, str | None] | None = None,
    modes: Mapping[str, Mapping[str, str]] | None = None,
    **quiet: str | None,
) -> SettingsView:
    """Change what is given and leave the rest; InvalidInput names what cannot be.

    An empty address is none. `quiet_from` and `quiet_to` come together, or are both None.
    """
    with app.db.begin() as session:
        known, before = kinds(app, session), of(app, session, actor)
        errors = [*_wrong_addresses(app, addresses or {}), *_wrong_modes(app, modes or {}, known)]
        errors += _wrong_quiet(quiet) if quiet else []
        if errors:
            raise InvalidInput(errors=errors)
        given = {name: (text or "").strip() for name, text in (addresses or {}).items()}
        after = Chosen(
            {name: text for name, text in {**before.addresses, **given}.items() if text},
            {
                **before.modes,
                **{name: {**before.modes.get(name, {}), **of} for name, of in (modes or {}).items()},
            },
            _pair(quiet) if quiet else before.quiet,
        )
        chosen: dict[str, Any] = {
            "addresses": dict(after.addresses),
            "modes": {name: dict(each) for name, each in after.modes.items()},
        }
        if quiet or _has_chosen_quiet(session, actor):
            chosen["quiet"] = list(after.quiet) if after.quiet else None
        session.merge(NotificationSetting(user_id=actor.user_id, chosen=chosen, changed_at=app.clock()))
        return _view(app, session, actor, after)


def _has_chosen_quiet(session: Session, person: Actor) -> bool:
    row = session.get(NotificationSetting, person.user_id)
    return row is not None and "quiet" in row.chosen


def digest_span(told_at: datetime, at: time, calendar: Calendar) -> tuple[datetime, datetime]:
    """Return from when to when the digest counts that tells of something: it is told at the end.

    It comes at `at` on every workday of the calendar.
    """
    day = told_at.astimezone(ZONE).date()
    ends = day
    while not calendar.is_workday(ends) or datetime.combine(ends, at, ZONE) <= told_at:
        ends += timedelta(days=1)
    begins = ends - timedelta(days=1)
    while not calendar.is_workday(begins):
        begins -= timedelta(days=1)
    return datetime.combine(begins, at, ZONE), datetime.combine(ends, at, ZONE)


def kinds(app: Application, session: Session) -> tuple[str, ...]:
    """Return every kind of notice there is now: the events of the organisation, and ours."""
    try:
        declared: Mapping[str, object] = app.live(session=session).model.organisation.notices
    except NotFound:  # nothing is deployed yet
        declared = {}
    return tuple(dict.fromkeys((*declared, *OF_OURS)))


def _view(app: Application, session: Session, actor: Actor, chosen: Chosen) -> SettingsView:
    known = kinds(app, session)
    quiet_from, quiet_to = chosen.quiet or (None, None)
    found = tuple(
        ChannelChoiceView(
            name=name,
            wants_address=bool(each.address),
            address=chosen.address(each, actor),
            modes={kind: chosen.mode(each, kind) for kind in known},
        )
        for name, each in sorted(channels.set_up(app.settings).items())
        if each.reaches(actor)
    )
    return SettingsView(found, quiet_from, quiet_to, f"{hours(app, session).digest_at:%H:%M}")


def _wrong_addresses(app: Application, addresses: Mapping[str, str | None]) -> list[FieldError]:
    known = channels.set_up(app.settings)
    wrong = []
    for name, text in addresses.items():
        given = (text or "").strip()
        if name not in known or not known[name].address:
            wrong.append(FieldError(f"addresses.{name}", Text("There is no such channel.")))
        elif given and (len(given) > _LONGEST_ADDRESS or not re.fullmatch(known[name].address, given)):
            wrong.append(FieldError(f"addresses.{name}", Text("This address cannot be right.")))
    return wrong


def _wrong_modes(
    app: Application, modes: Mapping[str, Mapping[str, str]], known: tuple[str, ...]
) -> list[FieldError]:
    there = channels.set_up(app.settings)
    wrong = [
        FieldError(f"modes.{name}", Text("There is no such channel.")) for name in modes if name not in there
    ]
    for name, by_kind in modes.items():
        for kind, mode in by_kind.items():
            if kind not in known:
                wrong.append(FieldError(f"modes.{name}.{kind}", Text("There is no such kind of notice.")))
            elif mode not in MODES:
                choices = Text("one of {choices}", choices=", ".join(MODES))
                wrong.append(FieldError(f"modes.{name}.{kind}", choices))
    return wrong


def _wrong_quiet(quiet: Mapping[str, str | None]) -> list[FieldError]:
    pair = (quiet.get("quiet_from"), quiet.get("quiet_to"))
    if pair == (None, None):
        return []
    if all(each and _HOUR.fullmatch(each) for each in pair) and pair[0] != pair[1]:
        return []
    return [FieldError("quiet_from", Text("Give two times of day such as 22:00 and 08:00, or neither."))]


def _pair(quiet: Mapping[str, str | None]) -> tuple[str, str] | None:
    begins, ends = quiet.get("quiet_from"), quiet.get("quiet_to")
    return (begins, ends) if begins and ends else None
