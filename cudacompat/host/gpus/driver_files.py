"""What the system shows of the driver besides the driver itself: modules, device nodes, Secure Boot, the kernel's log.

Files are read and nothing is changed; what only root may see is left open.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cudacompat.domain.machine.facts import DriverFiles
from cudacompat.domain.machine.kernel_log import troubles_in
from cudacompat.domain.machine.troubles import Trouble
from cudacompat.host.programs.process import find, run
from cudacompat.places.roots import Roots
from cudacompat.places.there import exists

_MODULES = ("nvidia", "nvidia_uvm", "nouveau", "nova_core")
_NODE = re.compile(r"nvidia(\d+|ctl|-uvm)")
_MODULE_FILE = re.compile(r"nvidia(-current)?\.ko(\.(gz|xz|zst))?")
_SECURE_BOOT = "firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"  # the GUID of EFI's own variables
_CDI_DRIVER = re.compile(r"libcuda\.so\.(\d{3}\.\d+(?:\.\d+)?)")
_CDI_BYTES = 4 << 20
_MOST_CDI = 20
_MOST_FOLDERS = 4000  # of one kernel's modules; a whole tree has some two thousand
_LOG_S = 1.0
_LOG_BYTES = 4 << 20


def driver_files(roots: Roots | None = None) -> DriverFiles:
    """Return what the system shows of the driver, this user's rights counted."""
    at = roots or Roots.real()
    return DriverFiles(
        loaded=tuple(name for name in _MODULES if exists(at.sys / "module" / name)),
        nodes=_nodes(at.root / "dev"),
        secure_boot=_secure_boot(at.sys / _SECURE_BOOT),
        on_disk=_on_disk(at.root / "lib/modules" / _kernel(at)),
        dxg=exists(at.root / "dev/dxg"),
        cdi=tuple(_cdi(at)),
    )


def kernel_log(roots: Roots | None = None) -> tuple[Trouble, ...]:
    """Return what the kernel's log says of NVIDIA's driver since the start; nothing where this user may not read it."""
    at = roots or Roots.real()
    program = find("dmesg", path=at.path) if sys.platform == "linux" else None
    if program is None:
        return ()
    ran = run([str(program), "--notime"], timeout_s=_LOG_S, limit_bytes=_LOG_BYTES)
    return troubles_in(ran.stdout) if ran.ok else ()


def _nodes(folder: Path) -> tuple[tuple[str, bool], ...]:
    try:
        names = sorted(entry.name for entry in folder.iterdir() if _NODE.fullmatch(entry.name))
    except OSError:
        return ()
    return tuple((name, os.access(folder / name, os.R_OK | os.W_OK)) for name in names)


def _cdi(at: Roots) -> Iterator[tuple[str, str]]:
    """The CDI files with GPUs of NVIDIA's, and the release whose libcuda each names: such a file is a snapshot."""
    for folder in (at.etc / "cdi", at.root / "var/run/cdi", at.root / "run/cdi"):
        try:
            files = sorted(each for each in folder.iterdir() if each.suffix in (".yaml", ".yml", ".json"))
        except OSError:
            continue
        for file in files[:_MOST_CDI]:
            found = _CDI_DRIVER.search(text := _beginning(file))
            if found is not None and "nvidia.com/" in text and folder.resolve() == folder:
                yield f"/{file.relative_to(at.root)}" if file.is_relative_to(at.root) else str(file), found[1]


def _beginning(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_CDI_BYTES).decode("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return ""


def _secure_boot(variable: Path) -> bool | None:
    """Four bytes of attributes, then the value (UEFI, 8.2; Linux, efivarfs)."""
    try:
        data = variable.read_bytes()
    except OSError:
        return None
    return data[4] == 1 if len(data) == 5 else None


def _kernel(at: Roots) -> str:
    try:
        return (at.proc / "sys/kernel/osrelease").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return platform.release()


def _on_disk(modules: Path) -> bool | None:
    """Whether this kernel has an nvidia module; `None` where its modules are not here, as in a container."""
    if not modules.name or not exists(modules / "modules.dep"):
        return None
    for number, (_, _, files) in enumerate(os.walk(modules)):
        if any(_MODULE_FILE.fullmatch(name) for name in files):
            return True
        if number > _MOST_FOLDERS:
            return None
    return False
