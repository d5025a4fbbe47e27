"""The framework's libraries for C++ that CMake files download: FetchContent_Declare(… URL …), file(DOWNLOAD …)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from cudacompat.artifacts.requirements.base import Origin, requirement_of
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import CMakeFile
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.requirement import Requirement

_LONGEST = 1000  # characters of an address


def downloaded(files: Iterable[CMakeFile]) -> Iterator[PackageSet]:
    """Yield what each file downloads, as the wheels that have the same libraries; of several releases one is taken."""
    for file in files:
        found: dict[str, Requirement] = {}
        for command in () if is_aside(file.name) else file.commands:
            for word in command.arguments:
                match = framework().archives.search(unquote(word.text[:_LONGEST])) if "://" in word.text else None
                text = f"{framework().name}=={match['version']}+{match['index']}" if match is not None else ""
                made = requirement_of(text, word.place.line, Origin(file.name)) if text else None
                if made is not None:
                    found.setdefault(text, made)
        if found:
            yield PackageSet(file.name, tuple(found.values()), branched=len(found) > 1)
