"""Installed packages as JSON, with what is known of their device code: so one machine's are judged on another."""

from __future__ import annotations

from cudacompat.domain.machine.alternatives import Alternatives, CalledOn
from cudacompat.domain.machine.components import (
    Component,
    DeviceCode,
    FoundLibraries,
    LibraryAnswer,
    LibraryCode,
)
from cudacompat.domain.machine.json_node import JsonNode
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Reason


def package_to_json(component: Component) -> dict[str, object]:
    """Return the JSON of a component."""
    return {
        "name": component.package,
        "version": component.version,
        "location": component.location,
        "libraries": list(component.libraries),
        "manager": component.manager,
        "requires": list(component.requires),
        "compilers": list(component.compilers),
        "users": list(component.users),
        "found": {
            "release": component.found.release,
            "parts_lack": list(component.found.parts_lack),
            "elsewhere": list(component.found.elsewhere),
            "reached_by": component.found.reached_by,
            "compiler": component.found.compiler,
        },
        "device_code": _code_to_json(component) if component.code is not None else None,
    }


def _code_to_json(component: Component) -> dict[str, object]:
    code = component.code or DeviceCode(None, ())
    return {
        "made_for": code.made_for,
        "libraries": [_library_to_json(each) for each in code.libraries],
        "alternatives": [
            {
                "libraries": list(group.libraries),
                "evidence": group.evidence,
                "loaded": group.loaded,
                "architectures": list(group.architectures),
                "none_for": group.none_for,
            }
            for group in component.alternatives
        ],
        "called_on": [
            {
                "library": only.library,
                "evidence": only.evidence,
                "from": [low for low, _ in only.numbers],
                "to": [high for _, high in only.numbers],
            }
            for only in component.called_on
        ],
    }


def _library_to_json(library: LibraryCode) -> dict[str, object]:
    return {
        "path": library.path,
        "runtime": library.runtime,
        "targets": list(library.targets),
        "default_target": library.default_target,
        "lacks": list(library.lacks),
        "answers": [
            {
                "compute_capability": str(answer.capability),
                "outcome": answer.outcome.value,
                "reason": answer.reason.value if answer.reason is not None else None,
                "min_driver": answer.min_driver,
                "modules": [number for _, number in answer.counts],
                "outcomes": [outcome.value for outcome, _ in answer.counts],
            }
            for answer in library.answers
        ],
    }


def package_from_json(node: JsonNode) -> Component:
    """Return the component; `ParseError` for what is none."""
    code = node.child_or_none("device_code")
    return Component(
        node.text("name"),
        node.text("version"),
        node.text("location"),
        libraries=node.texts("libraries"),
        manager=node.text_or("manager", "pip"),
        requires=node.texts_or("requires", ()),
        compilers=node.texts_or("compilers", ()),
        users=node.texts_or("users", ()),
        alternatives=tuple(map(_group, code.children("alternatives"))) if code is not None else (),
        called_on=tuple(map(_called_on, code.children("called_on"))) if code is not None else (),
        code=_code(code) if code is not None else None,
        found=_found(node.child_or_none("found")),
    )


def _found(node: JsonNode | None) -> FoundLibraries:
    """None is there in facts that were saved before libraries were looked for."""
    if node is None:
        return FoundLibraries()
    return FoundLibraries(
        node.number_or_none("release"),
        parts_lack=node.texts("parts_lack"),
        elsewhere=node.texts("elsewhere"),
        reached_by=node.text("reached_by"),
        compiler=node.text_or("compiler", ""),
    )


def _code(node: JsonNode) -> DeviceCode:
    return DeviceCode(node.number_or_none("made_for"), tuple(map(_library, node.children("libraries"))))


def _library(node: JsonNode) -> LibraryCode:
    return LibraryCode(
        node.text("path"),
        node.number_or_none("runtime"),
        targets=node.texts("targets"),
        default_target=node.text_or_none("default_target"),
        answers=tuple(map(_answer, node.children("answers"))),
        lacks=node.texts_or("lacks", ()),
    )


def _answer(node: JsonNode) -> LibraryAnswer:
    capability = node.parsed("compute_capability", ComputeCapability.parse)
    if capability is None:
        raise node.error("compute_capability", "a compute capability such as 12.0")
    outcomes = [node.word(each, Outcome, "outcomes") for each in node.texts("outcomes")]
    reason = node.text_or_none("reason")
    return LibraryAnswer(
        capability,
        node.word(node.text("outcome"), Outcome, "outcome"),
        reason=node.word(reason, Reason, "reason") if reason is not None else None,
        min_driver=node.number_or_none("min_driver"),
        counts=tuple(zip(outcomes, node.numbers("modules"), strict=False)),
    )


def _group(node: JsonNode) -> Alternatives:
    libraries, architectures = node.texts("libraries"), node.numbers("architectures")
    return Alternatives(
        libraries,
        node.text("evidence"),
        loaded=node.text_or_none("loaded"),
        architectures=architectures if len(architectures) == len(libraries) else (),
        none_for=node.text("none_for"),
    )


def _called_on(node: JsonNode) -> CalledOn:
    numbers = tuple(zip(node.numbers("from"), node.numbers("to"), strict=False))
    return CalledOn(node.text("library"), numbers, node.text("evidence"))
