"""Walk plans of `doctor` to the letter: docs/recorded-plans.md.

    tools/walk_doctor.py                     makes each sick environment with pip, one after the other, and removes it
    tools/walk_doctor.py --only torch-cu124  one alone; the records of the others stay
    tools/walk_doctor.py --in DIR --keep     makes them in DIR and leaves them there

Each walk makes an environment (or a project) that does not run on a GPU, asks `doctor`, runs exactly the commands that
its plan prints, and asks again. The second answer has to be exit code 0 on one screen, without a new plan. No GPU is
needed. Up to 6 GB at a time, from the package index alone: where a plan names another index that was not reached, the
walk ends at the plan.
Ends with 1 where a walk ends otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/recorded-plans.md"
_SCREEN = 40  # lines
_PATH = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
_HEAD = """# Doctor's plans, walked to the letter

Each walk is a sick environment of real packages, the plan of `cudacompat doctor` with its commands as they are printed,
and what `doctor` says when they were run. Lines on the machine itself are left out.
Made by `tools/walk_doctor.py`, which fails where a plan does not end in exit code 0 on one screen.
"""
_OF_THE_MACHINE = ("machine ", "GPU ", "driver ", "build ")


@dataclass(frozen=True, slots=True)
class Walk:
    """What is sick, and for whom.

    `packages` are calls of pip one after the other (each the words behind `install`), `files` what lies in the folder
    of the walk, `made` a command that makes the rest, `asked` what doctor is given in place of the environment (`{env}`
    for that). `by_hand` are files as a step without a command says that they should be. `driver_after` is the driver
    that a step of the plan asks for, which no command here installs. `unreached` is what has to be reached for the
    plan, and is not from where the record was made. `ends` is the exit code when the commands were run: 3 where an
    image has to be built before there is any code."""

    name: str
    packages: tuple[str, ...]
    gpu: str
    driver: str
    files: Mapping[str, str] = field(default_factory=dict)
    made: str = ""
    asked: str = "--python {env}"
    by_hand: Mapping[str, str] = field(default_factory=dict)
    driver_after: str = ""
    unreached: str = ""
    ends: int = 0


_PYPROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [{}]
"""
_POETRY = "\n[tool.poetry]\npackage-mode = false\n"
WALKS: tuple[Walk, ...] = (
    Walk("onnxruntime-pascal", ("--no-deps onnxruntime-gpu==1.31.1 numpy",), "GTX 1080", "570"),
    Walk("cupy-11-blackwell", ("--no-deps cupy-cuda11x==13.6.0 numpy fastrlock",), "RTX 5070 Ti", "580"),
    Walk(
        "ctranslate2-cudnn-8",
        (
            "--no-deps ctranslate2==4.4.0 numpy pyyaml setuptools",
            "nvidia-cudnn-cu12==9.1.0.70 nvidia-cublas-cu12==12.4.5.8",
        ),
        "RTX 3090",
        "580",
    ),
    Walk("triton-blackwell", ("--no-deps triton==3.2.0",), "RTX 5090", "580"),
    Walk(
        "uv-project",
        (),
        "RTX 5090",
        "580",
        files={"pyproject.toml": _PYPROJECT.format('"triton==3.2.0"')},
        made="uv sync -q",
        asked=".",
    ),
    Walk(
        "poetry-project",
        (),
        "RTX 5090",
        "580",
        files={"pyproject.toml": _PYPROJECT.format('"triton (==3.2.0)"') + _POETRY, "poetry.lock": ""},
        asked=".",
        unreached="the index that poetry asks",
    ),
    Walk(
        "list-and-environment-apart",
        ("--no-deps triton==3.3.0",),
        "RTX 5090",
        "580",
        files={"requirements.txt": "triton==3.2.0\n"},
        asked=".",
        by_hand={"requirements.txt": "triton==3.3.0\n"},
    ),
    Walk(
        "image-and-compose",
        (),
        "RTX 5090",
        "580",
        files={
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
            "RUN apt-get update && apt-get install -y git cmake g++\n"
            "RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src\n"
            "RUN cmake -S /src -B /build && cmake --build /build -j\n",
            "compose.yaml": "services:\n  app:\n    build: .\n    image: app\n",
        },
        asked=".",
        ends=3,
    ),
    Walk("onnxruntime-twice", ("onnxruntime-gpu==1.22.0", "onnxruntime==1.22.0"), "RTX 3090", "580"),
    Walk(
        "jax-plugins-apart",
        (
            "--no-deps jax==0.6.2 jaxlib==0.6.2 jax-cuda12-plugin==0.6.2 jax-cuda12-pjrt==0.5.3"
            " ml_dtypes numpy opt_einsum scipy",
        ),
        "RTX 5090",
        "580",
    ),
    Walk("cupy-13-driver", ("cupy-cuda13x[ctk]==14.2.0",), "RTX 3090", "570"),
    Walk("cupy-bare", ("cupy-cuda12x==13.4.1",), "RTX 3090", "580"),
    Walk("cupy-11-bare", ("cupy-cuda11x==13.6.0",), "RTX 3090", "550"),
    Walk(
        "libraries-that-torch-brings",
        ("torch==2.6.0", "--no-deps cupy-cuda12x==13.4.1 fastrlock"),
        "RTX 5090",
        "580",
        unreached="download.pytorch.org",
    ),
    Walk("faster-whisper", ("faster-whisper==1.2.1",), "RTX 5090", "580"),
    Walk("bitsandbytes-alone", ("--no-deps bitsandbytes==0.43.0 numpy",), "RTX 5090", "580"),
    Walk("tensorflow-blackwell", ("tensorflow[and-cuda]==2.18.0",), "RTX 5090", "580"),
    Walk("torch-cu124-blackwell", ("torch==2.6.0",), "RTX 5090", "580", unreached="download.pytorch.org"),
    Walk("torch-cu130-driver", ("torch==2.11.0",), "RTX 3090", "570", unreached="download.pytorch.org"),
    Walk("torchvision-apart", ("torch==2.8.0", "--no-deps torchvision==0.21.0"), "RTX 3090", "580"),
    Walk("bitsandbytes-old", ("torch==2.8.0", "--no-deps bitsandbytes==0.43.3"), "RTX 5090", "580"),
)


def main() -> int:
    """0 if every walk ends well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", choices=[each.name for each in WALKS], action="append")
    parser.add_argument("--in", dest="folder", metavar="DIR", help="where the environments are made")
    parser.add_argument("--keep", action="store_true", help="leave them there")
    parser.add_argument("--page", type=Path, default=PAGE, help="the record, in place of the one in docs")
    given = parser.parse_args()
    kept = _records(given.page.read_text()) if given.page.exists() else {}
    wrong = 0
    for walk in WALKS:
        if given.only is None or walk.name in given.only:
            with _folder(given.folder, walk, keep=given.keep) as folder:
                kept[walk.name], good = _walked(walk, folder)
            wrong += 0 if good else 1
            given.page.write_text("\n".join([_HEAD, *(kept[each.name] for each in WALKS if each.name in kept)]))
    return 1 if wrong else 0


@contextmanager
def _folder(parent: str | None, walk: Walk, *, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp() if parent is None else parent, walk.name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


def _walked(walk: Walk, folder: Path) -> tuple[str, bool]:
    """The chapter of a walk, and whether it ended well."""
    _make(walk, folder)
    first = _asked(walk, folder, walk.driver)
    lines = [f"## {walk.name}\n", "```", *_made(walk), *first.lines, "```\n"]
    if walk.unreached:
        lines.append(f"Not walked to its end: {walk.unreached} could not be reached.\n")
        return "\n".join(lines), first.code == 1 and bool(first.commands)
    for name, text in walk.by_hand.items():
        (folder / name).write_text(text)
    second = _asked(walk, folder, walk.driver_after or walk.driver, after=first.commands)
    new = [step for step in second.steps if step not in first.steps and not step.startswith("In programs with")]
    good = second.code == walk.ends and not new and len(second.lines) <= _SCREEN
    skipped = [each for each in first.commands if not _is_here(each)]
    where = "".join(f" `{each.split()[0]}` is not here and was not run." for each in skipped[:1])
    hand = "".join(f" `{name}` was changed by hand to `{text.strip()}`." for name, text in walk.by_hand.items())
    lines += [f"The commands were run as printed.{where}{hand} After them:\n", "```", *second.lines, "```\n"]
    print(
        f"{walk.name}: {'good' if good else 'WRONG'}: exit {first.code}, {len(first.commands)} commands, {second.code}"
    )
    if not good:
        print("\n".join(lines), *(f"new: {each}" for each in new), sep="\n")
    return "\n".join(lines), good


def _make(walk: Walk, folder: Path) -> None:
    for name, text in walk.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if walk.made:
        subprocess.run(["bash", "-c", walk.made], check=True, cwd=folder)
    if walk.packages and not (folder / "env").exists():
        subprocess.run([sys.executable, "-I", "-m", "venv", folder / "env"], check=True)
        for words in walk.packages:
            pip = [folder / "env/bin/python", "-I", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, *words.split()], check=True)


def _made(walk: Walk) -> list[str]:
    files = [line for name, text in walk.files.items() for line in (f"$ cat {name}", *text.rstrip().splitlines())]
    made = [f"$ {walk.made}"] if walk.made else []
    return [*files, *made, *(f"$ env/bin/python -m pip install {words}" for words in walk.packages)]


def _is_here(command: str) -> bool:
    """Whether the program of a command can be run here: no images are built, as there need be no daemon."""
    program = command.split()[0]
    return program != "docker" and ("/" in program or program == "export" or bool(shutil.which(program, path=_PATH)))


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer of doctor: its lines, its exit code, the steps of its plan and their commands."""

    lines: list[str]
    code: int
    steps: list[str]
    commands: list[str]


def _asked(walk: Walk, folder: Path, driver: str, after: Sequence[str] = ()) -> _Answer:
    """What doctor says, asked in the shell in which these commands were run."""
    words = ["doctor", *walk.asked.format(env="env").split(), "--gpu", walk.gpu, "--driver", driver]
    doctor = shlex.join([sys.executable, "-P", "-m", "cudacompat", *words])
    told = f"{doctor} > answer.txt; echo $? > code.txt; {doctor} --format json > answer.json; true"
    environment = {
        **os.environ,
        "PIP_QUIET": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": _PATH,
    }
    script = "\n".join(["set -e", *filter(_is_here, after), "set +e", told])
    ran = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"{walk.name}: exit {ran.returncode} of\n{script}\n{ran.stdout[-2000:]}{ran.stderr[-3000:]}")
    said, code = (folder / "answer.txt").read_text(), int((folder / "code.txt").read_text())
    plan: list[dict[str, Any]] = json.loads((folder / "answer.json").read_text())["plan"]
    for name in ("answer.txt", "code.txt", "answer.json"):
        (folder / name).unlink()
    commands = [command for step in plan if (command := _command(step, walk)) is not None]
    assert all(command in said for command in commands), "not on the screen"
    shown = " ".join(f'"{word}"' if " " in word else word for word in words)
    told = said.replace(str(folder.resolve()), "WALK").splitlines()
    lines = [line.rstrip() for line in told if not line.startswith(_OF_THE_MACHINE)]
    lines = [f"$ cudacompat {shown}", *lines, f"exit {code}"]
    return _Answer(lines, code, [each["why"] for each in plan], commands)


def _command(step: Mapping[str, Any], walk: Walk) -> str | None:
    """The command of a step, or of the first other way where another driver would do, which no walk installs."""
    ways = [step] if walk.driver_after else [step, *step.get("instead", ())]
    return next((each["command"] for each in ways if each["command"]), None)


def _records(page: str) -> dict[str, str]:
    """The chapters of a page by their names."""
    return {re.split(r"\s", each, maxsplit=1)[0]: f"## {each}" for each in page.split("\n## ")[1:]}


if __name__ == "__main__":
    raise SystemExit(main())
