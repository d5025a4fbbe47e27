#!/usr/bin/env python3
"""Gives every module of many libraries to this machine's driver, and records where it agrees with the judge.

    load_libraries.py OUT PATH… [--jobs N] [--shards N] [--limit S] [--modes normal,disabled]

PATH is a library, a wheel, or a folder whose libraries are taken. Needs cudacompat importable and a driver. Each
library has a process of its own, and asks the driver through several. OUT gets libraries.json: per library and mode of
the JIT how many modules and kernels were asked for, how many answers agreed, and every answer that did not, or that
never came. What the limit cut off is listed.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import hashlib
import json
import os
import re
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

VARIABLES = {"normal": {}, "disabled": {"CUDA_DISABLE_PTX_JIT": "1"}, "forced": {"CUDA_FORCE_PTX_JIT": "1"}}
_VERSION = re.compile(r"\.so(\.[\d.]+)?$")


def candidates(paths: list[str]) -> list[Path]:
    """Files that may hold device code, largest first, none twice."""
    found: dict[tuple[int, int], Path] = {}
    for path in map(Path, paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and (path.is_file() or _VERSION.search(file.name)):
                status = file.stat()
                found.setdefault((status.st_dev, status.st_ino), file)
    return sorted(found.values(), key=lambda file: -file.stat().st_size)


def one(path: str, modes: list[str], module_limit: float, shards: int) -> dict[str, object] | None:
    """The record of one file, `None` if there is no device code in it."""
    from cudacompat.app.load import gpus_to_ask, load_artifact
    from cudacompat.artifacts.files.extent import OnDisk
    from cudacompat.artifacts.reading.read import read_paths
    from cudacompat.domain.words.code import NotRead
    from cudacompat.domain.words.verdict import JitPolicy
    from cudacompat.host.gpus import driver_api

    if b".nv_fatbin" not in head_and_tail(path) and not read_paths([path], kernels=False).artifacts:
        return None
    started = time.monotonic()
    read = read_paths([path], kernels=True)
    if not read.artifacts and not read.not_read:
        return None
    reading = time.monotonic() - started
    with Path(path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    (target, device), *_ = gpus_to_ask(())
    record: dict[str, object] = {"path": path, "size": Path(path).stat().st_size, "sha256": digest}
    record["not_read"] = [[item.path, item.why] for item in read.not_read]
    artifacts = record["artifacts"] = []
    with OnDisk() as disk:
        for artifact in read.artifacts:
            told: dict[str, object] = {"path": artifact.path, "modules": len(artifact.modules), "modes": {}}
            for mode in modes:
                for name in ("CUDA_DISABLE_PTX_JIT", "CUDA_FORCE_PTX_JIT"):
                    os.environ.pop(name, None)
                os.environ.update(VARIABLES[mode])
                judged_for = replace(target, jit=JitPolicy(mode))
                started = time.monotonic()

                def ask(requests, number):  # type: ignore[no-untyped-def]
                    parts = [requests[index::shards] for index in range(min(shards, len(requests)))]
                    answers = [None] * len(requests)
                    with ThreadPoolExecutor(shards) as pool:
                        asked = [pool.submit(driver_api.load, part, number, limit_s=module_limit) for part in parts]
                        for index, future in enumerate(asked):
                            answers[index::shards] = future.result()
                    return tuple(answers)

                done = load_artifact(artifact, judged_for, device, disk, ask)
                if isinstance(done, NotRead):
                    told["modes"][mode] = {"not_read": done.why}
                    continue
                told["modes"][mode] = summary(done) | {"seconds": round(time.monotonic() - started, 1)}
            artifacts.append(told)
    record["seconds_reading"] = round(reading, 1)
    return record


def head_and_tail(path: str) -> bytes:
    """Where the names of an ELF's sections usually lie."""
    with Path(path).open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, Path(path).stat().st_size - 65536))
        return head + file.read()


def summary(load) -> dict[str, object]:  # type: ignore[no-untyped-def]
    from cudacompat.domain.judge.code_places import module_name
    from cudacompat.domain.runs.load import Agreement

    def shown(each) -> dict[str, object]:  # type: ignore[no-untyped-def]
        row = {"module": module_name(each.verdict.module), "judge": each.judged, "driver": each.answered}
        if each.differing:
            row |= {"kernels": len(each.differing), "first": each.differing[:5]}
        return row

    outcomes = collections.Counter(
        each.verdict.outcome.value + (f"/{each.verdict.reason.value}" if each.verdict.reason else "")
        for each in load.modules
    )
    codes = collections.Counter(str(each.answer.load) for each in load.modules)
    result = {
        "asked": len(load.modules),
        "kernels": load.kernels,
        "not_asked": dict(load.not_asked),
        "judged": dict(sorted(outcomes.items())),
        "driver_load": dict(sorted(codes.items())),
        "agreement": {each.value: load.count(each) for each in Agreement},
    }
    for each in (Agreement.DISAGREES, Agreement.OPEN, Agreement.NOT_ANSWERED):
        rows = [shown(compared) for compared in load.modules if compared.agreement is each]
        if rows:
            result[each.value] = rows[:200]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shards", type=int, default=1, help="processes that ask the driver about one library")
    parser.add_argument("--limit", type=float, default=600, help="seconds for all of it")
    parser.add_argument("--module-limit", type=float, default=120, help="seconds for one module")
    parser.add_argument("--modes", default="normal")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    modes = args.modes.split(",")
    deadline = time.monotonic() + args.limit
    records, failed = [], []
    pool = ProcessPoolExecutor(args.jobs)
    left = {pool.submit(one, str(file), modes, args.module_limit, args.shards): file for file in candidates(args.paths)}
    while left and time.monotonic() < deadline:
        done, _ = wait(left, timeout=max(0, deadline - time.monotonic()), return_when=FIRST_COMPLETED)
        for future in done:
            file = left.pop(future)
            try:
                record = future.result()
            except Exception as error:
                failed.append([str(file), f"{type(error).__name__}: {error}"])
                continue
            if record is not None:
                records.append(record)
                write(args.out, records, failed, left.values())
    write(args.out, records, failed, left.values())
    for process in list((pool._processes or {}).values()):
        process.terminate()
    os._exit(0)


def write(out: Path, records: list[dict[str, object]], failed: list[list[str]], left: object) -> None:
    from cudacompat.host.gpus.driver import driver
    from cudacompat.host.gpus.probe import gpus

    found = gpus()
    release = driver()
    document = {
        "machine": {
            "name": found.value[0].name,
            "compute_capability": str(found.value[0].capability),
            "driver": str(release.value.release),
            "recorded": datetime.datetime.now(datetime.UTC).date().isoformat(),
        },
        "libraries": sorted(records, key=lambda record: str(record["path"])),
        "failed": failed,
        "cut_off": sorted(map(str, left)),
    }
    (out / "libraries.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"{time.monotonic():.0f} {len(records)} libraries", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
