#!/usr/bin/env python3
"""Proves `rebuild`, `verify` and `bench` on this machine's GPU with a real whisper.cpp, and records what they say.

    prove_whisper.py OUT --source WHISPER_CPP [--work DIR] [--stage build|verify|bench|devices]... [--define -DX=Y]...

Needs cudacompat importable, a driver, CMake, ninja, nvcc with cuBLAS, and the sources of whisper.cpp (v1.9.3 was used).
The model has made weights (make_whisper_model.py): nothing is downloaded. OUT gets builds.json, verify.json and
bench.json of the stages that were run, and devices.json where there are two GPUs; each is written anew after every run,
so that what was seen stays when the rest is cut off.

The builds, in DIR: `ptx` by `rebuild --gpu compute_75`; `native` first as it comes out where no GPU is to be seen (its
configuration found wrong before a line is compiled, then built all the same), then cured by `rebuild` for this GPU;
`cpu` by CMake alone, without CUDA, as whoever has no GPU builds it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
STAGES = ("build", "verify", "bench", "devices")
# Flash attention is most of the build's time; whisper-cli is run without it. No VMM: no libcuda to link to is needed.
DEFINES = ("-DGGML_CUDA_FA=OFF", "-DGGML_CUDA_NO_VMM=ON", "-DGGML_CUDA_NCCL=OFF", "-DWHISPER_BUILD_TESTS=OFF")
# Made weights say nothing and would be tried again at other temperatures: one candidate, no second try, and no
# timestamps, which would cut the sound into pieces of chance.
WORDS = ("-bs", "1", "-bo", "1", "-nf", "-nfa", "-nt")
PORT = 18124
CUDACOMPAT = [sys.executable, "-m", "cudacompat"]
# The same in a process that says what it took itself, without its children.
METERED = [
    sys.executable,
    "-c",
    "import resource, sys\nfrom cudacompat.cli.main import main\ntry:\n    main()\nfinally:\n"
    "    own = resource.getrusage(resource.RUSAGE_SELF)\n"
    "    print(f'own cpu seconds: {own.ru_utime + own.ru_stime:.2f}', file=sys.stderr)\n",
]


class Record:
    """One JSON file, written anew with every addition."""

    def __init__(self, path: Path, about: str, shorten: Mapping[str, str]) -> None:
        self.path, self.shorten = path, shorten
        self.content: dict[str, Any] = {"about": about, "machine": machine()}

    def put(self, key: str, value: object) -> None:
        self.content[key] = value
        text = "{\n" + ",\n".join(f"{json.dumps(k)}: {in_lines(v)}" for k, v in self.content.items()) + "\n}"
        for long, short in self.shorten.items():
            text = text.replace(long, short)
        self.path.write_text(text + "\n")


def in_lines(value: object) -> str:
    """JSON with one line for each member of a list or of an object."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n}"
    return json.dumps(value)


def machine() -> dict[str, Any]:
    """The GPUs, the driver, the processor, and the tools that build."""

    def said(*command: str, pattern: str = "(.*)") -> str | None:
        try:
            text = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
        except OSError:
            return None
        found = re.search(pattern, text)
        return found[1] if found else None

    columns = "--query-gpu=name,compute_cap,driver_version"
    try:
        listed = subprocess.run(["nvidia-smi", columns, "--format=csv,noheader"], capture_output=True, text=True).stdout
    except OSError:
        listed = ""
    gpus = [line.split(", ") for line in listed.splitlines()]
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "gpus": [{"name": name, "compute_capability": capability} for name, capability, _ in gpus],
        "driver": gpus[0][2] if gpus else None,
        "processor": processor[1] if processor else None,
        "processors": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "nvcc": said("nvcc", "--version", pattern=r"release [\d.]+, V([\d.]+)"),
        "cmake": said("cmake", "--version", pattern=r"version ([\d.]+)"),
        "recorded": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def without_gpu() -> dict[str, str]:
    """The environment of a machine on which no GPU is to be seen, as in an image build."""
    return {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}


# -- the builds


class Builds:
    """Builds whisper.cpp, and keeps what `rebuild` says."""

    def __init__(self, args: argparse.Namespace, record: Record) -> None:
        self.source: Path = args.source
        self.work: Path = args.work
        self.defines: tuple[str, ...] = (*DEFINES, *args.define)
        self.jobs = args.jobs
        self.record = record
        self.builds: dict[str, Any] = {}

    def keep(self, name: str, content: object) -> None:
        self.builds[name] = content
        self.record.put("builds", self.builds)

    def rebuild(self, folder: str, gpu: str, form: str, *options: str) -> tuple[dict[str, Any], str]:
        """What `rebuild` says, as text or JSON, with the seconds it took in all and by itself."""
        command = ["rebuild", "whisper.cpp", str(self.source), "--gpu", gpu, "--build-dir", str(self.work / folder)]
        command += ["--format", form, "--jobs", str(self.jobs), *options, "--", *self.defines]
        started = time.monotonic()
        done = subprocess.run([*METERED, *command], capture_output=True, text=True)
        seconds = time.monotonic() - started
        own = re.search(r"own cpu seconds: ([\d.]+)", done.stderr)
        said: Any = done.stdout.splitlines()
        if form == "json":
            try:
                said = json.loads(done.stdout)
            except ValueError:
                form = "stdout"
        return {
            "exit_code": done.returncode,
            "jobs": self.jobs,
            "seconds": round(seconds, 2),
            "seconds_of_the_commands": round(sum(of_commands(said)), 2),
            "own_cpu_seconds": float(own[1]) if own else None,
            form: said,
        }, done.stderr

    def wrong(self, gpu: str) -> None:
        """Configure as one does where no GPU is, and let `rebuild` look at that before anything is compiled."""
        folder = self.work / "native"
        command = ["cmake", "-S", str(self.source), "-B", str(folder), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
        command += ["-DGGML_CUDA=ON", *self.defines]
        started = time.monotonic()
        configured = subprocess.run(command, capture_output=True, text=True, env=without_gpu())
        seconds = time.monotonic() - started
        if configured.returncode:
            raise SystemExit(configured.stdout[-3000:] + configured.stderr[-3000:])
        seen, _ = self.rebuild("native", gpu, "json", "--dry-run")
        notes = seen["json"]["notes"]
        self.keep(
            "configured without a GPU",
            {"command": command, "configure_seconds": round(seconds, 2), "seconds": seen["seconds"], "notes": notes},
        )
        print(f"wrong: configured in {seconds:.1f} s, seen in {seen['seconds']} s: {notes}", flush=True)

    def wrong_built(self, gpu: str) -> None:
        """Build it all the same, and let `check` say what came out."""
        started = time.monotonic()
        command = ["cmake", "--build", str(self.work / "native"), "--parallel", str(self.jobs)]
        built = subprocess.run(command, capture_output=True, text=True, env=without_gpu())
        seconds = time.monotonic() - started
        library = next((self.work / "native").glob("**/libggml-cuda.so"))
        check = [*CUDACOMPAT, "check", str(library), "--gpu", gpu, "--format", "json"]
        checked = subprocess.run(check, capture_output=True, text=True)
        said = json.loads(checked.stdout)
        record = {"build_exit_code": built.returncode, "build_seconds": round(seconds, 2)}
        self.keep("built without a GPU", {**record, "check_exit_code": checked.returncode, "check": said})
        print(f"wrong: built in {seconds:.1f} s, check exits {checked.returncode}", flush=True)

    def by_rebuild(self, name: str, folder: str, gpu: str, form: str) -> None:
        made, errors = self.rebuild(folder, gpu, form, "--yes")
        self.keep(name, made)
        if made["exit_code"]:
            print(errors[-3000:], json.dumps(made)[-3000:], flush=True)
        print(
            f"{name}: {made['seconds']} s, of it {made['seconds_of_the_commands']} in CMake, "
            f"own {made['own_cpu_seconds']} s; exit {made['exit_code']}",
            flush=True,
        )

    def cpu(self) -> None:
        folder = self.work / "cpu"
        started = time.monotonic()
        configure = ["cmake", "-S", str(self.source), "-B", str(folder), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
        configure.append("-DWHISPER_BUILD_TESTS=OFF")
        for command in (configure, ["cmake", "--build", str(folder), "--parallel", str(self.jobs)]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
        seconds = time.monotonic() - started
        self.keep("cpu", {"command": configure, "seconds": round(seconds, 2)})
        print(f"cpu: {seconds:.1f} s", flush=True)

    def alone(self, gpu: str) -> None:
        """The commands of the PTX build once more, without `rebuild`: the script that it prints, in another folder."""
        folder = self.work / "alone"
        command = [*CUDACOMPAT, "rebuild", "whisper.cpp", str(self.source), "--gpu", gpu, "--build-dir", str(folder)]
        command += ["--jobs", str(self.jobs), "--dry-run", "--", *self.defines]
        script = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lines = [line for line in script.splitlines() if not line.startswith(("cudacompat ", "grep "))]
        started = time.monotonic()
        done = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True)
        seconds = round(time.monotonic() - started, 2)
        self.keep("ptx, without rebuild", {"seconds": seconds, "exit_code": done.returncode})
        print(f"alone: {seconds} s", flush=True)


def of_commands(said: Any) -> list[float]:
    """The seconds of the steps that run CMake, in a document or a text of `rebuild`."""
    if isinstance(said, dict):
        return [step["seconds"] or 0 for step in said["steps"] if step["kind"] in ("configure", "build")]
    return [
        float(found[1]) for line in said if (found := re.match(r" +\d+\. (?:configure|build) +done +([\d.]+) s", line))
    ]


def build(args: argparse.Namespace, record: Record) -> None:
    gpu, ends = args.gpu, time.monotonic() + args.seconds
    made = Builds(args, record)

    def wanted(name: str) -> bool:
        return not args.only or name in args.only

    if wanted("cpu"):
        made.cpu()
    one = 0.0
    if wanted("ptx"):
        before = time.monotonic()
        made.by_rebuild("ptx", "ptx", "compute_75", "json")
        one = time.monotonic() - before
    if wanted("native"):
        made.wrong(gpu)
        if ends - time.monotonic() > 2.6 * one:
            made.wrong_built(gpu)
            # what was built wrong goes on to be verified
            shutil.copytree(args.work / "native/bin", args.work / "wrong/bin", symlinks=True)
        made.by_rebuild("native", "native", gpu, "text")
        made.by_rebuild("native, once more", "native", gpu, "text")
    if wanted("ptx") and ends - time.monotonic() > 1.3 * one:
        made.alone("compute_75")


# -- runs


class Whisper:
    """Command lines of the builds."""

    def __init__(self, work: Path, threads: int) -> None:
        self.work, self.threads = work, threads
        self.model, self.sample = work / "model/ggml-base.bin", work / "model/sample.wav"

    def cli(self, build: str, *, sound: Path | None = None, model: Path | None = None, threads: int = 0) -> list[str]:
        command = [str(self.work / build / "bin/whisper-cli"), "-m", str(model or self.model), *WORDS]
        return [*command, "-t", str(threads or self.threads), "-f", str(sound or self.sample)]

    def server(self, build: str) -> list[str]:
        command = [str(self.work / build / "bin/whisper-server"), "-m", str(self.model), "-nfa"]
        return [*command, "--host", "127.0.0.1", "--port", str(PORT)]


def hidden_driver() -> list[str]:
    """What runs a command where the driver's libraries are not to be found, as in a container without GPUs."""
    libraries = set()
    for name in ("libcuda.so.1", "libnvidia-ml.so.1"):
        code = f"import ctypes; ctypes.CDLL('{name}'); print(open('/proc/self/maps').read())"
        text = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        libraries |= set(re.findall(rf"(/\S*{name.split('.')[0]}\.so\S*)", text))
    script = "".join(f"mount --bind /dev/null {library} && " for library in sorted(libraries))
    return ["unshare", "--mount", "sh", "-c", f'{script}exec "$@"', "sh"]


class Runs:
    """Runs `verify` on runs whose answer is known."""

    def __init__(self, record: Record, only: Sequence[str] = ()) -> None:
        self.record, self.only = record, tuple(only)
        self.rows: list[dict[str, Any]] = []
        self.logs: dict[str, list[str]] = {}

    def __call__(
        self,
        name: str,
        has_to_be: tuple[str, int],
        command: Sequence[str],
        *options: str,
        around: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        keep_log: Path | None = None,
    ) -> None:
        if self.only and not name.startswith(self.only):
            return
        started = time.monotonic()
        show = ["--show-output"] if keep_log else []
        tail = ["--", *command] if command else []
        done = subprocess.run(
            [*around, *CUDACOMPAT, "verify", "--format", "json", *show, *options, *tail],
            capture_output=True,
            env={**os.environ, **(environment or {})},
        )
        if keep_log:
            keep_log.write_bytes(done.stderr)
            self.logs[keep_log.name] = done.stderr.decode("utf-8", "replace").splitlines()
            self.record.put("logs", self.logs)
        try:
            said = json.loads(done.stdout)
        except ValueError:
            said = {"verdict": None, "stdout": done.stdout.decode("utf-8", "replace")[-2000:]}
        answer = [said["verdict"], done.returncode]
        row: dict[str, Any] = {"name": name, "has_to_be": list(has_to_be), "is": answer, "options": list(options)}
        row |= {"around": list(around), "environment": dict(environment or {})}
        row["said"] = {key: value for key, value in said.items() if key not in ("schema", "tool", "output")}
        self.rows.append(row)
        self.record.put("runs", self.rows)
        right = "ok     " if answer == list(has_to_be) else "DIFFERS"
        print(f"{right} {name}: {answer} {said.get('why')} ({time.monotonic() - started:.1f} s)", flush=True)
        if right == "DIFFERS":
            print(
                json.dumps(said.get("evidence", said))[:3000],
                done.stderr[-1500:].decode("utf-8", "replace"),
                flush=True,
            )


def verify(args: argparse.Namespace, record: Record) -> None:
    whisper, run = Whisper(args.work, args.threads), Runs(record, args.only)
    native, ptx = whisper.cli("native"), whisper.cli("ptx")
    logs = {name: args.work / f"{name}.log" for name in ("native", "ptx", "hidden")}
    warm = args.work / "warm"
    shutil.rmtree(warm, ignore_errors=True)
    warm.mkdir()
    cache = {"CUDA_CACHE_PATH": str(warm)}
    expect = ("--expect", "native")
    names = [each["name"] for each in record.content["machine"]["gpus"]]
    health = ("--health", f"http://127.0.0.1:{PORT}/health")
    own_pids = ["unshare", "--pid", "--fork", "--mount-proc"]
    hidden = "CUDA_VISIBLE_DEVICES"

    run("native", ("gpu", 0), native, *expect, keep_log=logs["native"])
    run("native, cold", ("gpu", 0), native, *expect, "--cold")
    run("PTX, cold", ("gpu-jit", 1), ptx, *expect, "--cold", keep_log=logs["ptx"])
    run("PTX, filling a cache", ("gpu-jit", 0), ptx, "--expect", "gpu", environment=cache)
    run("PTX, warm", ("gpu-jit", 1), ptx, *expect, environment=cache)
    if (args.work / "wrong").exists():
        own = f"{args.work / 'wrong/bin'}:{os.environ.get('LD_LIBRARY_PATH', '')}"  # it was built in another folder
        run("built without a GPU", ("gpu-jit", 1), whisper.cli("wrong"), *expect,
            environment={**cache, "LD_LIBRARY_PATH": own})  # fmt: skip
    # cuBLAS 13.0 has no PTX that a 9.0 GPU takes
    run("native, its PTX forced", ("failed", 5), native, "--cold", environment={"CUDA_FORCE_PTX_JIT": "1"})
    run("PTX, the JIT forbidden", ("failed", 5), ptx, environment={"CUDA_DISABLE_PTX_JIT": "1"})
    run("no device: -1", ("cpu-fallback", 1), native, *expect, environment={hidden: "-1"}, keep_log=logs["hidden"])
    run("no device: the empty list", ("cpu-fallback", 1), native, environment={hidden: ""})
    run("no driver", ("cpu-fallback", 1), native, *expect, around=hidden_driver())
    run("CPU build", ("cpu-fallback", 1), whisper.cli("cpu"), *expect)
    run("GPU switched off by its own option", ("cpu-fallback", 1), [*native, "-ng"])
    run("no model", ("failed", 5), whisper.cli("native", model=args.work / "none.bin"))
    run("exits with 1 after good work", ("failed", 5), ["sh", "-c", '"$@"; exit 1', "sh", *native])
    run("no such command", ("failed", 5), [str(args.work / "none")])
    run("own process numbers", ("gpu", 0), native, *expect, around=own_pids)
    run("own process numbers, PTX", ("gpu-jit", 1), ptx, *expect, around=own_pids, environment=cache)
    run("own process numbers, no device", ("cpu-fallback", 1), native, around=own_pids, environment={hidden: "-1"})
    run("server", ("gpu", 0), whisper.server("native"), *expect, *health, "--timeout", "60")
    run(
        "server, PTX not yet compiled", ("gpu", 4), whisper.server("ptx"), *expect, "--cold", *health, "--timeout", "60"
    )
    run("server on the CPU", ("cpu-fallback", 1), whisper.server("cpu"), *health, "--timeout", "60")
    run("server that ends", ("failed", 5), native, *health, "--timeout", "60")
    run("100 MiB", ("gpu", 0), native, *expect, "--min-gpu-memory", "100M")
    run("too little memory", ("gpu", 1), native, *expect, "--min-gpu-memory", "1T")
    if names:
        run("this GPU", ("gpu", 0), native, *expect, "--gpu", names[0])
    run("another GPU", ("gpu", 1), native, *expect, "--gpu", "RTX 5070 Ti")
    run("log: native", ("gpu", 0), (), "--log", str(logs["native"]), "--expect", "gpu")
    run("log: native, of whose code it says little", ("gpu", 4), (), "--log", str(logs["native"]), *expect)
    run("log: PTX", ("gpu-jit", 1), (), "--log", str(logs["ptx"]), *expect)
    run("log: no device", ("cpu-fallback", 1), (), "--log", str(logs["hidden"]))


def devices(args: argparse.Namespace, record: Record) -> None:
    """Two GPUs: the one that is chosen, and both."""
    whisper, run = Whisper(args.work, args.threads), Runs(record)
    native = whisper.cli("native")
    if len(record.content["machine"]["gpus"]) < 2:
        print("devices: there are not two GPUs here", flush=True)
        return
    both = ["sh", "-c", 'CUDA_VISIBLE_DEVICES=0 "$@" & CUDA_VISIBLE_DEVICES=1 "$@"; wait', "sh", *native]
    expect = ("--expect", "native")
    run("the first", ("gpu", 0), native, *expect, environment={"CUDA_VISIBLE_DEVICES": "0"})
    run("the second", ("gpu", 0), native, *expect, environment={"CUDA_VISIBLE_DEVICES": "1"})
    run("the second, by whisper.cpp's own option", ("gpu", 0), [*native, "-dev", "1"], *expect)
    run("both, a process each", ("gpu", 0), both, *expect)
    run("the second, own process numbers", ("gpu", 0), native, *expect,
        around=["unshare", "--pid", "--fork", "--mount-proc"], environment={"CUDA_VISIBLE_DEVICES": "1"})  # fmt: skip


# -- bench


def fastest_threads(whisper: Whisper, record: Record) -> int:
    """With how many threads the CPU build is fastest here: the GPU is held against the best of the CPU."""
    most = len(os.sched_getaffinity(0))
    tried = {}
    for threads in sorted({4, 8, most // 2, most} - {0}):
        started = time.monotonic()
        subprocess.run(whisper.cli("cpu", threads=threads), capture_output=True, check=True)
        tried[threads] = round(time.monotonic() - started, 2)
    record.put("cpu_seconds_by_threads", tried)
    return min(tried, key=lambda threads: tried[threads])


def long_sample(whisper: Whisper, seconds: int) -> Path:
    """A sample of so many seconds."""
    sys.path.insert(0, str(HERE))
    import make_whisper_model

    path = whisper.work / f"model/sample-{seconds}.wav"
    if not path.exists():
        make_whisper_model.sample(path, seconds)
    return path


def work_done(command: Sequence[str], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What whisper.cpp says of a run: times and how often each part ran, so that equal work can be seen."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    timings = re.findall(r"(\w+) time =\s+([\d.]+) ms(?: /\s+(\d+) runs)?", done.stdout + done.stderr)
    return {name: {"ms": float(ms), "runs": int(runs) if runs else None} for name, ms, runs in timings}


def bench(args: argparse.Namespace, record: Record) -> None:
    whisper = Whisper(args.work, args.threads)
    threads = fastest_threads(whisper, record)
    sound = long_sample(whisper, args.sound)
    line = {
        "native": whisper.cli("native", sound=sound),
        "ptx": whisper.cli("ptx", sound=sound),
        "cpu": whisper.cli("cpu", sound=sound, threads=threads),
    }
    said = {name: work_done(command) for name, command in line.items() if name != "ptx"}
    record.put("whisper_timings", said)
    print(json.dumps(said), flush=True)
    command = [*CUDACOMPAT, "bench", "--format", "json", "--runs", str(args.runs)]
    command += ["--first", r" w\d+", "--items", str(args.sound)]  # a made model's words are w0, w1, …
    for name in args.variant or ():
        command += ["--variant", name]
    for name, words in line.items():
        command += [f"--{name}", shlex.join(words)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    record.put("exit_code", done.returncode)
    try:
        record.put("said", json.loads(done.stdout))
    except ValueError:
        record.put("said", {"stdout": done.stdout[-2000:], "stderr": done.stderr[-2000:]})
    print(f"bench: exit {done.returncode} ({time.monotonic() - started:.0f} s)", done.stderr[-1000:], flush=True)


def main() -> None:
    """Run the stages that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--source", type=Path, required=True, help="the sources of whisper.cpp")
    parser.add_argument("--work", type=Path, default=Path("/tmp/prove-whisper"), help="where it is built and run")
    parser.add_argument("--stage", action="append", choices=STAGES, help="repeatable; default: all but devices")
    parser.add_argument("--define", action="append", default=[], help="another argument for CMake")
    parser.add_argument("--gpu", help="what native is here, such as 9.0; default: the first GPU's")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--threads", type=int, default=4, help="of whisper-cli, beside the GPU")
    parser.add_argument(
        "--seconds", type=float, default=3600, help="optional builds are left out where it would get longer"
    )
    parser.add_argument("--sound", type=int, default=120, help="seconds of the sample that bench transcribes")
    parser.add_argument("--runs", type=int, default=5, help="of each variant of bench")
    parser.add_argument("--variant", action="append", help="of bench, repeatable; default: all")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        help="of verify: the runs whose names begin so; of build: cpu, ptx, native",
    )
    args = parser.parse_args()
    args.source, args.work = args.source.resolve(), args.work.resolve()
    for folder in (args.out, args.work):
        folder.mkdir(parents=True, exist_ok=True)
    if not (args.work / "model/ggml-base.bin").exists():
        subprocess.run([sys.executable, str(HERE / "make_whisper_model.py"), str(args.work / "model")], check=True)
    seen = machine()["gpus"]
    args.gpu = args.gpu or (seen[0]["compute_capability"] if seen else None)
    if args.gpu is None:
        raise SystemExit("prove_whisper: no GPU here, and no --gpu")
    numbers = re.findall(
        r"set\(WHISPER_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)\)", (args.source / "CMakeLists.txt").read_text()
    )
    version = ".".join(numbers)
    shorten = {str(args.work): "/whisper", str(args.source): "/whisper.cpp", sys.executable: "python"}
    stages = {"build": build, "verify": verify, "bench": bench, "devices": devices}
    for stage in args.stage or STAGES[:3]:
        name = "builds" if stage == "build" else stage
        about = f"whisper.cpp {version} (tools/hardware/{Path(__file__).name} --stage {stage})"
        stages[stage](args, Record(args.out / f"{name}.json", about, shorten))


if __name__ == "__main__":
    main()
