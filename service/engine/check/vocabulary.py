"""What is written in a drawing and nobody reads: named, with what to write instead. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.engine.check.foreign import ENGINES, INSTEAD, QUIET
from service.engine.check.report import Report
from service.engine.drawing import Place
from service.engine.drawing.vocabulary import (
    NOTES,
    PARAMETERS,
    READ,
    STAMPS,
    TEMPLATE,
    WITHOUT_PARAMETERS,
    Words,
)
from service.engine.files.nearest import suggestion
from service.engine.files.xml import BPMN, CAMUNDA, Tag
from service.wording import Text

# These hold elements that are judged one by one (`elements`).
CONTAINERS = frozenset({"process", "subProcess"})
JOBS = frozenset(
    {"asyncBefore", "asyncAfter", "asynchronous", "async", "exclusive", "jobPriority", "taskPriority"}
)
PINNING = frozenset(
    {
        "calledElementVersion",
        "calledElementVersionTag",
        "calledElementTenantId",
        "decisionRefVersion",
        "decisionRefVersionTag",
        "decisionRefTenantId",
        "formRefVersion",
    }
)
OWNERS = frozenset({"humanPerformer", "performer", "potentialOwner", "resourceRole"})

_MENDS: Mapping[str, Text] = {
    "candidateStarterUsers": Text(
        "write camunda:candidateStarterGroups, else everybody may start the process"
    ),
    "initiator": Text("whoever a case is for is the variable applicant"),
    "resultVariable": Text("take the result with output parameters"),
    "topic": Text("draw a service task before the event"),
    "type": Text("draw a service task before the event"),
    "resource": Text("write the FEEL into the drawing"),
    "startQuantity": Text("draw a gateway, or a multi-instance activity"),
    "completionQuantity": Text("draw a gateway, or a multi-instance activity"),
    "eventDefinitionRef": Text("write what makes the event into the event itself"),
    "errorCodeVariable": Text("the code is the variable error_code"),
    "errorMessageVariable": Text("the message is the variable error_message"),
    "instantiate": Text("begin with a start event"),
    "parallelMultiple": Text("draw a parallel gateway with an event in each branch"),
    "behavior": Text("every element of the list has to be through, or a completion condition to hold"),
    "priority": Text("the due date orders the list of tasks"),
    "followUpDate": Text("draw a timer before the task"),
    "executionListener": Text("draw what it does"),
    "taskListener": Text("draw what it does"),
    "field": Text("hand values over as input parameters"),
    "script": Text("write FEEL behind an equals sign"),
    "list": Text("write FEEL behind an equals sign, like =[1, 2]"),
    "map": Text("write FEEL behind an equals sign, like ={a: 1}"),
    "local": Text("a called process has its own variables anyway"),
    **dict.fromkeys(JOBS, Text("every step is stored before the next one begins anyway")),
    **dict.fromkeys(PINNING, Text("a case keeps the whole set of files it began with")),
    **dict.fromkeys(OWNERS, Text("who may do it says the lane, or camunda:candidateGroups")),
}
_HARMLESS = JOBS | {"priority"}


def check_vocabulary(root: Tag, report: Report) -> None:
    """Report everything written in a drawing that means nothing here, each with what to write instead."""
    told: set[str] = set()
    _judge(root, Place("", root.line), report, told)


def _judge(tag: Tag, holder: Place, report: Report, told: set[str]) -> None:
    """Judge a BPMN element and what is in it. `told` are the namespaces named already."""
    words = READ.get(tag.name)
    if words is None:
        return
    here = Place(tag.id or holder.id, tag.line)
    _attributes(tag, words, here, report, told)
    for child in tag.children:
        if child.space != BPMN:
            _stranger(child, words, here, report, told)
        elif child.name == "extensionElements":
            for extension in child.children:
                _extension(tag, extension, words, here, report, told)
        elif child.name in NOTES:
            _note(child, here, report)
        elif child.name in (words.inside if tag.name not in CONTAINERS else READ):
            _judge(child, here, report, told)
        elif tag.name not in CONTAINERS:
            _unread(child.name, words.inside, Place(here.id, child.line), report)


def _attributes(tag: Tag, words: Words, here: Place, report: Report, told: set[str]) -> None:
    for name, value in tag.attributes.items():
        space, _, local = name.rpartition("}")
        if not space:
            if local not in words.attributes and STAMPS.get(local, "") not in (None, value.lower(), value):
                _unread(local, words.attributes, here, report)
        elif space == f"{{{CAMUNDA}":
            if local not in words.camunda and local not in TEMPLATE:
                _unread(f"camunda:{local}", (f"camunda:{each}" for each in words.camunda), here, report)
        else:
            _other(space.removeprefix("{"), local, words, here, report, told)
    language = tag.get("language")
    if "language" in words.attributes and language and "feel" not in language.lower():
        report.error(
            here, "other-language", "{language!r} is not read: expressions are FEEL.", language=language
        )


def _extension(holder: Tag, tag: Tag, words: Words, here: Place, report: Report, told: set[str]) -> None:
    """Judge one extension element of a BPMN element, and what is in it."""
    at = Place(here.id, tag.line)
    if tag.space != CAMUNDA:
        _other(tag.space, tag.name, words, at, report, told)
    elif tag.name not in words.extensions:
        _unread_extension(holder, tag, words, at, report)
    elif tag.name == "properties":
        for entry in tag.all("property", CAMUNDA):
            _property(entry, words, Place(here.id, entry.line), report)
    else:
        for part in (tag, *tag.children):
            _parameter(part, Place(here.id, part.line), report)


def _unread_extension(holder: Tag, tag: Tag, words: Words, at: Place, report: Report) -> None:
    if tag.name == "inputOutput" and holder.name in WITHOUT_PARAMETERS:
        report.error(
            at,
            "not-read",
            "Parameters are not read at {element!r}: put them at the tasks inside, or at camunda:in and out.",
            element=holder.get("name") or holder.id,
        )
        return
    _unread(f"camunda:{tag.name}", (f"camunda:{each}" for each in words.extensions), at, report)


def _property(tag: Tag, words: Words, at: Place, report: Report) -> None:
    name = tag.get("name")
    if name and name not in words.properties:
        report.error(
            at,
            "unknown-property",
            "The property {name!r} is not read here.{hint}",
            name=name,
            hint=suggestion(name, words.properties),
        )


def _parameter(tag: Tag, at: Place, report: Report) -> None:
    """Judge camunda:in and out, and the parameters of an inputOutput."""
    read = PARAMETERS.get(tag.name)
    if read is None:
        return
    for name in tag.attributes:
        if "}" not in name and name not in read:
            _unread(name, read, at, report)
    for child in tag.children:
        _unread(child.name, (), Place(at.id, child.line), report)


def _note(tag: Tag, here: Place, report: Report) -> None:
    """Data mappings of BPMN carry values in other engines; the rest of a note says nothing to a case."""
    if any(each.name in ("assignment", "transformation") for each in tag.everything()):
        report.error(
            Place(here.id, tag.line),
            "not-read",
            "{name} is not read: {instead}.",
            name=tag.name,
            instead=Text("hand values over as input parameters"),
        )


def _stranger(tag: Tag, words: Words, here: Place, report: Report, told: set[str]) -> None:
    """Judge an element of another namespace that stands among those of BPMN."""
    at = Place(here.id, tag.line)
    if tag.space == CAMUNDA:
        _unread(f"camunda:{tag.name}", (), at, report)
    else:
        _other(tag.space, tag.name, words, at, report, told)


def _other(space: str, name: str, words: Words, at: Place, report: Report, told: set[str]) -> None:
    """Name a word of another engine, and once whatever is in a namespace nobody knows."""
    engine = ENGINES.get(space)
    if engine is not None:
        known = name in words.camunda or name in words.extensions
        instead = INSTEAD.get(name) or (f"camunda:{name}" if known else "")
        _foreign(name, engine, instead, at, report)
    elif space not in QUIET and space not in told:
        told.add(space)
        report.warning(
            at,
            "foreign-namespace",
            "What is written in the namespace {space} is not read.",
            space=space or "–",
        )


def _foreign(name: str, engine: str, instead: str, at: Place, report: Report) -> None:
    if instead:
        report.error(
            at,
            "foreign-engine",
            "{name} is a word of {engine} and is not read: write {instead}.",
            name=name,
            engine=engine,
            instead=instead,
        )
    else:
        report.error(
            at,
            "foreign-engine",
            "{name} is a word of {engine} and is not read: say it with Camunda 7 properties.",
            name=name,
            engine=engine,
        )


def _unread(name: str, known: Iterable[str], at: Place, report: Report) -> None:
    local = name.removeprefix("camunda:")
    mend = _MENDS.get(local)
    if mend is not None:
        add = report.warning if local in _HARMLESS else report.error
        add(at, "not-read", "{name} is not read: {instead}.", name=name, instead=mend)
        return
    report.error(at, "not-read", "{name} is not read here.{hint}", name=name, hint=suggestion(name, known))
