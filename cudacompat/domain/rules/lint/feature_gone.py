"""A cargo feature that this version of the crate does not have.

What it finds: `opencl` with whisper-rs 0.13 and newer, `cublas` with any version, in a dependency's features or in a
feature of the crate itself (`whisper-rs/opencl`).

Why it matters: cargo stops before it builds anything ("depends on `whisper-rs` with features `opencl` but `whisper-rs`
does not have these features"), and the name that people then take out may have been what chose the GPU.

Example: `whisper-rs = { version = "0.13", features = ["opencl"] }`

What to do: take the feature that this version has: `cuda` for NVIDIA's GPUs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.builds.engine import ALWAYS
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import EngineUse, Project, SourceFile
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each mention of such a feature in a manifest."""
    for use in project.uses:
        api = use.engine.api
        if api is None or not use.engine.packages:
            continue
        for change in api.features:
            if not (change.window.holds(use.parsed) if use.version else change.window == ALWAYS):
                continue
            for file in project.files:
                if base_name(file.name) != "Cargo.toml" or _is_crate(file, use):
                    continue
                for start, end in _mentions(file.text, use.engine.packages[0], change.name):
                    place = file.place(start, end)
                    fix = None
                    if change.now is not None:
                        fix = Fix(f"use {change.now}", (Edit(file.name, start, end, new=change.now),), safe=False)
                    yield Finding(
                        id=RULE.id,
                        severity=Severity.ERROR,
                        message=f"{use.engine.name} {use.version or ''}".strip() + f" has no feature {change.name}",
                        path=file.name,
                        line=place.line,
                        span=place.span,
                        found=change.name,
                        why=f"{change.why} ({change.source})",
                        help=f"use the feature {change.now}" if change.now else "remove it",
                        fix=fix,
                    )


def _is_crate(file: SourceFile, use: EngineUse) -> bool:
    return any(re.search(rf'(?m)^name\s*=\s*"{re.escape(name)}"', file.text) for name in use.engine.packages)


def _mentions(text: str, package: str, feature: str) -> Iterator[tuple[int, int]]:
    """Where the manifest asks for this feature of the package."""
    name = re.escape(package)
    lists = re.compile(
        rf"(?m)^[ \t]*{name}\s*=\s*\{{[^}}]{{0,4000}}?features\s*=\s*\[([^\]]{{0,4000}}+)\]"
        rf"|^\[(?:[\w.'()\" =,-]*\.)?dependencies\.{name}\][ \t]*$(?:(?!^\[)[\s\S]){{0,4000}}?"
        r"^[ \t]*features\s*=\s*\[([^\]]{0,4000}+)\]",
        re.DOTALL,
    )
    for match in lists.finditer(text):
        group = 1 if match[1] is not None else 2
        for item in re.finditer(rf"(?<=[\"']){re.escape(feature)}(?=[\"'])", match[group]):
            yield match.start(group) + item.start(), match.start(group) + item.end()
    for match in re.finditer(rf"[\"']{name}\??/({re.escape(feature)})[\"']", text):
        yield match.start(1), match.end(1)


RULE = Rule("feature-gone", "Cargo feature missing from this version", __doc__, check)
