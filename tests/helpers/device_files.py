"""Files with real device code for tests of whole runs: real cubins in fatbins that the test puts together."""

from __future__ import annotations

import functools
import re
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.helpers.fatbin_writer import Image, fatbin, ptx, sass
from tests.helpers.toolchain import ptx_text

KERNEL = "k1"  # what every cubin here holds, and all of it
_CASES = Path(__file__).parents[1] / "data" / "h200" / "cases.zip"


@functools.cache
def _cubins() -> dict[str, bytes]:
    """One cubin for each target, by `sm_90a`."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(_CASES) as archive:
        for name in sorted(archive.namelist()):
            match = re.fullmatch(r"bare/cubin-[\d.]+-(sm_\d+[af]?)\.cubin", name)
            if match:
                found.setdefault(match[1], archive.read(name))
    return found


def image(target: str) -> Image:
    """`sm_90a`, or `compute_90` (of ISA 7.8) or `compute_90@8.7`; PTX holds the same kernel as the cubins.

    `sm_90:k2` is machine code of another source: its kernel has that name, of as many letters.
    """
    if target.startswith("sm_"):
        target, _, kernel = target.partition(":")
        cubin = _cubins()[target].replace(f"{KERNEL}\0".encode(), f"{kernel or KERNEL}\0".encode())
        return sass(cubin, target.lstrip("sm_0123456789"))
    arch, _, isa = target.removeprefix("compute_").partition("@")
    return ptx(ptx_text(isa or "8.8", arch, (KERNEL,)))


def library(*modules: str, needed: Sequence[str] = (), folders: str = "") -> bytes:
    """A shared library (ELF, with nothing in it but its fatbins) of several modules, each a list of targets:
    `library("sm_80 sm_90", "sm_80")`. It asks the loader for the `needed` names, in `folders` (DT_RUNPATH) first."""
    code = b"".join(fatbin(*(image(target) for target in module.split())) for module in modules)
    return library_of(code, needed, folders)


def library_of(code: bytes, needed: Sequence[str] = (), folders: str = "") -> bytes:
    """The same with these fatbins, back to back."""
    asked = b"\0".join((b"", *(each.encode() for each in (*needed, *((folders,) if folders else ()))), b""))
    entries = [(1, asked.index(b"\0" + each.encode() + b"\0") + 1) for each in needed]
    entries += [(29, asked.index(b"\0" + folders.encode() + b"\0") + 1)] if folders else []
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in (*entries, (0, 0))) if entries else b""
    names = b"\0.nv_fatbin\0.shstrtab\0.dynstr\0.dynamic\0"
    code += bytes(-len(code) % 8)
    start = 64
    strings = start + len(code) + len(names)
    at = strings + len(asked) + -(strings + len(asked)) % 8
    table = at + len(dynamic)
    count = 5 if entries else 3
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, count, 2)
    section = struct.Struct("<IIQQQQIIQQ")
    sections = (
        bytes(64)
        + section.pack(1, 1, 2, 0, start, len(code), 0, 0, 8, 0)
        + section.pack(12, 3, 0, 0, start + len(code), len(names), 0, 0, 1, 0)
    )
    if entries:
        sections += section.pack(22, 3, 2, 0, strings, len(asked), 0, 0, 1, 0)
        sections += section.pack(30, 6, 2, 0, at, len(dynamic), 3, 0, 8, 16)
    gap = bytes(at - strings - len(asked))
    return header + code + names + asked + gap + dynamic + sections


def wheel(path: Path, **members: bytes) -> Path:
    """A wheel with these members; `lib_a` is written `pkg/lib_a.so`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/__init__.py", "")
        for name, data in members.items():
            archive.writestr(f"pkg/{name}.so", data)
    return path
