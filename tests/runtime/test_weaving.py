"""`countersign weave`: parts written into the files of the forms that hold them."""

from __future__ import annotations

import json

import pytest

from service import cli

PART = {"type": "default", "id": "lines", "components": [{"type": "textfield", "id": "a", "key": "spec"}]}
GROUP = {"type": "group", "id": "g", "properties": {"part": "lines"}, "components": []}
COPY = {"type": "textfield", "id": "g_a", "key": "spec"}


@pytest.fixture
def forms(tmp_path):
    """A folder with a part, and a form that does not hold it yet."""
    folder = tmp_path / "forms"
    (folder / "parts").mkdir(parents=True)
    write(folder / "parts" / "lines.form", PART)
    write(folder / "plan.form", {"type": "default", "id": "plan", "components": [GROUP]})
    return folder


def write(path, schema, indent="  ", end="\n"):
    path.write_text(json.dumps(schema, ensure_ascii=False, indent=indent) + end, encoding="utf-8", newline="")


def test_weaving_writes_a_part_into_the_forms_that_hold_it_and_says_so(forms, capsys):
    plan = forms / "plan.form"

    assert cli.main(["weave", str(forms)]) == 0

    assert capsys.readouterr().out == f"{plan}: lines\n"
    [group] = json.loads(plan.read_text())["components"]
    assert group["components"] == [COPY]
    assert cli.main(["check", str(forms)]) == 0


def test_weaving_again_says_and_writes_nothing(forms, capsys):
    cli.main(["weave", str(forms)])
    capsys.readouterr()
    before = {path: path.stat().st_mtime_ns for path in forms.rglob("*.form")}

    assert cli.main(["weave", str(forms)]) == 0
    assert capsys.readouterr().out == ""
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_checking_only_says_which_forms_are_stale(forms, capsys):
    plan = forms / "plan.form"
    before = plan.read_bytes()

    assert cli.main(["weave", "--check", str(forms)]) == 1
    assert capsys.readouterr().out == f"{plan}: lines\n"
    assert plan.read_bytes() == before
    cli.main(["weave", str(forms)])
    assert cli.main(["weave", "--check", str(forms)]) == 0


@pytest.mark.parametrize("indent", ["  ", "    ", "\t"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_keeps_its_indentation_and_its_end(forms, indent, end):
    plan, woven = (
        {"id": "plan", "note": "留用", "components": [GROUP | {"components": each}]} for each in ([], [COPY])
    )
    write(forms / "plan.form", plan, indent, end)

    cli.main(["weave", str(forms)])

    text = (forms / "plan.form").read_text(encoding="utf-8")
    assert text == json.dumps(woven, ensure_ascii=False, indent=indent) + end


def test_a_file_from_windows_keeps_its_line_ends(forms):
    plan = forms / "plan.form"
    plan.write_bytes(plan.read_bytes().replace(b"\n", b"\r\n"))

    cli.main(["weave", str(forms)])

    assert b"g_a" in plan.read_bytes()
    assert plan.read_bytes().count(b"\r\n") == plan.read_bytes().count(b"\n")


def test_a_form_alone_finds_the_installed_parts(tmp_path, monkeypatch, capsys):
    from service import resources

    monkeypatch.setattr(resources, "manifest_files", lambda: {"lines.form": json.dumps(PART).encode()})
    plan = tmp_path / "plan.form"
    write(plan, {"type": "default", "components": [GROUP]})

    assert cli.main(["weave", str(plan)]) == 0
    assert "g_a" in plan.read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            json.dumps({"components": [GROUP | {"properties": {"part": "linse"}}]}),
            "plan.form:0 g error unknown-part",
        ),
        ("{", "plan.form:1 - error not-json"),
        ("[]", "plan.form:0 - error not-a-form"),
    ],
)
def test_what_cannot_be_woven_is_named_and_nothing_is_written(forms, capsys, content, said):
    write(forms / "other.form", {"components": [GROUP]})
    (forms / "plan.form").write_text(content)
    before = {path: path.read_bytes() for path in forms.rglob("*.form")}

    assert cli.main(["weave", str(forms)]) == 1
    assert capsys.readouterr().out.startswith(said)
    assert {path: path.read_bytes() for path in before} == before


def test_a_form_and_a_part_of_the_same_name_are_refused(forms, capsys):
    write(forms / "lines.form", PART)

    for command in ("weave", "check"):
        assert cli.main([command, str(forms)]) == 1
        assert "have the same name" in capsys.readouterr().err


def test_a_path_that_does_not_exist_is_named(tmp_path, capsys):
    assert cli.main(["weave", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: there is no such file or folder" in capsys.readouterr().err
