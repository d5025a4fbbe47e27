"""NVIDIA's PTX assemblers of this machine, and what one of them says of a text."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Assembly, PtxProof
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.host.programs.process import TIMEOUT_S, ProcessResult, find, is_program, run
from cudacompat.host.toolchain.nvcc import release_of
from cudacompat.host.toolchain.site_folders import site_folders
from cudacompat.host.toolchain.toolkit import toolkits
from cudacompat.places.roots import Roots

LONGEST_S = 300.0  # for one text; the largest of published libraries take a minute
_MEMORY = 8 << 30
_OUTPUT = 1 << 20
_LONGEST_LINE = 200
_NAME = "ptxas.exe" if sys.platform == "win32" else "ptxas"

# `ptxas ab12.ptx, line 4; error   : Not a name of any known instruction: 'bogus'`, `ptxas fatal   : Unresolved extern…`
_SAID = re.compile(r"^ptxas (?:\S+, line (?P<line>\d+); )?(?P<kind>error|fatal)\s*: \s*(?P<text>.*\S)", re.MULTILINE)
_SUMMARY = "Ptx assembly aborted due to errors"

# What says something of this assembler or this machine, and nothing of the text; or what a driver was not asked about.
_NOT_OF_THE_TEXT = re.compile(
    r"Unsupported \.version|is not defined for option|[Mm]emory allocation|[Oo]ut of memory|[Ii]nternal error"
    r"|Debug information not found in presence of"
    r"|[Cc]ould not open|[Cc]annot open|[Cc]ould not create|[Cc]ould not write|No space left|needs? too much memory"
)
# ptxas stops at 48 KiB where a driver takes what the GPU has: 227 KiB at most (CUDA Programming Guide, compute
# capabilities 9.0 and 10.0). Measured on an H200 with driver 580: 70,000 bytes load, 900,000 do not.
_SHARED = re.compile(r"uses too much shared data \(0x([0-9a-f]+) bytes")
_MOST_SHARED = 227 << 10


@dataclass(frozen=True, slots=True)
class Assembler:
    """A ptxas of this machine, and its CUDA release."""

    path: Path
    release: ToolkitVersion


def assemblers(roots: Roots | None = None) -> tuple[Assembler, ...]:
    """Return the ptxas of this machine, the newest first, one of each release: on PATH, beside every nvcc that a build
    could run (CUDA_HOME and the like, the usual places, conda) and in the packages of the Python that runs this."""
    roots = roots or Roots.real()
    found: dict[ToolkitVersion, Path] = {}
    for path in _candidates(roots):
        release = _release(path)
        if release is not None:
            found.setdefault(release, path)
    return tuple(Assembler(found[each], each) for each in sorted(found, reverse=True))


def _candidates(roots: Roots) -> Iterator[Path]:
    on_path = find("ptxas", path=roots.path)
    if on_path is not None:
        yield on_path
    for toolkit in toolkits(roots=roots).values:
        yield Path(toolkit.path).with_name(_NAME)
    for site in site_folders(roots):
        for pattern in (f"nvidia/cu[0-9]*/bin/{_NAME}", f"nvidia/cuda_nvcc/bin/{_NAME}"):
            try:
                yield from sorted(Path(site.path).glob(pattern))
            except OSError:
                continue


def _release(path: Path) -> ToolkitVersion | None:
    try:
        real = path.resolve()
    except (OSError, RuntimeError):
        return None
    return release_of(real) if is_program(real) else None


def assemble(assembler: Assembler, text: Path, target: str, *, seconds: float = LONGEST_S) -> Assembly:
    """Return what this assembler makes of a PTX text for `target` (`sm_90a`). It runs in the folder of the text, and
    leaves nothing there; at most `seconds`."""
    output = text.with_suffix(f".{target}.cubin")
    command = [str(assembler.path), f"-arch={target}", text.name, "-o", output.name]
    places = {name: str(text.parent) for name in ("TMPDIR", "TMP", "TEMP")}
    ran = _run(command, text.parent, places, seconds=min(seconds, TIMEOUT_S))
    if ran.timed_out and seconds > TIMEOUT_S:  # few take longer, and those cost a second process
        ran = _run(command, text.parent, places, seconds=seconds)
    output.unlink(missing_ok=True)
    proof, said = _told(ran)
    return Assembly(proof, assembler.release, target, said=said)


def _run(command: list[str], folder: Path, places: dict[str, str], seconds: float) -> ProcessResult:
    return run(command, timeout_s=seconds, limit_bytes=_OUTPUT, environment=places, cwd=folder, memory_bytes=_MEMORY)


def _told(ran: ProcessResult) -> tuple[PtxProof, str | None]:
    """What a run means: the first error of the text, or why nothing is proved."""
    if ran.ok:
        return PtxProof.PROVED, None
    if ran.rc is None or ran.was_killed:
        return PtxProof.OPEN, f"ptxas: {ran.why_failed}"
    lines = [each for each in _SAID.finditer(f"{ran.stderr}\n{ran.stdout}") if each["text"] != _SUMMARY]
    if not lines:
        return PtxProof.OPEN, f"ptxas: {ran.why_failed}"
    first = next((each for each in lines if each["kind"] == "error"), lines[0])
    text = one_line(first["text"])[:_LONGEST_LINE]
    if any(_NOT_OF_THE_TEXT.search(each["text"]) or _may_fit(each["text"]) for each in lines):
        return PtxProof.OPEN, f"ptxas: {text}"
    return PtxProof.REFUSED, f"line {first['line']}: {text}" if first["line"] else text


def _may_fit(said: str) -> bool:
    much = _SHARED.search(said)
    return much is not None and int(much[1], 16) <= _MOST_SHARED
