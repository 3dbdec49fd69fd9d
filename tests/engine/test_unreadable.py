"""Why a file cannot be read is said in our words, with the line and the mend, and in Chinese."""

from __future__ import annotations

import pytest

from service import languages
from service.engine.check import check
from service.runtime.scenarios import ScenarioError
from service.runtime.scenarios.yaml_lines import load
from service.wording import translated

chinese = languages.catalogue(languages.CHINESE).gettext
LIBRARIES = (
    "lxml",
    "libxml",
    "expected",
    "Expecting",
    "delimiter",
    "stream",
    "<string>",
    "token",
    "PCDATA",
    "char",
)
BROKEN = {
    "p.bpmn": [
        ("<a>\n<b>\n</a>", 3, "the tag b of line 2 is closed as a", "第 2 行的标签 b 却以 a 结束"),
        ("<a>\n<b>", 2, "a tag is still open", "文件不完整"),
        ("", 1, "it does not begin with a tag", "开头不是标签"),
        ("<a>\n<b x=1/></a>", 2, "has no quotation marks; add them", "没有加引号"),
        ('<a x="1"\nx="2"/>', 2, "an attribute stands twice", "写了两次"),
        ("<a>\nR&D</a>", 2, "write &amp;", "&amp;"),
        ("<a>\n5 < 6</a>", 2, "write &lt; or &amp;", "&lt;"),
        ('<a x="a < b"/>', 1, "write &lt; instead", "&lt;"),
        ("<a/>\n<b/>", 2, "after the last closing tag", "最后一个结束标签后面"),
        ("<camunda:a/>", 1, "a prefix is used that is not declared", "没有声明的前缀"),
    ],
    "f.form": [
        ('{\n"id": }', 2, "line 2, column 7: a value is missing", "第 2 行第 7 列：缺少值"),
        ('{\n"id": "a",\n}', 3, "no comma after the last one", "最后一项后面不要逗号"),
        ('{"id" "a"}', 1, "the colon after a key is missing", "缺少冒号"),
        ('{"id": "a"\n"type": "b"}', 2, "a comma between two entries", "缺少逗号"),
        ('{"id": "a}', 1, "a text is never closed", "没有结束"),
        ('{"id": "a\nb"}', 1, "runs over the end of its line", "跨了行"),
        ('{"id": "\\q"}', 1, "a backslash", "反斜杠"),
        ("{}\n{}", 2, "something stands after the end", "结束之后还有内容"),
        ("“id”", 1, "a value is missing", "缺少值"),
    ],
    "organisation.yaml": [
        ("groups: a: b", 1, "a colon stands where none may", "不能有冒号"),
        ("groups:\n\tx: 1", 2, "indent with blanks", "请用空格"),
        ("groups: [a", 1, "a list is never closed", "列表没有结束"),
        ("groups: {a", 1, "a mapping is never closed", "花括号没有结束"),
        ('groups: "a', 1, "is never closed", "没有结束"),
        ("groups: *a", 1, "put the text in quotation marks", "加引号"),
        ("groups: {a: 1, a: 2}", 1, "the key 'a' stands here twice", "写了两次"),
        ("- a\n- b", 1, "the file must hold keys and values", "键和值"),
        ("a: 1\n---\nb: 2", 2, "begins a second document", "第二份文档"),
    ],
}
CASES = [(name, *case) for name, cases in BROKEN.items() for case in cases]


@pytest.mark.parametrize(
    ("name", "content", "line", "english", "said"), CASES, ids=[repr(case[1]) for case in CASES]
)
def test_what_cannot_be_read_is_told_in_our_words(name, content, line, english, said):
    found = [each for each in check({name: content.encode()}, topics={}) if each.code in CODES]

    assert [(each.file, each.line) for each in found] == [(name, line)]
    assert english in found[0].message
    assert said in translated(found[0].message, chinese)
    assert not [word for word in LIBRARIES if word in found[0].message]


CODES = {"xml-syntax", "not-json", "not-yaml"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("f.form", '{"label": "中文"}'.encode("gbk"), "it is saved as GBK: choose the encoding UTF-8"),
        ("organisation.yaml", "groups: {法务部: department}".encode("gbk"), "it is saved as GBK"),
        ("p.bpmn", "<a name='法务会签'/>".encode("gbk"), "it is saved as GBK"),
        ("f.form", b'{"a": "\xff"}', "it is not in UTF-8; save it in that encoding"),
    ],
)
def test_another_encoding_is_named(name, content, said):
    found = check({name: content}, topics={})

    assert any(said in each.message for each in found), found


def test_a_scenario_that_is_no_yaml_is_told_with_file_and_line(tmp_path):
    file = tmp_path / "w.yaml"
    file.write_text("场景: W\n步骤:\n\t- 启动: p\n", encoding="utf-8")

    with pytest.raises(ScenarioError) as caught:
        load(file)

    assert translated(caught.value.message, chinese).startswith(f"{file}:3: 值以制表符")
