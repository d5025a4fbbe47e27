"""What a spec of a rule of `lint` is made of: whole files as texts, on which the rule fires or stays silent.

A spec is a module of tests/domain/rules/lint with the rule's id as its name, hyphens as underscores. It has `CASES`,
and `NEAR_MISSES` where a project looks like the fault and is none; test_lint_rules.py beside it runs them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cudacompat.app.project.files import ProjectRead
from cudacompat.app.project.model import project_of
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.project.model import Project, SourceFile
from cudacompat.domain.words.verdict import JitPolicy, Target


@dataclass(frozen=True)
class LintCase:
    """`bad` and `good` map paths to texts. `line` is part of the line of the first finding. `good` has no error of any
    other rule either, but for those in `also`."""

    bad: Mapping[str, str]
    good: Mapping[str, str]
    line: str = ""
    gpu: tuple[str, ...] = ()
    also: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class NearMiss:
    """A project of which the rule says nothing, though it looks like the fault, and why it is none."""

    why: str
    files: Mapping[str, str]
    gpu: tuple[str, ...] = ()


def project(files: Mapping[str, str], *gpus: str) -> Project:
    """The facts of a project of these files, which lie nowhere on the disk (but for a compilation database)."""
    found = [resolve(spec) for spec in gpus]
    targets = tuple(Target(each.id, each.name, each.capability, None, JitPolicy.NORMAL) for each in found)
    texts = [SourceFile(name, text) for name, text in sorted(files.items())]
    rust = tuple(file for file in texts if file.name.endswith(".rs") and not file.name.endswith("build.rs"))
    planned = tuple(file for file in texts if file.name.endswith("compile_commands.json"))
    sources = tuple(file for file in texts if file not in (*rust, *planned))
    with TemporaryDirectory() as folder:
        for file in planned:  # what a configured build will compile is read where it lies
            path = Path(folder, file.name)
            path.parent.mkdir(parents=True)
            path.write_text(file.text, encoding="utf-8")
        configured = tuple(Path(file.name).parent.as_posix() for file in planned)
        root = Path(folder if planned else "/nowhere")
        return project_of(ProjectRead(root, sources, (), (), configured, len(sources), rust), targets)
