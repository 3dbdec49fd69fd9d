"""The command line: checking and deploying drawings, testing them, running the service, keeping it.

Everything heavy is imported by the command that needs it, so that each one starts at once.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import json
import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service import cli_company, cli_forecast
from service.errors import InvalidDeployment, ServiceError
from service.settings import Settings
from service.wording import Gettext, Text, translated

if TYPE_CHECKING:
    from service.runtime.scenarios import UnderTest
    from service.runtime.step.context import Application

_NICENESS = 5

Command = Callable[[argparse.Namespace], int]
_UNREAD = {
    FileNotFoundError: Text("There is no such file."),
    IsADirectoryError: Text("This is a folder, not a file."),
    PermissionError: Text("This file may not be read."),
}
"""Why the file that a command was given cannot be read, by the error."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 refused or failed, 2 called wrongly."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        run: Command = options.run
        return run(options)
    except InvalidDeployment as error:
        _print_findings(error.findings, "text")
        return 1
    except ServiceError as error:
        print(_told(error), file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None or Path(error.filename) != getattr(options, "file", None):
            raise
        reason = _UNREAD.get(type(error), error.strerror or type(error).__name__)
        print(f"{options.file}: {translated(reason, _gettext())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def check(options: argparse.Namespace) -> int:
    """Check files as a deployment would; what they refer to may be installed."""
    from service.checking import check_paths, not_known, rest, summary

    findings = check_paths(options.paths)
    _say(rest(options.paths))
    _say(not_known(options.paths))
    _print_findings(findings, options.format)
    if not findings and options.format == "text":
        print(translated(summary(options.paths), _gettext()))
    return int(any(finding.severity == "error" for finding in findings))


def guarantees(options: argparse.Namespace) -> int:
    """Say of each guarantee whether the files keep it, and by which way not; 1 when one is broken."""
    from service import languages
    from service.checking import judge_paths, rest
    from service.engine.guarantees import as_json, lines_of

    verdicts = judge_paths(options.paths)
    _say(rest(options.paths))
    if options.format == "json":
        print(json.dumps([as_json(each) for each in verdicts], ensure_ascii=False, indent=2))
    else:
        # The sentences are written in Chinese: what was found of them is told so too.
        gettext = _gettext(languages.CHINESE)
        for depth, line in (line for each in verdicts for line in lines_of(each)):
            print("    " * depth + translated(line, gettext))
    return int(any(each.is_broken for each in verdicts))


def deploy(options: argparse.Namespace) -> int:
    """Make files live, beside what is live already."""
    from service.checking import read_files
    from service.runtime.releases import deployments
    from service.runtime.step.context import SYSTEM

    with _application() as app:
        done = deployments.deploy(app, SYSTEM, read_files(options.paths), remove=options.remove)
    _print_findings(done.warnings, "text")
    print(f"deployed {done.id}: {len(done.files)} files")
    return 0


def weave(options: argparse.Namespace) -> int:
    """Write form parts into the forms that hold them; without a path into those of this installation."""
    from service import resources, weaving

    stale = weaving.weave(options.paths or [resources.forms()])
    for path, woven in stale:
        if not options.check:
            path.write_bytes(woven.content)
        print(f"{path}: {', '.join(woven.parts)}")
    return int(options.check and bool(stale))


def test(options: argparse.Namespace) -> int:
    """Run scenarios, without a path those of this installation, on the drawings that stand beside them."""
    from service import languages, resources
    from service.runtime import scenarios

    # Scenarios are written in Chinese: what is wrong with them is told so, unless the locale is English.
    gettext = _gettext(languages.CHINESE)
    named = [path for path in options.files if not scenarios.is_scenario(path)]
    # What follows --files on the command line is a list: the scenarios at its end are among it.
    paths = [*(path for path in options.files if path not in named), *options.paths]
    try:
        passed = scenarios.run_paths(
            paths or [resources.scenarios()],
            source=_tested(named, is_live=options.live),
            tell=lambda line: print(translated(line, gettext), flush=True),
            verbose=options.verbose,
        )
    except scenarios.ScenarioError as error:
        print(translated(error.message, gettext), file=sys.stderr)
        return 1
    return 0 if passed else 1


def worker(options: argparse.Namespace) -> int:
    """Do background work until told to stop."""
    from service import jobs

    if hasattr(os, "nice"):
        # Where web and workers share a machine, people come first.
        os.nice(_NICENESS)
    with _application() as app:
        print("working; stop with Ctrl-C or SIGTERM", flush=True)
        jobs.attach(app).run_worker(options.workers)
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve the screens and the API, with background work in the same process."""
    from service import serving

    settings = serving.with_address(Settings.from_env(), options.host, options.port)
    return serving.run(
        settings,
        bootstrap=options.bootstrap,
        embedded_worker=options.worker,
        demo=options.demo,
        past=options.past,
    )


def migrate_database(_options: argparse.Namespace) -> int:
    """Bring the tables to this release."""
    with _application():
        print("the database is up to date")
    return 0


def migrate(options: argparse.Namespace) -> int:
    """Move running cases onto another deployment; what cannot move stays and says why."""
    from service.runtime.releases import migrations
    from service.runtime.step.context import SYSTEM

    act = migrations.plan if options.dry_run else migrations.migrate
    wanted = {"to": options.to, "instances": options.instances or None, "definition": options.definition}
    stayed, cursor = 0, None
    with _application() as app:
        while True:
            page = act(app, SYSTEM, **wanted, cursor=cursor)
            for view in page.items:
                print(_moved(view))
            stayed += sum(view.outcome in ("blocked", "failed") for view in page.items)
            cursor = page.next
            if cursor is None:
                return int(bool(stayed))


def user_add(options: argparse.Namespace) -> int:
    """Create an account."""
    from service.runtime import identity
    from service.runtime.step.context import SYSTEM

    password, is_made_up = _password(options)
    with _application() as app:
        identity.create_user(
            app,
            SYSTEM,
            options.name,
            display_name=options.display_name or options.name,
            password=password,
            groups=tuple(options.group),
            department=options.department,
            email=options.email,
            superior=options.superior,
        )
    print(f"user {options.name} created" + (f", password {password}" if is_made_up else ""))
    return 0


def user_password(options: argparse.Namespace) -> int:
    """Give an account another password; --demo: all demo accounts that still have the one everybody knows."""
    from service.demo import accounts
    from service.runtime import identity
    from service.runtime.step.context import SYSTEM

    if options.demo == bool(options.name):
        raise SystemExit("either NAME or --demo")
    password, is_made_up = ("", True) if options.demo else _password(options)
    with _application() as app:
        if options.demo:
            password, names = accounts.change_password(app)
        else:
            identity.set_password(app, SYSTEM, options.name, password)
            names = (options.name,)
    print(f"{len(names)} accounts: {' '.join(names)}" + (f", password {password}" if is_made_up else ""))
    return 0


def token_create(options: argparse.Namespace) -> int:
    """Print a new bearer token of a user, alone on its line."""
    from service.runtime import identity
    from service.runtime.step.context import SYSTEM

    with _application() as app:
        made = identity.create_token(app, SYSTEM, options.user, title=options.title, days=options.days)
    print(made.token)
    return 0


def backup(options: argparse.Namespace) -> int:
    """Write database and files into an empty folder, while the service runs."""
    from service.runtime.keeping import backup as backups

    with _application(migrate=False) as app:
        lacking = backups.backup(app, options.folder).lacking
    for sha256, name in lacking.items():
        print(f"{sha256} {name}: not in the attachments folder, or with other bytes", file=sys.stderr)
    print(f"backup written to {options.folder}" + (f", without {len(lacking)} files" if lacking else ""))
    return int(bool(lacking))


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of an empty database, and verify the audit record."""
    from service.runtime.keeping import restoring

    missing = options.without_missing
    return _report(restoring.restore(Settings.from_env(), options.folder, without_missing=missing))


def audit_verify(options: argparse.Namespace) -> int:
    """Verify that nobody has edited, added, removed or cut off anything on record."""
    from service.runtime.keeping import anchoring, verifying

    with _application(migrate=False) as app:
        if options.anchor is None:
            return _report(verifying.verify(app))
        return _report(anchoring.verify_with(app, options.anchor))


def verify(options: argparse.Namespace) -> int:
    """Verify a certificate or a sealed PDF: needs the key of this installation, and no database."""
    from service.runtime.keeping import certificates
    from service.store.audit_chain import AuditKeys

    settings = Settings.from_env()
    keys = AuditKeys.derive(settings.secret_key, settings.previous_secret_keys)
    verdict = certificates.verify(keys, options.file.read_bytes())
    print(translated(_VERDICTS[verdict.state], _gettext()))
    for name, value in verdict.about.items():
        if name in _ABOUT and value:
            said = "、".join(value) if isinstance(value, list) else value
            print(f"  {translated(_ABOUT[name], _gettext())}: {said}")
    if not verdict.is_whole or not options.record:
        return int(not verdict.is_whole)
    with _application(migrate=False) as app:
        is_there = certificates.is_on_record(app, verdict.about)
    words = Text("The audit record lacks the entry it names.")
    if is_there:
        words = Text("The audit record has the entry it names.")
    print(translated(words, _gettext()))
    return int(not is_there)


_VERDICTS = {
    "whole": Text("Whole: every byte is as it was issued."),
    "changed": Text("CHANGED: this is not what was issued."),
    "foreign": Text("Sealed with a key that is not known here: nothing can be said of it."),
    "unreadable": Text("This is no certificate."),
}
_ABOUT = {
    "number": Text("Number"),
    "title": Text("Campaign name"),
    "outcome": Text("Conclusion"),
    "set_aside": Text("Promises of the company set aside"),
    "hash": Text("Hash of what was decided (SHA-256)"),
    "issued_at": Text("Issued"),
    "issued_by": Text("Issued by"),
}


def _tested(named: Sequence[Path], *, is_live: bool) -> Callable[[Path], UnderTest]:
    """Return what says which files scenarios are played on: what is live, or beside them, and these first."""
    from service.checking import find_files
    from service.runtime.scenarios import sources

    if is_live:
        with _application(migrate=False) as app:
            deployed = sources.live(app)
        return lambda folder: deployed
    files = find_files(named)
    return lambda folder: sources.beside(folder).under(files)


@contextlib.contextmanager
def _application(*, migrate: bool = True) -> Iterator[Application]:
    from service.runtime.keeping import upgrading
    from service.runtime.wiring import open_application

    app = open_application(Settings.from_env())
    try:
        if migrate:
            upgrading.upgrade(app)
        yield app
    finally:
        app.close()


def _password(options: argparse.Namespace) -> tuple[str, bool]:
    """Return the password and whether we made it up, which is when nobody is there to be asked."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if not sys.stdin.isatty():
        return secrets.token_urlsafe(12), True
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise SystemExit("the two passwords differ")
    return password, False


def _report(report: Any) -> int:
    for problem in report.problems:
        print(f"{problem.chain} {problem.seq} {problem.message}")
    print(f"{report.chains} chains, {report.entries} entries, {len(report.problems)} problems")
    return int(bool(report.problems))


def _print_findings(findings: Iterable[Any], form: str) -> None:
    if form == "json":
        print(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
        return
    for finding in findings:
        print(finding.line_of_text(_gettext()))


def _say(text: str | None) -> None:
    """Tell a person something beside the answer, which programs read."""
    if text is not None:
        print(translated(text, _gettext()), file=sys.stderr)


def _gettext(otherwise: str | None = None) -> Gettext:
    from service import languages

    language = languages.of_terminal(os.environ, otherwise or languages.ENGLISH)
    return languages.catalogue(language).gettext


def _moved(view: Any) -> str:
    """Return what became of a case as text: a line, then one for each reason and difference."""
    told = [*view.obstacles, *view.notes]
    lines = [f"  {each.activity_path} {each.code} {translated(each.message, _gettext())}" for each in told]
    if view.problem:
        lines.append(f"  {translated(view.problem, _gettext())}")
    return "\n".join([f"{view.instance_id} {view.business_key} {view.outcome}", *lines])


def _told(error: ServiceError) -> str:
    """Return an error as text in the terminal's language: the message, then each field that is wrong."""
    gettext = _gettext()
    fields = [f"  {each.path}: {translated(each.message, gettext)}" for each in getattr(error, "errors", ())]
    return "\n".join([translated(error.message, gettext), *fields])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="countersign", description="Campaign approval, drawn in BPMN.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, within: Any = commands) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = within.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    def group(name: str, text: str) -> Any:
        return commands.add_parser(name, help=text).add_subparsers(metavar="ACTION", required=True)

    checked = command("check", check)
    checked.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    checked.add_argument("--format", choices=("text", "json"), default="text")
    promised = command("guarantees", guarantees)
    promised.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    promised.add_argument("--format", choices=("text", "json"), default="text")
    deployed = command("deploy", deploy)
    deployed.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    deployed.add_argument("--remove", action="append", default=[], metavar="NAME", help="drop a live file")
    weaved = command("weave", weave)
    weaved.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    weaved.add_argument("--check", action="store_true", help="only say which forms are stale; 1 when any is")
    tested = command("test", test)
    tested.add_argument("paths", nargs="*", type=Path, metavar="SCENARIO")
    tested.add_argument("-v", "--verbose", action="store_true", help="every step, and what was never walked")
    which = tested.add_mutually_exclusive_group()
    which.add_argument(
        "--files", nargs="+", default=[], type=Path, metavar="PATH", help="test these, not what they replace"
    )
    which.add_argument("--live", action="store_true", help="test what is deployed")
    cli_forecast.add(command, lambda: _application(migrate=False), _gettext)
    command("worker", worker).add_argument("--workers", type=int, default=2, help="threads (2)")
    served = command("serve", serve)
    served.add_argument("--host")
    served.add_argument("--port", type=int)
    served.add_argument("--bootstrap", action="store_true", help="migrate, deploy and seed what is missing")
    served.add_argument(
        "--no-demo", dest="demo", action="store_false", help="begin with an admin, without the demo company"
    )
    served.add_argument(
        "--no-past", dest="past", action="store_false", help="without the past year of the demo company"
    )
    served.add_argument("--no-worker", dest="worker", action="store_false", help="no background work here")
    command("migrate-database", migrate_database)
    _migrate_command(command)
    _account_commands(command, group)
    command("backup", backup).add_argument("folder", type=Path, metavar="DIR")
    restored = command("restore", restore)
    restored.add_argument("folder", type=Path, metavar="DIR")
    restored.add_argument(
        "--without-missing", action="store_true", help="do without files that the backup lacks"
    )
    sealed = command("verify", verify)
    sealed.add_argument("file", type=Path, metavar="FILE")
    sealed.add_argument(
        "--record", action="store_true", help="look up in the audit record what it names, too"
    )
    verified = command("verify", audit_verify, group("audit", "The audit record."))
    verified.add_argument(
        "--anchor",
        type=Path,
        metavar="FILE",
        help="verify against the ends of all chains in this file too, then write those of now into it",
    )
    return parser


def _migrate_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    moved = command("migrate", migrate)
    moved.add_argument("instances", nargs="*", metavar="INSTANCE", help="without any: all that run")
    moved.add_argument("--to", default="live", metavar="DEPLOYMENT", help="an id, or live (live)")
    moved.add_argument("--definition", metavar="KEY", help="only cases of this process")
    moved.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


def _account_commands(command: Callable[..., argparse.ArgumentParser], group: Callable[..., Any]) -> None:
    users = group("user", "Accounts.")
    cli_company.add(command, users, group, _application, _gettext())
    added = command("add", user_add, users)
    added.add_argument("name")
    added.add_argument("--group", action="append", default=[], metavar="G")
    added.add_argument("--display-name")
    added.add_argument("--department")
    added.add_argument("--email")
    added.add_argument("--superior")
    added.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    changed = command("password", user_password, users)
    changed.add_argument("name", nargs="?", metavar="NAME")
    changed.add_argument(
        "--demo", action="store_true", help="the demo accounts that still have the known one"
    )
    changed.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    created = command("create", token_create, group("token", "Bearer tokens for the API."))
    created.add_argument("user")
    created.add_argument("--title", default="command line")
    created.add_argument("--days", type=int, default=90)


if __name__ == "__main__":
    sys.exit(main())
