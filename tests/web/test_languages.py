"""Chinese by default, English by wish, and no text without its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.catalog import Message

from service import resources
from service.engine import definition
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.web.extraction import extract, template_of
from tests.translations import CATALOGUE, COMMAND, ROOT, Key, is_said, literals, texts, translations, updated
from tests.web.company import Company


@pytest.mark.parametrize(
    ("wish", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "我的任务"),
        ("en-GB,en;q=0.9", "My tasks"),
        ("fr-FR", "我的任务"),
        ("", "我的任务"),
    ],
)
def test_the_language_follows_the_browser_and_is_chinese_otherwise(
    company: Company, wish: str, title: str
) -> None:
    assert f"<h1>{title}</h1>" in company.browser("linyue", language=wish).get("/tasks").text


def test_the_switch_wins_over_the_browser_and_goes_back_to_the_page(company: Company) -> None:
    browser = company.browser("zhouheng")

    answer = browser.post("/language", data={"language": "en", "next": "/cases?state=active"})
    page = browser.get("/cases").text

    assert answer.location == "/cases?state=active"
    assert '<html lang="en">' in page
    assert "切换到中文" in page


def test_the_switch_never_leads_to_another_site(company: Company) -> None:
    answer = company.browser().post("/language", data={"language": "en", "next": "//evil.example"})

    assert answer.location == "/tasks"


def test_what_owners_name_reads_english_for_an_english_reader(company: Company) -> None:
    case = company.campaign("英文名称")
    research = company.task(case, "research")
    linyue = company.browser("linyue", language="en")
    list_, task, page = (
        linyue.get(path).text for path in ("/tasks?q=英文名称", f"/tasks/{research.id}", f"/cases/{case.id}")
    )

    assert "Market research" in list_
    assert "市场调研" not in list_
    assert "<h1>Market research</h1>" in task
    assert "Marketing" in task
    assert "市场部" not in re.sub(r"<script.*?</script>", "", task, flags=re.DOTALL)
    assert "Set goals" in page
    assert "has “Market research” to do" in page


def test_all_that_people_meet_by_name_has_its_english() -> None:
    model = definition.Model.load(resources.manifest_files())
    people = ("userTask", "manualTask", "callActivity", "businessRuleTask", "serviceTask")
    drawn = [
        each.name
        for process in model.processes.values()
        for each in process.elements.values()
        if each.kind in people and each.name
    ]
    named = (*drawn, *(each.name for each in model.processes.values()))
    declared = (*model.organisation.groups, *model.organisation.conclusions)

    told = [event.text for event in model.organisation.notices.values() if event.text]

    assert sorted({each for each in (*named, *declared, *told) if each not in model.english}) == []


def test_a_form_reads_english_for_an_english_reader(company: Company) -> None:
    page = company.browser("linyue", language="en").get("/start/campaign_approval").text

    assert "Brand line" in page
    assert '"value": "澄野臻选"' in page, "what is stored stays Chinese"


@pytest.fixture
def renamed(company: Company) -> Iterator[InstanceView]:
    """A campaign that began before an owner renamed 品牌线 in the form, in both languages."""
    started, before = company.campaign("改名之前的活动"), company.app.live().deployment_id
    files = resources.manifest_files()
    form = files["campaign.form"].replace("品牌线".encode(), "产品线".encode())
    english = files["labels.en.json"].replace(
        '"品牌线": "Brand line"'.encode(), '"产品线": "Product line"'.encode()
    )
    deployments.deploy(company.app, SYSTEM, {"campaign.form": form, "labels.en.json": english})
    yield started
    deployments.activate(company.app, SYSTEM, before)


def test_an_owner_deploys_the_english_of_a_form_with_it(company: Company, renamed: InstanceView) -> None:
    browser = company.browser("linyue", language="en")

    assert "Product line" in browser.get("/start/campaign_approval").text
    assert "Brand line" in browser.get(f"/cases/{renamed.id}").text, "what was answered reads as it was asked"


def test_a_case_of_a_manifest_without_english_reads_that_of_the_live_one(company: Company) -> None:
    before = company.app.live().deployment_id
    deployments.deploy(company.app, SYSTEM, {}, remove=["labels.en.json"])
    started = company.campaign("没有英文的活动")
    browser = company.browser("linyue", language="en")
    bare = browser.get(f"/cases/{started.id}").text
    deployments.activate(company.app, SYSTEM, before)

    assert "Brand line" not in bare
    assert "Brand line" in browser.get(f"/cases/{started.id}").text


@pytest.fixture(scope="module")
def wanted() -> dict[Key, Message]:
    """Every text of the code."""
    return texts()


def test_every_text_has_its_chinese(wanted: dict[Key, Message]) -> None:
    known = translations()
    missing = [message for key, message in wanted.items() if key not in known]
    empty = [message for message in known.values() if not is_said(message)]

    told = [f"{_where(message)}: {message.id}" for message in [*missing, *empty]]
    assert not told, "\n".join([f"not in {CATALOGUE.relative_to(ROOT)}, or empty there: {COMMAND}", *told])


def test_no_text_of_the_catalogue_is_gone_from_the_code_or_stands_there_twice(
    wanted: dict[Key, Message],
) -> None:
    catalogue = CATALOGUE.read_text(encoding="utf-8")

    assert updated(catalogue, wanted, literals()) == catalogue, (
        f"change {CATALOGUE.relative_to(ROOT)}: {COMMAND}"
    )


def test_the_catalogue_keeps_its_lines_but_for_what_is_new_and_what_is_gone() -> None:
    head = CATALOGUE.read_text(encoding="utf-8").split("\n\n")[0]
    entries = ['msgid "b"\nmsgstr "乙"', 'msgid "gone"\nmsgstr "没了"', '# why\nmsgid "a"\nmsgstr "甲"']
    wanted: dict[Key, Message] = {"b": Message("b"), "{new}": Message("{new}")}

    after = updated("\n\n".join([head, *entries]) + "\n", wanted, {"a"})

    added = '#, python-brace-format\nmsgid "{new}"\nmsgstr ""'
    assert after == "\n\n".join([head, entries[0], entries[2], added]) + "\n"


def _where(message: Message) -> str:
    return ", ".join(f"{file}:{line}" for file, line in message.locations) or str(CATALOGUE.relative_to(ROOT))


def test_translations_keep_their_placeholders() -> None:
    for message in translations().values():
        source = message.id if isinstance(message.id, str) else message.id[0]
        target = message.string if isinstance(message.string, str) else message.string[0]
        assert set(re.findall(r"%\(\w+\)[sd]", source)) == set(re.findall(r"%\(\w+\)[sd]", target)), source
        assert _fields(source) == _fields(target), source


def _fields(text: str) -> set[str]:
    """Return the names between braces: the check and the engine fill in templates with `str.format`."""
    return set() if "%(" in text else {name for _, name, _, _ in Formatter().parse(text) if name}


def test_what_the_check_and_the_engine_say_is_among_the_texts_that_need_chinese() -> None:
    source = BytesIO(
        b'report.error(at, "code", "one {name!r}", name=x)\n'
        b'EngineFailure("code", "two")\n'
        b'Text("three")\n'
        b'log.error("code", "x", "not a text")\n'
    )
    source.name = "service/engine/example.py"

    found = [message for _, _, message, _ in extract(source, {}, (), {})]

    assert sorted(found) == ["one {name!r}", "three", "two"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise Conflict("taken")', ["taken"]),
        ('raise NotFound("gone", key=key)', ["gone"]),
        ('raise BpmnError(code, "refused")', ["refused"]),
        ('raise InvalidInput(errors=[FieldError("days", "too many")])', ["too many"]),
        ('class Late(Conflict):\n    """It is too late."""\n    title = "Late"\n', []),
        (
            'class StaleVersion(Conflict):\n    """It is too late."""\n    title = "Late"\n',
            ["It is too late.", "Late"],
        ),
        ('raise RuntimeError("for us alone")', []),
    ],
)
def test_what_an_error_says_is_among_the_texts_wherever_it_is_raised(source: str, found: list[str]) -> None:
    file = BytesIO(source.encode())
    file.name = "service/runtime/example.py"

    assert [message for _, _, message, _ in extract(file, {}, (), {})] == found


@pytest.mark.parametrize(
    "source",
    ['Conflict(f"{name} is taken")', 'FieldError("a", "one of " + names)', 'NotFound(f"no {x}", y=1)'],
)
def test_an_error_put_together_beforehand_is_refused(source: str) -> None:
    file = BytesIO(source.encode())
    file.name = "service/runtime/example.py"

    with pytest.raises(ValueError, match="cannot be translated"):
        list(extract(file, {}, (), {}))


def test_no_error_is_raised_with_a_name_that_holds_an_english_sentence() -> None:
    """A sentence put into a variable first would pass by the catalogue."""
    passed_by = []
    for path in sorted((ROOT / "service").rglob("*.py")):
        tree = ast.parse(path.read_bytes())
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            nodes = list(ast.walk(function))
            english = {
                target.id
                for node in nodes
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.JoinedStr | ast.Constant)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            passed_by += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in nodes
                if isinstance(node, ast.Call) and isinstance(said := template_of(node), ast.Name)
                if said.id in english
            ]

    assert passed_by == []


def test_an_f_string_where_a_template_belongs_is_refused() -> None:
    source = BytesIO(b'Text(f"one {name}")\n')
    source.name = "service/engine/example.py"

    with pytest.raises(ValueError, match=r"engine/example\.py:1: an f-string"):
        list(extract(source, {}, (), {}))
