"""What is to become live: the whole it makes, what the check says of it, and whose rights it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from service.engine import guarantees, organisation
from service.engine.check import check as check_manifest
from service.engine.check.gone import check_gone
from service.engine.definition import Model
from service.engine.files.findings import Finding
from service.engine.guarantees import Guarantee
from service.errors import FieldError, Forbidden, InvalidDeployment, InvalidInput
from service.runtime import identity
from service.runtime.identity.rights import may
from service.runtime.releases import staffing
from service.runtime.step.context import Actor, Application
from service.store import manifests
from service.wording import Text

_FILE_BYTES = 5 * 2**20
_NAME_LENGTH = 120


def merged(
    app: Application, files: Mapping[str, bytes], remove: tuple[str, ...] = ()
) -> tuple[str | None, dict[str, bytes]]:
    """Return the id of the live manifest and the whole that would replace it."""
    refused = [finding for name, content in files.items() if (finding := _refusal(name, content))]
    if refused:
        raise InvalidDeployment(findings=refused)
    with app.db.read() as session:
        base = manifests.live_id(session)
        whole = manifests.files_of(session, base) if base else {}
    unknown = [name for name in remove if name not in whole]
    if unknown:
        raise InvalidInput(
            errors=[FieldError("remove", Text("not deployed: {unknown}", unknown=", ".join(unknown)))]
        )
    for name in remove:
        whole.pop(name, None)
    return base, whole | dict(files)


def _refusal(name: str, content: bytes) -> Finding | None:
    """Return why a file has no place in a manifest, whatever stands in it."""
    if not name.isprintable() or "/" in name or "\\" in name or len(name) > _NAME_LENGTH:
        text = Text("A file name without folders, at most {length} characters.", length=_NAME_LENGTH)
        return Finding(name, 0, "", "error", "file-name", text)
    if len(content) > _FILE_BYTES:
        text = Text("The file is larger than {size} MiB.", size=_FILE_BYTES // 2**20)
        return Finding(name, 0, "", "error", "file-size", text)
    return None


def findings(app: Application, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    found = (*app.beside(check_manifest, files, topics=dict(app.handlers)), *_about_dropped(app, files))
    return (*found, *_about_gone(app, files)) if organisation.FILE in files else found


def _about_dropped(app: Application, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what the company promises today and would promise no more."""
    with app.db.read() as session:
        live = manifests.live_id(session)
        if live is None:
            return
        held = {each.key: each.name for each in app.model(live, session=session).guarantees}
    kept = {each.key for each in guarantees.read(files.get(guarantees.FILE, b"")).guarantees}
    if dropped := [name for key, name in held.items() if key not in kept]:
        text = Text(
            "The company would promise no more: {names}. What these sentences held off could be drawn then.",
            names="、".join(dropped),
        )
        yield Finding(guarantees.FILE, 0, "", "warning", "guarantee-dropped", text)


def _about_gone(app: Application, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield where groups and relations that are live, and would be no more, are still meant."""
    reading = organisation.read(files[organisation.FILE])
    with app.db.read() as session:
        live = manifests.live_id(session)
        if live is None or reading.findings:
            return
        before, after = app.model(live, session=session).organisation, reading.organisation
        yield from check_gone(before, after, files)
        for group in sorted(before.groups.keys() - after.groups.keys()):
            if members := identity.members(session, group):
                text = Text(
                    "{group!r} is no group any more, but still has members: {names}. Give them another.",
                    group=group,
                    names=", ".join(members),
                )
                yield Finding(organisation.FILE, 0, group, "warning", "gone-members", text)


def unstaffed(app: Application, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Return whom files that passed the check would ask for in vain, as the company is at present."""
    with app.db.read() as session:
        return tuple(staffing.findings(session, Model.load(files)))


def checked(app: Application, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    found = findings(app, files)
    if any(finding.severity == "error" for finding in found):
        raise InvalidDeployment(findings=found)
    return found


def require_allowed(app: Application, by: Actor, live: str | None, files: Mapping[str, bytes]) -> None:
    """Forbidden when these files would change what the actor has no right to change."""
    if live is not None:
        _require_same_rights(app, by, live, files)
        _require_same_guarantees(app, by, live, files)


def _require_same_rights(app: Application, by: Actor, live: str, files: Mapping[str, bytes]) -> None:
    """Only admins change who may do what: whoever draws could otherwise give themselves any right."""
    held = app.model(live).organisation.rights
    wanted = organisation.read(files.get(organisation.FILE, b"")).organisation.rights
    if _granted(held) != _granted(wanted) and not may(by, "rights.change"):
        raise Forbidden("Only admins may change who holds which right (organisation.yaml, rights).")


def _require_same_guarantees(app: Application, by: Actor, live: str, files: Mapping[str, bytes]) -> None:
    """What the company promises changes only with a right of its own, not by drawing alone."""
    held = _promised(app.model(live).guarantees)
    wanted = _promised(guarantees.read(files.get(guarantees.FILE, b"")).guarantees)
    if held != wanted and not may(by, "guarantee.change"):
        raise Forbidden(
            "Changing what the company promises (guarantees.yaml) needs the right guarantee.change."
        )


def _promised(sentences: Iterable[Guarantee]) -> set[Guarantee]:
    """Return the sentences wherever they stand in the file."""
    return {replace(each, line=0) for each in sentences}


def _granted(rights: Mapping[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(right, group) for right, groups in rights.items() for group in groups}
