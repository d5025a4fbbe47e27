#!/usr/bin/env python3
"""Reads published wheels and compares what is in them with a record of it. Run by hand: wheels are large.

    pip download --no-deps --only-binary=:all: -d WHEELS ctranslate2==4.8.5 nvidia-cublas==13.10.0.20 …
    check_corpus.py TRUTH.json WHEELS/*.whl

TRUTH is a list with one row for each library, made by another reader (a plain walk of the headers, or cuobjdump):

    {"wheel", "lib" (its path in the wheel), "size", "sha256",
     "modules", "modules_with_kernels", "sass", "ptx", "lto_ir"    of the registered section; images per target,
     "patterns": [["53 60 ptx:86", 34], …]                         sets of targets that its modules have,
     "relocatable_modules",
     "elsewhere": {"modules", "sections", "sass", "ptx", "lto_ir"}   fatbins outside the two sections}

Prints one line for each library, and for each wheel the time and the memory that reading it took, headers alone and
with kernels. Exit 1 if anything differs, or if a row's library is not found in a wheel that was named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, ReadResult, Registration
from cudacompat.domain.words.target import CodeKind

Row = dict[str, Any]
_KINDS = {"sass": CodeKind.SASS, "ptx": CodeKind.PTX, "lto_ir": CodeKind.LTO_IR}


def images(modules: Iterable[DeviceModule], kind: CodeKind) -> dict[str, int]:
    """How many images of a kind there are for each target."""
    found = Counter(
        entry.target.arch
        for module in modules
        for entry in module.entries
        if entry.kind is kind and entry.target is not None
    )
    return dict(found)


def pattern(module: DeviceModule) -> str:
    """The targets of a module: `60 70 ptx:70`."""
    names = {"": CodeKind.SASS, "ptx:": CodeKind.PTX, "lto:": CodeKind.LTO_IR}
    return " ".join(sorted(prefix + arch for prefix, kind in names.items() for arch in images([module], kind)))


def facts_of(artifact: BinaryArtifact | None) -> Row:
    """The row that this artifact gives (`None`: no device code was found), without its names."""
    modules = artifact.modules if artifact is not None else ()
    by = {each: [m for m in modules if m.registration is each] for each in Registration}
    registered = by[Registration.REGISTERED]
    stray = [m for m in (*by[Registration.STRAY], *by[Registration.RELOCATABLE]) if not m.bare]
    elsewhere = [m for m in stray if m.section is None or not m.section.startswith("__nv_rel")]
    return {
        **({"size": artifact.size} if artifact is not None else {}),
        "modules": len(registered),
        "modules_with_kernels": sum(any(entry.kernels for entry in m.entries) for m in registered),
        "relocatable_modules": len(stray) - len(elsewhere),
        **{name: images(registered, kind) for name, kind in _KINDS.items()},
        "patterns": dict(Counter(map(pattern, registered))),
        "elsewhere": {
            "modules": len(elsewhere),
            "sections": dict(Counter(m.section or "(none)" for m in elsewhere)),
            **{name: images(elsewhere, kind) for name, kind in _KINDS.items()},
        },
    }


def differences(expected: Row, found: Row, prefix: str = "") -> list[str]:
    """What differs, one line each; only what the expected row has is compared."""
    lines: list[str] = []
    for key, value in expected.items():
        if key not in found:
            continue
        if key == "patterns":
            value = {" ".join(sorted(targets.split())): count for targets, count in value}
        if key == "sections" and set(value) == {"(none)"}:  # a reader that looks into no archive
            continue
        if isinstance(value, dict) and isinstance(found[key], dict) and key == "elsewhere":
            lines += differences(value, found[key], f"{prefix}{key}.")
        elif value != found[key]:
            lines.append(f"{prefix}{key}: recorded {value}, read {found[key]}")
    return lines


def measured(path: str, kernels: bool, pipe: Any) -> None:
    """Read a wheel; send what was read, the seconds and the peak memory in MiB of this process."""
    start = time.perf_counter()
    result = read_paths([path], kernels=kernels)
    seconds = time.perf_counter() - start
    pipe.send((result, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def read(path: Path, kernels: bool) -> tuple[ReadResult, float, float]:
    """Read a wheel in a process of its own."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=measured, args=(str(path), kernels, theirs))
    child.start()
    theirs.close()
    try:
        found: tuple[ReadResult, float, float] = ours.recv()
    except EOFError:
        raise SystemExit(f"{path}: reading it did not end well") from None
    child.join()
    return found


def digest(wheel: zipfile.ZipFile, name: str) -> str:
    """The SHA-256 of a member."""
    state = hashlib.sha256()
    with wheel.open(name) as member:
        while chunk := member.read(1 << 20):
            state.update(chunk)
    return state.hexdigest()


def check(path: Path, rows: list[Row]) -> int:
    """Compare one wheel with its rows; return how many libraries differ."""
    _, light, light_memory = read(path, kernels=False)
    result, heavy, heavy_memory = read(path, kernels=True)
    print(
        f"{path.name}: {path.stat().st_size / 1e6:.0f} MB, headers {light:.1f} s {light_memory:.0f} MiB, "
        f"kernels {heavy:.1f} s {heavy_memory:.0f} MiB"
    )
    found = {artifact.path.split("!/", 1)[1]: artifact for artifact in result.artifacts}
    different = 0
    with zipfile.ZipFile(path) as wheel:
        for row in rows:
            lines = differences(row, facts_of(found.get(row["lib"])))
            if digest(wheel, row["lib"]) != row["sha256"]:
                lines.insert(0, "other bytes than the record was taken from")
            unread = [each.why for each in result.not_read if each.path.endswith(f"!/{row['lib']}")]
            lines += [f"not read: {why}" for why in unread]
            print(f"  {'differs' if lines else 'agrees '}  {row['lib']}")
            for line in lines:
                print(f"           {line}")
            different += 1 if lines else 0
    for lib in sorted(found.keys() - {row["lib"] for row in rows}):
        print(f"  no row   {lib}")
    for each in result.not_read:
        print(f"  not read {each.path.split('!/')[-1]}: {each.why}")
    return different


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("wheels", type=Path, nargs="+", metavar="WHEEL")
    args = parser.parse_args()
    truth: list[Row] = json.loads(args.truth.read_text())
    different = libraries = 0
    for path in args.wheels:
        rows = [row for row in truth if row["wheel"] == path.name]
        libraries += len(rows)
        different += check(path, rows)
    print(f"{libraries} libraries of {len(args.wheels)} wheels: {libraries - different} agree, {different} differ")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
