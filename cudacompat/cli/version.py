"""`--version`: the release, and what a bug report needs to know of the Python and the machine it runs on."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import cudacompat

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def version_text() -> str:
    """Return the text: one line with the release, then a block of `name: value` lines. Nothing in it is a secret: the
    user's home is `~`. No library of NVIDIA's is loaded for it, and no program runs."""
    return "\n".join([f"cudacompat {cudacompat.__version__}", "", *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"python: {implementation}, {_short(sys.executable)}"
    libc = " ".join(platform.libc_ver()).strip()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield f"platform: {system}{f', {libc}' if libc else ''}"
    yield f"installed: {_short(str(Path(cudacompat.__file__).parent))}"
    yield f"dependencies: {', '.join(_dependencies()) or 'not known: cudacompat is not an installed package here'}"
    yield f"driver: {_driver()}"
    encoding = getattr(sys.stdout, "encoding", None) or "none"
    yield f"output: {encoding}, {'a terminal' if sys.stdout.isatty() else 'no terminal'}"


def _dependencies() -> Iterator[str]:
    """What the package requires, with the versions that are installed."""
    try:
        required = metadata.requires("cudacompat") or []
    except metadata.PackageNotFoundError:
        return
    for requirement in required:
        name = _NAME.match(requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            yield f"{name[0]} {metadata.version(name[0])}"
        except metadata.PackageNotFoundError:
            yield f"{name[0]} missing"


def _driver() -> str:
    """The release of the loaded kernel module, as its own file states it."""
    from cudacompat.domain.machine.facts import Found
    from cudacompat.host.gpus.driver import kernel_module

    module = kernel_module()
    if not isinstance(module, Found):
        return f"none found ({', '.join(module.tried)}); cudacompat doctor looks further"
    facts = module.value
    return f"{facts.release} ({facts.kernel_module} kernel module), from {module.found_via}"


def _short(path: str) -> str:
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE") or ""
    below = home and path.startswith(home.rstrip(os.sep) + os.sep)
    return f"~{path[len(home.rstrip(os.sep)) :]}" if below else path
