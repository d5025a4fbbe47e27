#!/usr/bin/env python3
"""The generated CI job of llama.cpp, run on its real sources on a machine with a GPU, and its server proved to use it.

    prove_job.py OUT --source LLAMA_CPP [--wheels DIR] [--work DIR] [--gpu SPEC] [--define -DX=Y]...
        [--twin other|ptx]... [--seconds N]

Needs what prove_server.py needs, root (the job installs to /out and /opt/cudacompat), PyYAML, and in --wheels the
wheels that .cudacompat/requirements.txt names: nothing is downloaded. In a fresh copy of the sources
`generate --as github` writes the job; its steps Build and Check run as the runner runs them, but for the options of
--define and DEFINES, which are added to its configuration. Then the server that it made is started with a model of made
weights, has to become healthy and to answer, by itself and under `verify --expect native`.

A twin is the same job with another list, in the same tree, where the CPU half is built already; its Check has to end
with 1. `other` is for another GPU alone: the server dies when it warms up, so `verify` ends with 5. `ptx` has no
machine code: it answers, and `verify` ends with 1. OUT/job.json has each command, its exit code and its seconds,
written anew after every step. Exits with 0 if all that was run is so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from prove_server import DRIVE, URL, Flow, Kind, healthy, lay_out  # noqa: E402
from prove_whisper import PORT, Record  # noqa: E402

KINDS = {
    "healthy": Kind(check=0, serve=0, transcription=0, healthy=0),
    "other": Kind(check=1, serve=1, transcription=5, healthy=5, targets="75-real"),
    "ptx": Kind(check=1, serve=0, transcription=1, targets="75-virtual"),
}
# Flash attention is most of the build's time. No VMM: no libcuda to link to is needed. No page: it is downloaded.
DEFINES = ("-DGGML_CUDA_FA=OFF", "-DGGML_CUDA_NO_VMM=ON", "-DGGML_CUDA_NCCL=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF")
FEWER = ("-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_APP=OFF")
WORKFLOW = ".github/workflows/cudacompat.yml"
CONFIGURE = "cmake -S . -B build "
OUT = Path("/out")  # where the job installs to
ANSWERS, WORDS = 6, 128


class Job(Flow):
    """The job of one list, and its server."""

    kinds = KINDS
    work = "an answer"

    def build(self) -> bool:
        """The job from the first file to the end of its check."""
        if not self.tree.exists():  # a twin's is there
            lay_out(self.args.source, self.tree)
        shutil.rmtree(OUT, ignore_errors=True)
        gpu = self.args.gpu
        words = ("generate", "llama.cpp", "--gpu", gpu, "--no-ptx", "--cuda", self.args.cuda)
        if not self.cudacompat("generate", 0, *words, "--as", "github", "--write", "-o", "."):
            return False
        text = (self.tree / WORKFLOW).read_text()
        more = " ".join((*DEFINES, *FEWER, *self.args.define))
        text = text.replace(CONFIGURE, f"{CONFIGURE}{more} ")
        if self.kind.targets:
            text = re.sub(r"(-DCMAKE_CUDA_ARCHITECTURES=)[\w;'-]+", rf"\g<1>{self.kind.targets}", text)
        steps = {each["name"]: each["run"] for each in yaml.safe_load(text)["jobs"]["build"]["steps"] if "run" in each}
        environment = self.runner()
        return all(
            self.run(f"the job's {name}", code, "bash", "-e", "-o", "pipefail", "-c", steps[name], **environment)
            for name, code in (("Build", 0), ("Check", self.kind.check))
        )

    def runner(self) -> dict[str, str]:
        """What the runner's environment has, and where pip finds what the job installs."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment |= {"CI": "true", "GITHUB_ACTIONS": "true"}
        if self.args.wheels:
            environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.args.wheels)}
        return environment | {"PATH": with_venv(self.args.work, environment)}

    def server(self) -> list[str]:
        """Its command line, with what the image of the same plan has from ldconfig."""
        command = ["env", f"LD_LIBRARY_PATH={OUT}/lib:{os.environ.get('LD_LIBRARY_PATH', '')}"]
        command += [f"{OUT}/bin/llama-server", "--host", "127.0.0.1", "--port", str(PORT)]
        return [*command, "--model", str(self.args.work / "model/model.gguf"), "--n-gpu-layers", "99"]

    def serve(self) -> None:
        """Start the server, have it answer and stop it, by itself and under `verify`."""
        self.serve_under([sys.executable, str(Path(__file__).resolve()), DRIVE])


def with_venv(work: Path, environment: dict[str, str]) -> str:
    """PATH, where need be with a python3 before it whose venv borrows pip from the system (no python3-venv here)."""
    path, trial = environment["PATH"], work / "venv-trial"
    done = subprocess.run(["python3", "-I", "-m", "venv", trial], capture_output=True, env=environment)
    shutil.rmtree(trial, ignore_errors=True)
    if done.returncode == 0:
        return path
    print("no python3-venv here: the job's venv borrows pip from the system", flush=True)
    shim = work / "shim/python3"
    shim.parent.mkdir(exist_ok=True)
    real = shutil.which("python3")
    shim.write_text(
        '#!/bin/sh\nif [ "$1 $2 $3" = "-I -m venv" ]; then\n'
        f'  exec {real} -I -m venv --without-pip --system-site-packages "$4"\nfi\nexec {real} "$@"\n'
    )
    shim.chmod(0o755)
    return f"{shim.parent}:{path}"


def drive(server: Sequence[str]) -> int:
    """0 if a server becomes healthy and answers; it is stopped then."""
    process = subprocess.Popen(server)
    try:
        health = healthy(process, until=time.monotonic() + 120)
        answers = [answered() for _ in range(ANSWERS)] if health == 200 else []
        print(f"health: {health}, answers: {answers}", flush=True)
        return 0 if answers == [200] * ANSWERS else 1
    finally:
        process.terminate()
        process.wait(timeout=30)


def answered() -> int | str:
    """The status of one completion."""
    words = {"prompt": "one two three", "n_predict": WORDS, "ignore_eos": True, "cache_prompt": False}
    headers = {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(f"{URL}/completion", data=json.dumps(words).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)
    except OSError as error:
        return str(error)


def main() -> int:
    """0 if every step ended as it has to."""
    if sys.argv[1:2] == [DRIVE]:
        return drive(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--source", type=Path, required=True, help="the sources of llama.cpp, or an archive of them")
    parser.add_argument("--wheels", type=Path, help="what the job's pip installs from; default: the package index")
    parser.add_argument("--work", type=Path, default=Path("/tmp/prove-job"), help="where it is built")
    parser.add_argument("--gpu", default="native", help="what is built for; default: this machine's GPUs")
    parser.add_argument("--cuda", default="13.0", help="the release of the nvcc that is here")
    parser.add_argument("--define", action="append", default=[], help="another option for CMake")
    parser.add_argument("--twin", action="append", default=[], choices=[each for each in KINDS if each != "healthy"])
    parser.add_argument("--keep", action="store_true", help="go on in the tree that an earlier run built")
    parser.add_argument("--seconds", type=float, default=3600, help="no twin is begun that would not fit into these")
    args = parser.parse_args()
    for folder in (args.out, args.work):
        folder.mkdir(parents=True, exist_ok=True)
    args.source, args.work = args.source.resolve(), args.work.resolve()
    args.wheels = args.wheels and args.wheels.resolve()
    if not args.keep:
        shutil.rmtree(args.work / "llama.cpp", ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "make_llama_model.py"), str(args.work / "model")], check=True)
    shorten = {str(args.work): "/work", str(args.source): "/llama.cpp", sys.executable: "python"}
    record = Record(args.out / "job.json", f"llama.cpp's generated job (tools/hardware/{Path(__file__).name})", shorten)
    started = time.monotonic()
    wrong: dict[str, Sequence[str]] = {}
    for name in ("healthy", *args.twin):
        spent = time.monotonic() - started
        if wrong and args.seconds - spent < spent:
            print(f"left out {name}: {args.seconds - spent:.0f} s are left", flush=True)
            record.put(name, "left out, there was no time")
            continue
        job = Job(name, args, record, tree=args.work / "llama.cpp")
        if job.build():
            job.serve()
        wrong[name] = job.wrong
    record.put("seconds", round(time.monotonic() - started, 1))
    record.put("wrong", {name: list(steps) for name, steps in wrong.items()})
    print(json.dumps(record.content["wrong"]), f"{record.content['seconds']} s", flush=True)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
