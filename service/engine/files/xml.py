"""The one XML reader for drawings and decision tables: lxml, hardened, its result frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from service import unreadable
from service.engine.files.findings import Finding
from service.errors import InvalidDeployment
from service.wording import Text

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"


@dataclass(frozen=True, slots=True)
class Tag:
    """One XML element as written, without comments: its name, attributes, text, and what is inside.

    `name` and `space` are the local name and the namespace, `line` counts from 1. Attributes of another
    namespace are named `{namespace}name`. `text` is what stands before the first child, stripped.
    """

    name: str
    space: str
    line: int
    attributes: Mapping[str, str]
    text: str = ""
    children: tuple[Tag, ...] = ()

    def get(self, attribute: str, default: str = "") -> str:
        return self.attributes.get(attribute, default)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    def camunda(self, attribute: str) -> str:
        """Return an attribute of the Camunda namespace; "" where it is not written."""
        return self.attributes.get(f"{{{CAMUNDA}}}{attribute}", "")

    def all(self, name: str, space: str | None = None) -> Iterator[Tag]:
        """Yield the children of a name, in one namespace or in any."""
        return (each for each in self.children if each.name == name and space in (None, each.space))

    def first(self, name: str, space: str | None = None) -> Tag | None:
        return next(self.all(name, space), None)

    def everything(self) -> Iterator[Tag]:
        """Yield the element and all that is inside, in the order of the file."""
        waiting = [self]
        while waiting:
            tag = waiting.pop()
            yield tag
            waiting += reversed(tag.children)


def read_xml(name: str, content: bytes) -> Tag:
    """Return the root element of `content`.

    Document types are refused, entities are never resolved, nothing is fetched, and depth and text size keep
    libxml2's limits. Raises InvalidDeployment with one finding that names the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise refusal(
            name,
            line,
            "xml-syntax",
            Text("This is not well-formed XML: {reason}.", reason=unreadable.of_xml(error, content)),
        ) from error
    if root.getroottree().docinfo.doctype:
        raise refusal(
            name, 1, "xml-doctype", Text("A document type is not allowed here; remove the DOCTYPE line.")
        )
    return _frozen(root, {})


def without_layout(content: bytes) -> bytes:
    """Return a drawing in canonical form without where its shapes stand; as it is if it cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return content
    for diagram in root.findall(f"{{{DIAGRAM}}}BPMNDiagram"):
        root.remove(diagram)
    return bytes(etree.tostring(root, method="c14n"))


def refusal(name: str, line: int, code: str, message: Text) -> InvalidDeployment:
    """Return the exception for a file that cannot be read at all."""
    return InvalidDeployment(findings=[Finding(name, line, "", "error", code, message)])


def text_of(tag: Tag | None) -> str:
    """Return the text of an element; "" for None."""
    return "" if tag is None else tag.text


def _frozen(element: etree._Element, names: dict[str, tuple[str, str]]) -> Tag:
    """Return an lxml element as a Tag. `names` keeps the tags that were taken apart already."""
    written = str(element.tag)
    if written not in names:
        qualified = etree.QName(written)
        names[written] = (qualified.localname, qualified.namespace or "")
    name, space = names[written]
    text = (element.text or "").strip()
    children = tuple(_frozen(child, names) for child in element.iterchildren("*"))
    return Tag(name, space, element.sourceline or 0, dict(element.items()), text, children)
