"""Build a generated Dockerfile for real and compare what the image carries with what was promised; by hand, not in CI.

    tools/prove_image.py [--shape ggml|whisper-rs|llama-cpp-python] [--gpu SPEC]... [--cuda X.Y] [--sabotage]

Needs buildah, and root or user namespaces. The base images must be there, or a registry that has them. Generates the
Dockerfile, with the wheel of this checkout and its hashes beside it, into a copy of the project of that shape in
tests/projects, runs the build and inspects /usr/local and /opt/app of the image. Cargo is put into a copy of the
devel image first where the shape needs it, so that nothing is fetched from rustup.

With --sabotage the list in the Dockerfile is replaced by 75-real: the build has to stop at the check stage, with the
finding. Exits with 0 if all is as promised, 1 if not, 2 if it could not be tried.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILDAH = ("buildah", "--storage-driver", "vfs")
CUDACOMPAT = (sys.executable, "-m", "cudacompat")


@dataclass(frozen=True)
class Shape:
    """One project of tests/projects, and the engine it is shaped like."""

    engine: str
    project: str
    cargo: bool = False


SHAPES = {
    "ggml": Shape("whisper.cpp", "ggml"),
    "whisper-rs": Shape("whisper-rs", "whisper-rs", cargo=True),
    "llama-cpp-python": Shape("llama-cpp-python", "llama-cpp-python"),
}


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command printed; its failure ends the script."""
    try:
        done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(2)
    if done.returncode:
        sys.stderr.write(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
        sys.exit(2)
    return done.stdout


def with_cargo(image: str) -> str:
    """Return an image like this one that has cargo, made where it is not there yet."""
    name = f"localhost/cudacompat-proof-cargo:{image.rsplit(':', 1)[1]}"
    if subprocess.run([*BUILDAH, "inspect", name], capture_output=True).returncode == 0:
        return name
    container = run(*BUILDAH, "from", "--pull-never", image).strip()
    try:
        script = "apt-get update && apt-get install -y --no-install-recommends cargo"
        run(*BUILDAH, "run", "--isolation", "chroot", "--network", "host", container, "--", "sh", "-c", script)
        run(*BUILDAH, "commit", "-q", container, name)
    finally:
        run(*BUILDAH, "rm", container)
    return name


def prepare(shape: Shape, context: Path, arguments: list[str]) -> str:
    """Put the project, the Dockerfile and what it installs into the context; return the Dockerfile's text."""
    ignore = shutil.ignore_patterns("target", "build")
    shutil.copytree(ROOT / "tests/projects" / shape.project, context, ignore=ignore)  # links become what they lead to
    run(*CUDACOMPAT, "generate", shape.engine, *arguments, "--as", "dockerfile", "-o", context, cwd=ROOT)
    text = (context / "Dockerfile").read_text()
    if shape.cargo:
        build = re.search(r"^FROM (\S+) AS build$", text, re.MULTILINE)
        release = re.search(r"^ARG CUDA=(\S+)$", text, re.MULTILINE)
        assert build is not None
        assert release is not None
        text = text.replace(build[0], f"FROM {with_cargo(build[1].replace('${CUDA}', release[1]))} AS build")
    return text


def build(context: Path, tag: str) -> tuple[int, str, float]:
    """Build the image: exit code, all that was printed, seconds."""
    command = [*BUILDAH, "bud", "--isolation", "chroot", "--pull-never", "--network", "host", "-t", tag, "."]
    start = time.monotonic()
    done = subprocess.run(command, cwd=context, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout, time.monotonic() - start


def carried(tag: str) -> set[str]:
    """The targets of the device code under /usr/local and /opt/app of the image; each file has to carry the same."""
    container = run(*BUILDAH, "from", "--pull-never", f"localhost/{tag}").strip()
    try:
        place = Path(run(*BUILDAH, "mount", container).strip())
        folders = [place / "usr/local/lib", place / "usr/local/bin", place / "opt/app"]
        printed = run(*CUDACOMPAT, "inspect", "--format", "json", *(f for f in folders if f.is_dir()), cwd=ROOT)
    finally:
        run(*BUILDAH, "rm", container)
    artifacts = json.loads(printed)["artifacts"]
    found = {frozenset(each["target"] for each in one["summary"]["targets"]) for one in artifacts}
    return set().union(*found) if len(found) < 2 else {f"different ones: {sorted(map(sorted, found))}"}


def main() -> int:
    """0 if the image (or, sabotaged, its failure) is as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="ggml")
    parser.add_argument("--engine-version")
    parser.add_argument("--gpu", action="append")
    parser.add_argument("--cuda", default="13.0")
    parser.add_argument("--sabotage", action="store_true")
    given = parser.parse_args()
    shape = SHAPES[given.shape]
    arguments = [word for spec in given.gpu or ["8.0", "12.0"] for word in ("--gpu", spec)]
    arguments += ["--cuda", given.cuda]
    arguments += ["--engine-version", given.engine_version] if given.engine_version else []
    tag = f"cudacompat-proof-{given.shape}"
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        text = prepare(shape, context, arguments)
        promised = re.search(r"^# What must arrive in the artifact: (.*)$", text, re.MULTILINE)
        assert promised is not None
        if given.sabotage:
            whole, text = text, re.sub(r"(CMAKE_CUDA_ARCHITECTURES=\"?)[^\"'\s]+", r"\g<1>75-real", text)
            assert whole != text, "nothing to sabotage in this Dockerfile"
        (context / "Dockerfile").write_text(text)
        code, printed, seconds = build(context, tag)
        tail = "\n".join(printed.splitlines()[-25:])
        if given.sabotage:
            stopped = code != 0 and "error[" in tail and "sm_75" in tail
            what = "stopped at the check" if stopped else "stopped elsewhere" if code else "WENT ON"
            print(f"{given.shape}, sabotaged: the build {what}, {seconds:.0f} s")
            print(tail)
            return 0 if stopped else 1
        if code:
            print(f"{given.shape}: the build failed after {seconds:.0f} s\n{tail}")
            return 1
    got, wanted = carried(tag), set(promised[1].split())
    print(
        f"{given.shape}: built in {seconds:.0f} s; promised {' '.join(sorted(wanted))}; carried {' '.join(sorted(got))}"
    )
    return 0 if got == wanted else 1


if __name__ == "__main__":
    raise SystemExit(main())
