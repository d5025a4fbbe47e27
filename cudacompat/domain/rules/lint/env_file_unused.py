"""Architectures in a .env file that nothing hands to a build.

What it finds: a setting for architectures in a `.env` next to a compose file, where no file of the project mentions the
name, and none reads the file (env_file, --env-file, source).

Why it matters: Compose reads the file next to it for `${NAME}` in the compose file alone. It gives nothing of it to a
container, and nothing to an image build.

Example: `.env` with `TORCH_CUDA_ARCH_LIST=8.6;12.0`, and a compose file with `build: .`.

What to do: pass it: `build: {args: {TORCH_CUDA_ARCH_LIST: "${TORCH_CUDA_ARCH_LIST}"}}`, and ARG in the Dockerfile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.command_facts import base_name, folder_of
from cudacompat.domain.project.model import Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_READS = re.compile(r"env_file|env-file|dotenv|EnvironmentFile|(?:source|\.)[ \t]+[^\s;&|]{0,400}\.env\b|include \.env")
_WORD = re.compile(r"(?:-D)?([A-Za-z_]\w*)")
_NAME = re.compile(r"[A-Z0-9_]*(?:CUDA_ARCH\w*|CUDAARCHS|COMPUTE_CAP\w*|DOCKER_ARCH|GENCODE\w*)")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each setting."""
    composed = {
        folder_of(service.file) for service in project.services if base_name(service.file).endswith(("yml", "yaml"))
    }
    words: dict[str, frozenset[str] | None] = {}  # what the other files mention; `None` where one reads the file
    for setting in project.settings:
        file = setting.place.file
        if base_name(file) != ".env" or folder_of(file) not in composed or not setting.written.strip():
            continue
        if not (setting.name in project.known and "FLAGS" not in setting.name) and not _NAME.fullmatch(setting.name):
            continue
        if file not in words:
            words[file] = _mentioned(project, file)
        mentioned = words[file]
        if mentioned is None or setting.name in mentioned:
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"{setting.name} in .env reaches no build; only Compose itself reads .env",
            path=file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:120],
            why=f"no file of the project uses {setting.name}, and none passes this file to a container or a build",
            help=f"pass it as a build argument: {setting.name}: ${{{setting.name}}}",
        )


def _mentioned(project: Project, file: str) -> frozenset[str] | None:
    others = [each.text for each in project.files if each.name != file]
    if any(map(_READS.search, others)):
        return None
    return frozenset(word for text in others for word in _WORD.findall(text))


RULE = Rule("env-file-unused", "Architectures in a .env file that no service reads", __doc__, check)
