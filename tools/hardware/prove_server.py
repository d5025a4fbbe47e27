#!/usr/bin/env python3
"""From an empty directory to a server that is proved to run its own code on this machine's GPU, and the same sabotaged.

    prove_server.py OUT --source WHISPER_CPP [--work DIR] [--gpu SPEC] [--define -DX=Y]... [--jobs N]
        [--twin other|ptx]... [--seconds N]

Needs cudacompat importable, a driver, CMake, ninja, nvcc with cuBLAS and the sources of whisper.cpp, a directory or an
archive of one (v1.9.3 was used); nothing is downloaded. In an empty directory `generate` writes the list for the GPU
that it finds; CMake builds `whisper-server` with that file; `check --require native` has to end with 0; the server is
started with a model of made weights, has to become healthy and to transcribe; `verify --expect native` of the same has
to end with 0, and so has that of the bare command line, which `verify` stops when it is healthy.

The twins have another list in the generated file, and their `check` has to end with 1. `other` is for another GPU
alone: it becomes healthy, as it has run no kernel yet, and fails at the first transcription, so `verify` has to end
with 5, and with 4 where it is stopped before. `ptx` has no machine code: it serves all the same, and `verify` has to
end with 1. A twin that does not fit into the seconds that are left is left out, and said to be. OUT/server.json has
each command, its exit code and its seconds, written anew after every step. Exits with 0 if all that was run is so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from prove_whisper import CUDACOMPAT, DEFINES, PORT, Record  # noqa: E402

GENERATED = "cudacompat-architectures.cmake"
FEW_WORDS = ("-bs", "1", "-bo", "1", "-nf", "-nt", "-nfa")  # as WORDS of prove_whisper, which says why
DRIVE = "--drive"  # how this script calls itself, to be what `verify` runs
URL = f"http://127.0.0.1:{PORT}"


@dataclass(frozen=True)
class Kind:
    """What is built, and how each step on it has to end."""

    check: int
    serve: int
    transcription: int
    healthy: int | None = None  # None: not tried
    targets: str = ""  # in place of the generated ones


KINDS = {
    "healthy": Kind(check=0, serve=0, transcription=0, healthy=0),
    "other": Kind(check=1, serve=1, transcription=5, healthy=4, targets="75-real"),
    # every GPU of today runs it, none without compiling it; stopped before it has run a kernel, it has compiled none
    "ptx": Kind(check=1, serve=0, transcription=1, targets="75-virtual"),
}


class Flow:
    """The steps of one build, each kept in the record; a step that ends otherwise than it has to is kept as wrong."""

    kinds = KINDS
    work = "a transcription"  # what `verify` sees the server do

    def __init__(self, name: str, args: argparse.Namespace, record: Record, *, tree: Path | None = None) -> None:
        self.name, self.args, self.record, self.kind = name, args, record, self.kinds[name]
        self.tree = tree or args.work / name
        self.steps: list[dict[str, Any]] = []
        self.wrong: list[str] = []

    def run(self, step: str, code: int, *command: str | Path, **environment: str) -> bool:
        """A command in the tree, with all of this environment where one is given; whether it ended as it has to."""
        words = list(map(str, command))
        started = time.monotonic()
        done = subprocess.run(words, cwd=self.tree, capture_output=True, text=True, env=environment or None)
        seconds = round(time.monotonic() - started, 2)
        tail = (done.stdout + done.stderr).splitlines()[-25:]
        row = {"step": step, "has_to_be": code, "is": done.returncode, "seconds": seconds}
        self.steps.append({**row, "command": words, "said": tail})
        self.record.put(self.name, self.steps)
        right = done.returncode == code
        print(f"{'ok     ' if right else 'DIFFERS'} {self.name}: {step}: {done.returncode} ({seconds} s)", flush=True)
        if not right:
            self.wrong.append(step)
            print("\n".join(tail), flush=True)
        return right

    def cudacompat(self, step: str, code: int, *words: str | Path) -> bool:
        return self.run(step, code, *CUDACOMPAT, *words)

    def build(self) -> bool:
        """Sources, the generated list, CMake, and the check of what came out."""
        lay_out(self.args.source, self.tree)
        gpu, targets = self.args.gpu, self.kind.targets
        if not self.cudacompat(
            "generate", 0, "generate", "whisper.cpp", "--gpu", gpu, "--no-ptx", "--as", "cmake", "-o", "."
        ):
            return False
        if targets:
            path = self.tree / GENERATED
            path.write_text(re.sub(r'(CMAKE_CUDA_ARCHITECTURES )"[^"]*"', rf'\1"{targets}"', path.read_text()))
        configure = ["cmake", "-C", GENERATED, "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
        jobs = ["--parallel", str(self.args.jobs)]
        return (
            self.run("configure", 0, *configure, *DEFINES, *self.args.define)
            and self.run("build", 0, "cmake", "--build", "build", "--target", "whisper-server", *jobs)
            and self.cudacompat("check", self.kind.check, "check", "build", "--require", "native", "--gpu", gpu)
        )

    def server(self) -> list[str]:
        program = next(self.tree.glob("build/**/whisper-server"))
        model = ["--model", str(self.args.work / "model/ggml-base.bin")]
        return [str(program), "--host", "127.0.0.1", "--port", str(PORT), *model, *FEW_WORDS]

    def serve(self) -> None:
        """Start the server, have a sound transcribed and stop it, by itself and under `verify`."""
        self.serve_under(
            [sys.executable, str(Path(__file__).resolve()), DRIVE, str(self.args.work / "model/sample.wav")]
        )

    def serve_under(self, drive: Sequence[str]) -> None:
        """The server under a command that waits for it and asks it for its work, and alone under `verify`."""
        kind = self.kind
        self.run("serve", kind.serve, *drive, *self.server())
        expect = ("verify", "--expect", "native", "--gpu", self.args.gpu, "--timeout", "240")
        self.cudacompat(f"verify {self.work}", kind.transcription, *expect, "--cold", "--", *drive, *self.server())
        if kind.healthy is not None:
            health = (*expect, "--cold", "--health", f"{URL}/health", "--", *self.server())
            self.cudacompat("verify a healthy server", kind.healthy, *health)


def lay_out(source: Path, tree: Path) -> None:
    """A fresh copy of the sources, where a stranger would clone them."""
    shutil.rmtree(tree, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "build"))
        return
    part = tree.with_name(f"{tree.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with tarfile.open(source) as archive:
        archive.extractall(part, filter="data")
    (top,) = part.iterdir()
    top.rename(tree)


def drive(sound: Path, server: Sequence[str]) -> int:
    """0 if a server becomes healthy and transcribes a sound; it is stopped then."""
    process = subprocess.Popen(server)
    try:
        health = healthy(process, until=time.monotonic() + 120)
        answer = transcribed(sound) if health == 200 else None
        print(f"health: {health}, transcription: {answer}", flush=True)
        return 0 if (health, answer) == (200, 200) else 1
    finally:
        process.terminate()
        process.wait(timeout=30)


def healthy(process: subprocess.Popen[bytes], until: float) -> int | str:
    """The status of the server's own health page, once there is one."""
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{URL}/health", timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    return "not healthy"


def transcribed(sound: Path) -> int | str:
    """The status of a transcription, sent as a form as a browser sends one."""
    edge = "edge-of-a-part"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{sound.name}"\r\n\r\n'
    body = head.encode() + sound.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    form = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    try:
        request = urllib.request.Request(f"{URL}/inference", data=body, headers=form)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)
    except OSError as error:
        return str(error)


def flow(name: str, args: argparse.Namespace, record: Record) -> Sequence[str]:
    """The steps of one build to the end; those that ended otherwise than they have to."""
    steps = Flow(name, args, record)
    if steps.build():
        steps.serve()
    return steps.wrong


def main() -> int:
    """0 if every step ended as it has to."""
    if sys.argv[1:2] == [DRIVE]:
        return drive(Path(sys.argv[2]), sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--source", type=Path, required=True, help="the sources of whisper.cpp, or an archive of them")
    parser.add_argument("--work", type=Path, default=Path("/tmp/prove-server"), help="where it is built and run")
    parser.add_argument("--gpu", default="native", help="what is built for; default: this machine's GPUs")
    parser.add_argument("--define", action="append", default=[], help="another argument for CMake")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--twin", action="append", choices=[each for each in KINDS if each != "healthy"])
    parser.add_argument("--seconds", type=float, default=3600, help="no twin is begun that would not fit into these")
    args = parser.parse_args()
    args.source, args.work = args.source.resolve(), args.work.resolve()
    for folder in (args.out, args.work):
        folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, str(HERE / "make_whisper_model.py"), str(args.work / "model")], check=True)
    shorten = {str(args.work): "/work", str(args.source): "/whisper.cpp", sys.executable: "python"}
    about = f"whisper.cpp's server from an empty directory (tools/hardware/{Path(__file__).name})"
    record = Record(args.out / "server.json", about, shorten)
    started = time.monotonic()
    wrong: dict[str, Sequence[str]] = {}
    longest = 0.0
    for name in ("healthy", *(args.twin or ("other", "ptx"))):
        before = time.monotonic()
        if wrong and started + args.seconds - before < 1.2 * longest:
            print(f"left out {name}: {started + args.seconds - before:.0f} s are left", flush=True)
            record.put(name, "left out, there was no time")
            continue
        wrong[name] = flow(name, args, record)
        longest = max(longest, time.monotonic() - before)
    record.put("seconds", round(time.monotonic() - started, 1))
    record.put("wrong", {name: list(steps) for name, steps in wrong.items()})
    print(json.dumps(record.content["wrong"]), f"{record.content['seconds']} s", flush=True)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
