"""What is judged for: GPUs that were named, a fleet's (`--gpus-from FILE`), this machine's; and the driver of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from cudacompat.app.inputs.targets import distinct, resolve_targets
from cudacompat.app.inputs.text_files import quoting, read_whole
from cudacompat.domain.gpus.fleet import Fleet, Row, floored, targets_of
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import CudacompatError, UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease

if TYPE_CHECKING:
    from cudacompat.domain.gpus.fleets.smi import Element

_OBJECT = re.compile(r"^apiVersion:\s", re.MULTILINE)  # of Kubernetes, in YAML
_LARGEST = 256 << 20  # bytes: a cluster of thousands of nodes, with all that kubectl says of each
_DEEPEST = 64
_MOST_ELEMENTS = 2_000_000


def targets_for(
    specs: Sequence[str],
    named: Sequence[JudgedTarget],
    fleet: Sequence[FleetGpu],
    *,
    driver: DriverRelease | None,
    floor: DriverRelease | None,
    jit: JitPolicy | None,
    environment: Mapping[str, str],
) -> tuple[Target, ...]:
    """Return what is judged for: a fleet's GPUs, `specs` of the command line (which may be `native`) and GPUs
    that a policy named; `native` where there is none of them.

    `driver` is taken for all. Without it, a fleet's own drivers count, for `native` this machine's, and for GPUs that
    were named this machine's if it has one, or the floor where there is one. Under a floor, an older driver that is
    known counts before it.
    """
    how = jit or JitPolicy.NORMAL
    targets = targets_of(fleet, driver, how)
    others: list[JudgedTarget] = [*named]
    for spec in specs if specs or targets or named else ("native",):
        if spec.strip().lower() == "native":
            targets += resolve_targets(("native",), driver, jit, environment=environment)
        else:
            others.append(resolve(spec))
    if others:
        release = driver if driver is not None or floor is not None else _this_machines_driver()
        targets += [Target(each.id, each.name, each.capability, driver=release, jit=how) for each in others]
    if floor is not None:
        targets = [replace(each, driver=floored(each.driver, floor, each.capability)) for each in targets]
    return distinct(targets)


def _this_machines_driver() -> DriverRelease | None:
    from cudacompat.host.gpus.driver import release

    return release()


def load(files: Sequence[str], *, quoted: bool = True) -> Fleet:
    """Return what files list: saved facts of `doctor`, what nvidia-smi lists, the nodes of Kubernetes or Slurm, a plain
    list. A node that has a GPU and does not say which is in `not_read`.

    `UsageError` in one line for a file that cannot be read, is none of these, or lists no GPU that is known; it quotes
    the file only where `quoted` allows it.
    """
    gpus: list[FleetGpu] = []
    not_read: list[NotRead] = []
    for file in dict.fromkeys(files):
        text = _text(file, regular=not quoted)
        with quoting(file, "is not a list of GPUs", allowed=quoted):
            rows = _parsed(text, file)
        gpus += [replace(row, origin=file) for row in rows if isinstance(row, FleetGpu)]
        not_read += [row for row in rows if isinstance(row, NotRead)]
    return Fleet(tuple(gpus), tuple(not_read))


def _parsed(text: str, file: str) -> list[Row]:
    start = text.lstrip()[:1]
    if start and start in "{[":
        what, found = _of_json(text, file)
    elif start == "<":
        from cudacompat.domain.gpus.fleets.smi import of_xml

        # several machines' documents, one behind the other
        parts = [part for part in re.split(r"(?=<\?xml\s)", text) if part.strip()]
        what, found = "nvidia-smi's XML", chain.from_iterable(of_xml(_xml(part, file), file) for part in parts)
    else:
        what, found = _of_text(text, file)
    rows = list(found)
    unknown = next((row for row in rows if isinstance(row, NotRead)), None)
    if unknown is not None and not any(isinstance(row, FleetGpu) for row in rows):
        raise UsageError(f"{unknown.path}: {unknown.why}")
    if not rows:
        raise UsageError(f"no GPU in {file}, read as {what}")
    return rows


def _of_text(text: str, file: str) -> tuple[str, Iterable[Row]]:
    from cudacompat.domain.gpus.fleets import lists, nodes, slurm, smi

    if _OBJECT.search(text) is not None:
        return _of_document(_yaml(text, file), file, form="YAML")
    if slurm.is_slurm(text):
        return "the nodes of Slurm", slurm.of_slurm(text, file)
    if nodes.is_described(text):
        return "what kubectl says of nodes", nodes.of_described(text, file)
    if smi.is_listing(text):
        return "nvidia-smi -L", smi.of_listing(text, file)
    if smi.is_csv(text):
        return "nvidia-smi's CSV", smi.of_csv(text, file)
    if smi.is_for_people(text):
        raise UsageError(f"{file}: nvidia-smi wrote this for people; use nvidia-smi -q -x, or nvidia-smi -L")
    return "a list of GPUs", lists.of_lines(text, file)


def _text(file: str, *, regular: bool) -> str:
    data = read_whole(file, _LARGEST, "is not a list of GPUs", regular=regular)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"  # as PowerShell redirects
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError(f"{file} is not a list of GPUs: not a text")
    return text


def _of_json(text: str, file: str) -> tuple[str, Iterable[Row]]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: broken JSON: {str(error) or 'nested too deep'}") from None
    return _of_document(document, file, form="JSON")


def _yaml(text: str, file: str) -> Any:
    """The document as dicts, lists and texts: nothing of YAML's own types is made, and no key is merged, of which a
    small file can have billions."""
    import yaml  # few fleets are YAML

    try:
        return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - as above
    except (yaml.YAMLError, RecursionError) as error:
        said = getattr(error, "problem", None) or "nested too deep"
        raise UsageError(f"{file}: broken YAML: {said}") from None


def _of_document(document: Any, file: str, *, form: str) -> tuple[str, Iterable[Row]]:
    from cudacompat.domain.machine.saved_facts import SCHEMA, from_json  # most checks are for GPUs that are named

    if not isinstance(document, dict):
        document = {}
    if document.get("schema") == SCHEMA:
        try:
            return "the facts of a machine", from_json(document).fleet
        except CudacompatError as error:
            raise UsageError(f"{file}: {error}") from None
    if document.get("kind") in ("List", "NodeList", "Node"):
        from cudacompat.domain.gpus.fleets.nodes import of_nodes

        return "the nodes of a cluster", of_nodes(document, file)
    raise UsageError(f"{file} is {form}, but neither doctor --save-facts nor kubectl get nodes -o json wrote it")


def _xml(text: str, file: str) -> Element:
    """The document as elements. No entity is declared, expanded or fetched; nvidia-smi's own names a DTD, which is
    passed over."""
    from xml.parsers import expat  # with the handlers below, nothing in a document is expanded or fetched

    from cudacompat.domain.gpus.fleets.smi import Element

    stack: list[tuple[str, list[str], list[Element]]] = [("", [], [])]
    seen = 0

    def start(name: str, _: object) -> None:
        nonlocal seen
        seen += 1
        if len(stack) > _DEEPEST or seen > _MOST_ELEMENTS:
            raise UsageError(f"{file} is not nvidia-smi's XML: too many elements")
        stack.append((name, [], []))

    def end(_: str) -> None:
        name, texts, children = stack.pop()
        stack[-1][2].append(Element(name, "".join(texts), tuple(children)))

    def refuse(*_: object) -> int:
        raise UsageError(f"{file} is not nvidia-smi's XML: it declares entities")

    parser = expat.ParserCreate("utf-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: stack[-1][1].append(data)
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise UsageError(f"{file}: broken XML: {error}") from None
    root = stack[0][2][0]
    if root.name != "nvidia_smi_log":
        raise UsageError(f"{file} is XML, but nvidia-smi -q -x did not write it (its root is {root.name[:40]})")
    return root
