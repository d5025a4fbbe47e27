"""Build a generated Dockerfile for real and look at what the image carries; by hand, not in CI.

    tools/prove_image.py [--engine whisper.cpp] [--project tests/projects/ggml] [--gpu SPEC]... [--sabotage]

Needs buildah, and root or user namespaces. The base images must be there, or a registry that has them. Builds a wheel
of this checkout, generates the Dockerfile with it as --install, copies both beside a copy of the project, runs the
build and inspects /usr/local of the image. With --sabotage the list in the Dockerfile is replaced by 75-real first:
the build has to stop at the check stage.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILDAH = ("buildah", "--storage-driver", "vfs")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command printed; its failure ends the script."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """0 if the image (or, sabotaged, its failure) is as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="whisper.cpp")
    parser.add_argument("--engine-version")
    parser.add_argument("--project", type=Path, default=ROOT / "tests/projects/ggml")
    parser.add_argument("--gpu", action="append")
    parser.add_argument("--cuda", default="13.0")
    parser.add_argument("--sabotage", action="store_true")
    given = parser.parse_args()
    gpus = [word for spec in given.gpu or ["8.0", "12.0"] for word in ("--gpu", spec)]
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        shutil.copytree(given.project, context, ignore=shutil.ignore_patterns("target", "build"))
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", context, ROOT)
        (wheel,) = context.glob("cudacompat-*.whl")
        version = ["--engine-version", given.engine_version] if given.engine_version else []
        common = ["generate", given.engine, *gpus, *version, "--cuda", given.cuda]
        tool = [sys.executable, "-m", "cudacompat"]
        run(*tool, *common, "--as", "dockerfile", "--install", wheel.name, "-o", context, cwd=ROOT)
        text = (context / "Dockerfile").read_text()
        promised = re.search(r"^# What must arrive in the artifact: (.*)$", text, re.MULTILINE)
        if given.sabotage:
            broken = re.sub(r"(CMAKE_CUDA_ARCHITECTURES=\"?)[^\"'\s]+", r"\g<1>75-real", text)
            if broken == text:
                sys.exit("nothing to sabotage in this Dockerfile")
            (context / "Dockerfile").write_text(broken)
        start = time.monotonic()
        command = [*BUILDAH, "bud", "--isolation", "chroot", "--pull-never", "--network", "host", "-t", "proof", "."]
        done = subprocess.run(command, cwd=context, capture_output=True, text=True)
        took = time.monotonic() - start
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        if given.sabotage:
            stopped = done.returncode != 0 and ("not-native" in tail or "no-runnable-code" in tail)
            print(f"sabotaged: the build {'stopped at the check' if stopped else 'WENT ON'}, {took:.0f} s")
            print(tail)
            return 0 if stopped else 1
        if done.returncode:
            sys.exit(tail)
        container = run(*BUILDAH, "from", "--pull-never", "localhost/proof").strip()
        try:
            place = Path(run(*BUILDAH, "mount", container).strip())
            print(f"built in {took:.0f} s; promised: {promised[1] if promised else '?'}")
            print(run(*tool, "inspect", place / "usr/local/lib", place / "usr/local/bin", cwd=ROOT))
        finally:
            run(*BUILDAH, "rm", container)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
