"""The machine that `doctor` looks at: this one, or one whose facts were saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cudacompat.app.doctor.shadowed import without_shadowed
from cudacompat.app.inputs.text_files import read_whole
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.machine.saved_facts import from_json, to_json
from cudacompat.domain.words.errors import ParseError, UsageError

_MOST_FACTS = 64 << 20  # bytes of a facts file


def load(path: str) -> HostFacts:
    """Return the facts that `doctor --save-facts` wrote; `UsageError` in one line for anything else."""
    data = read_whole(path, _MOST_FACTS, "is not a facts file")
    try:
        return from_json(json.loads(data))
    except ParseError as error:
        raise UsageError(f"{path}: {error}") from error
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not a facts file of doctor --save-facts: invalid JSON") from None


def save(facts: HostFacts) -> str:
    """Return the text of a facts file, without names of users."""
    return json.dumps(to_json(facts), indent=2, ensure_ascii=True) + "\n"


def require_environments(pythons: Sequence[str], beside: str) -> None:
    """`UsageError` for what is no environment, and for one that would not be looked at."""
    from cudacompat.host.toolchain.pythons import environment_at
    from cudacompat.places.roots import Roots

    if pythons and beside:
        raise UsageError(f"--python does not go with {beside}")
    for each in pythons:
        if environment_at(Path(each), "--python", Roots.real()) is None:
            raise UsageError(f"--python {each}: no Python environment (name its directory, or its interpreter)")


def snapshot(pythons: Sequence[str] = ()) -> HostFacts:
    """Return what this machine says, of its packages those that programs import."""
    from cudacompat.engines import variables
    from cudacompat.environments.installed import components
    from cudacompat.host.snapshot import snapshot

    facts = snapshot(installed=components, variables=variables(), pythons=pythons)
    return replace(facts, packages=without_shadowed(facts.packages, facts.environments))
