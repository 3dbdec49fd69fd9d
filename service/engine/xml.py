"""The one XML parser for drawings and decision tables."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from service.engine.findings import Finding
from service.errors import InvalidDeployment
from service.wording import Text

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
NS = {
    "bpmn": BPMN,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "camunda": CAMUNDA,
}


def parse_xml(name: str, content: bytes) -> etree._Element:
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
            name, line, "xml-syntax", Text("This is not well-formed XML: {reason}", reason=str(error))
        ) from error
    if root.getroottree().docinfo.doctype:
        raise refusal(
            name, 1, "xml-doctype", Text("A document type is not allowed here; remove the DOCTYPE line.")
        )
    return root


def refusal(name: str, line: int, code: str, message: str) -> InvalidDeployment:
    """Return the exception for a file that cannot be read at all."""
    return InvalidDeployment(findings=[Finding(name, line, "", "error", code, message)])


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace; "" for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str | None:
    """Return the namespace of a tag; None for comments and processing instructions."""
    return etree.QName(element).namespace if isinstance(element.tag, str) else None


def bpmn(tag: str) -> str:
    """Return the qualified name of a BPMN tag."""
    return f"{{{BPMN}}}{tag}"


def camunda(name: str) -> str:
    """Return the qualified name of a Camunda extension element or attribute."""
    return f"{{{CAMUNDA}}}{name}"


def elements(parent: etree._Element | None) -> Iterator[etree._Element]:
    """Yield the child elements, without comments and processing instructions."""
    return iter(()) if parent is None else parent.iterchildren("*")


def text(element: etree._Element | None) -> str:
    """Return the stripped text of an element; "" for None."""
    return "" if element is None else (element.text or "").strip()
