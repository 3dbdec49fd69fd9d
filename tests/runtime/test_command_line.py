"""The commands, as somebody types them."""

from __future__ import annotations

import contextlib
import json

import pytest

from service import cli, resources
from service.errors import NotFound
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.wiring import open_application
from service.settings import Settings
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review


@pytest.fixture
def installed(tmp_path, monkeypatch, _cheap_passwords):
    """An empty installation: returns its data folder."""
    folder = tmp_path / "var"
    monkeypatch.setenv("COUNTERSIGN_DATA", str(folder))
    for name in ("DATABASE_URL", "QUEUE_URL", "SECRET_KEY"):
        monkeypatch.delenv(f"COUNTERSIGN_{name}", raising=False)
    return folder


@pytest.fixture
def drawings(tmp_path):
    """A folder with the files of a small process."""
    folder = tmp_path / "drawings"
    folder.mkdir()
    for name, content in review().items():
        (folder / name).write_bytes(content)
    return folder


def opened():
    return open_application(Settings.from_env())


def test_checking_sound_files_says_what_was_checked_and_succeeds(drawings, capsys):
    assert cli.main(["check", str(drawings)]) == 0
    told = "Nothing to mend. Files checked: 3 (drawings 1, decisions 0, forms 1, others 1)\n"
    assert capsys.readouterr().out == told

    assert cli.main(["check", str(drawings), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_checking_names_file_line_and_element_of_what_is_wrong(tmp_path, capsys):
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(chain("broken", d.script("sum_up", "1 +", "amount"))["broken.bpmn"])

    assert cli.main(["check", str(broken)]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("broken.bpmn:")
    assert line.split()[1:3] == ["sum_up", "error"]

    assert cli.main(["check", str(broken), "--format", "json"]) == 1
    [found, *_] = json.loads(capsys.readouterr().out)
    assert found.keys() == {"file", "line", "element", "severity", "code", "message"}


@pytest.mark.parametrize(
    ("locale", "severity", "words"),
    [
        ("C.UTF-8", "error", "The output parameter 'x' is empty."),
        ("zh_CN.UTF-8", "错误", "输出参数“x”为空，请填写表达式。"),
    ],
)
def test_checking_speaks_the_language_of_the_terminal(tmp_path, monkeypatch, capsys, locale, severity, words):
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(chain("broken", d.user("ask", outputs={"x": ""}))["broken.bpmn"])
    monkeypatch.setenv("LC_ALL", locale)

    assert cli.main(["check", str(broken)]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 4)[1:] for line in lines if "empty" in line] == [
        ["ask", severity, "empty-expression", words]
    ]


def test_a_changed_copy_of_an_installed_drawing_is_checked_in_its_place(tmp_path):
    drawing = next(resources.processes().glob("campaign_approval.bpmn"))
    copy = tmp_path / "draft.bpmn"
    copy.write_bytes(drawing.read_bytes())

    assert cli.main(["check", str(copy)]) == 0


def test_deploying_refuses_by_name_what_cannot_run(installed, tmp_path, drawings, capsys):
    assert cli.main(["deploy", str(drawings)]) == 0
    assert "3 files" in capsys.readouterr().out
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(chain("broken", d.script("sum_up", "1 +", "amount"))["broken.bpmn"])

    assert cli.main(["deploy", str(broken)]) == 1
    assert "sum_up error" in capsys.readouterr().out


def test_an_account_and_its_token_are_made_and_work(installed, drawings, capsys):
    cli.main(["deploy", str(drawings)])
    assert cli.main(["user", "add", "zhouheng", "--group", "法务部", "--department", "法务部"]) == 0
    assert "password" in capsys.readouterr().out
    assert cli.main(["token", "create", "zhouheng"]) == 0
    token = capsys.readouterr().out.strip()

    app = opened()
    actor = identity.actor_for_token(app, token)
    assert (actor.name, actor.groups) == ("zhouheng", {"法务部"})
    assert user_tasks.find(app, actor).items == ()
    app.close()


def test_the_password_may_come_on_standard_input(installed, drawings, monkeypatch, capsys):
    import io

    cli.main(["deploy", str(drawings)])
    monkeypatch.setattr("sys.stdin", io.StringIO("long enough, and odd\n"))
    assert cli.main(["user", "add", "boss", "--group", "admin", "--password-stdin"]) == 0
    assert "long enough" not in capsys.readouterr().out

    app = opened()
    assert identity.authenticate(app, "boss", "long enough, and odd", address="").is_admin
    app.close()


def test_a_refused_command_says_why_and_fails(installed, capsys):
    assert cli.main(["token", "create", "nobody"]) == 1
    assert "no such user" in capsys.readouterr().err


def test_the_audit_record_of_an_untouched_installation_is_sound(installed, drawings, capsys):
    cli.main(["deploy", str(drawings)])

    assert cli.main(["audit", "verify"]) == 0
    assert "0 problems" in capsys.readouterr().out


def test_bootstrapping_deploys_once_and_leaves_deployments_by_hand_alone(installed, monkeypatch):
    from service import serving
    from service.runtime.releases import contents, deployments

    files = review()
    monkeypatch.setattr(resources, "manifest_files", lambda: dict(files))
    app = opened()
    app.db.migrate()
    with pytest.raises(NotFound):
        app.live()

    assert serving.deploy_installed(app) == ""
    first = app.live().deployment_id
    assert serving.deploy_installed(app) == ""
    assert app.live().deployment_id == first
    del files["legal_review.form"]
    files["review.bpmn"] = chain("review", d.user("look"))["review.bpmn"]
    serving.deploy_installed(app)
    assert {file.name for file in contents.find(app, SYSTEM)} == {"review.bpmn", "organisation.yaml"}

    deployments.deploy(app, SYSTEM, chain("own", d.user("look")))
    assert "left alone" in serving.deploy_installed(app)
    assert "own" in app.live().model.processes
    app.close()


def test_running_cases_move_to_the_live_deployment_after_a_dry_run(installed, drawings, capsys):
    assert cli.main(["deploy", str(drawings)]) == 0
    with contextlib.closing(opened()) as app:
        case = instances.start(app, SYSTEM, "review")
    file = drawings / "review.bpmn"
    file.write_bytes(file.read_bytes().replace("财务部".encode(), "技术部".encode()))
    cli.main(["deploy", str(drawings)])
    capsys.readouterr()

    assert cli.main(["migrate", "--definition", "review", "--dry-run"]) == 0
    assert capsys.readouterr().out == f"{case.id} {case.business_key} movable\n"
    assert cli.main(["migrate", case.id]) == 0
    assert capsys.readouterr().out == f"{case.id} {case.business_key} moved\n"


def test_a_case_that_cannot_move_is_named_and_the_command_fails(installed, drawings, capsys):
    cli.main(["deploy", str(drawings)])
    with contextlib.closing(opened()) as app:
        instances.start(app, SYSTEM, "review")
    gone = d.process(d.start(), d.user("other"), d.end(), d.path("begin", "other", "done"), key="review")
    (drawings / "review.bpmn").write_bytes(gone)
    cli.main(["deploy", str(drawings)])
    capsys.readouterr()

    assert cli.main(["migrate"]) == 1
    out = capsys.readouterr().out
    assert "blocked" in out
    assert "legal_review element-gone" in out


def test_guarantees_are_told_with_state_and_way_and_a_broken_one_fails(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    folder = tmp_path / "changed"
    folder.mkdir()
    content = resources.manifest_files()["audit_phase.bpmn"].decode()
    passed = content.replace('audit_result = "通过"', 'audit_result = "发现问题"')
    (folder / "audit_phase.bpmn").write_text(passed, encoding="utf-8")

    assert cli.main(["guarantees", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "不成立：执行过的活动都经审计（audited）" in told
    assert "→ 归档活动（closeout_phase/archive_campaign）" in told
    assert "成立：上线前法务同意过（legal_before_launch）" in told

    assert cli.main(["guarantees", str(folder), "--format", "json"]) == 1
    found = {each["key"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["audited"]["path"][-1]["element"] == "archive_campaign"

    assert cli.main(["check", str(folder)]) == 1
    assert "guarantees.yaml" in capsys.readouterr().out
