#!/usr/bin/env python3
"""The least that `check` of a library can take in this language and with these libraries, beside what it takes.

    bench_floor.py libcublasLt.so.13 12.0

Processor time, each step at once: the headers of all fatbins; the machine code of the GPU's own number inflated whole,
since damage there would stop it; the first 64 KiB of other large zstd images, in which the names of their kernels lie,
and the small ones whole; a search of the other data for fatbins and cubins. Fatbins that repeat others are left out.
Nothing is named, kept, judged or printed. The start is `check` of the header of a cubin. What `check` takes beyond
the sum is the work of this program. ELF libraries for x86-64 and zstd images alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import zstandard

from cudacompat.artifacts.binaries import elf
from cudacompat.artifacts.binaries.buffer import FileBuffer
from cudacompat.artifacts.binaries.compression import ZSTD
from cudacompat.artifacts.binaries.fatbin_headers import ELF, HEADER_SIZE, MAGIC, EntryHeader, FatbinHeader
from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.artifacts.binaries.section import OFFICIAL, Section

PROGRAM = [sys.executable, "-I", "-m", "cudacompat"]
FRONT, LARGE, STEP = 1 << 16, 1 << 17, 1 << 17
NEEDLES = Needle(MAGIC), Needle(b"\x7fELF\x02\x01\x01")
# The header of a cubin for sm_90 and nothing more: what `check` says of it does not matter.
CUBIN = b"\x7fELF\x02\x01\x01\x41\x08".ljust(16, b"\0") + (2).to_bytes(2, "little") + (190).to_bytes(2, "little")

Image = tuple[int, EntryHeader]  # where its bytes begin
TIMES: dict[str, float] = {}


@contextlib.contextmanager
def timed(step: str) -> Iterator[None]:
    """Note what a step takes."""
    start = process_time()
    yield
    TIMES[step] = process_time() - start


def images(buffer: FileBuffer, section: Section) -> Iterator[Image]:
    """Give the images of a section of fatbins, each fatbin once."""
    seen: set[bytes] = set()
    at = section.start
    while at < section.end:
        at = buffer.find(MAGIC, at, section.end)
        if at < 0:
            return
        end = at + HEADER_SIZE + FatbinHeader.at(buffer, at).size
        whole = bytes(buffer[at:end]) if end - at < STEP else b""
        place, at = at + HEADER_SIZE, end
        if whole in seen:
            continue
        seen |= {whole} - {b""}
        while place < end:
            head = EntryHeader.at(buffer, place)
            yield place + head.header, head
            place += head.size


def cost(command: list[str]) -> float:
    """The processor time of a process with all that it starts, median of five."""
    found = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found)


def floor(path: Path, number: int) -> None:
    """Measure the steps."""
    inflater = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    with path.open("rb", buffering=0) as file:
        buffer = FileBuffer(file.fileno(), path.stat().st_size)
        sections = elf.read_image(buffer, 0, len(buffer)).sections or []
        official = [each for each in sections if each.name in OFFICIAL]
        with timed("headers"):
            found = [image for section in official for image in images(buffer, section)]
        zstd = [each for each in found if each[1].kind == ELF and each[1].flags & ZSTD and each[1].stored]
        for step, wanted in (("picked images, whole", True), ("the front of others", False)):
            with timed(step):
                for at, head in zstd:
                    if (head.arch == number) is wanted:
                        raw = bytes(buffer[at : at + head.stored])
                        size = FRONT if head.inflated > LARGE and not wanted else head.inflated
                        inflater.stream_reader(raw).read(size)
        with timed("search of other data"):
            for section in sections:
                for at in range(section.start, section.end, STEP) if section.data and section not in official else ():
                    piece = os.pread(file.fileno(), min(STEP, section.end - at), at)
                    for needle in NEEDLES:
                        needle.places(piece)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("gpu", help="compute capability, such as 12.0")
    options = parser.parse_args()
    floor(options.file, int(options.gpu.replace(".", "")))
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder, "small.cubin")
        small.write_bytes(CUBIN.ljust(64, b"\0"))
        TIMES["start of check"] = cost([*PROGRAM, "check", "--gpu", options.gpu, "--no-cache", str(small)])
    for step, seconds in TIMES.items():
        print(f"| {step} | {seconds:.3f} s |")
    print(f"| **together** | {sum(TIMES.values()):.3f} s |")
    print(f"| `check` | {cost([*PROGRAM, 'check', '--gpu', options.gpu, '--no-cache', str(options.file)]):.3f} s |")
    print(f"| `inspect` | {cost([*PROGRAM, 'inspect', str(options.file)]):.3f} s |")


if __name__ == "__main__":
    main()
