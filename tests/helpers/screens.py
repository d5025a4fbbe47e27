"""What the commands print on terminals of several widths, without UTF-8, without color, on a dumb terminal.

A scene is one command line in a folder whose content is made here, so that nothing depends on the machine. Each is
recorded in tests/golden/screens; a view that prints the same as 80 columns is a line that says so.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cudacompat.app.doctor import save
from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, HostCompiler, HostFacts, ToolkitFacts
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion
from tests.helpers.device_files import library
from tests.helpers.run import ROOT

SCREENS = ROOT / "tests" / "golden" / "screens"
MACHINE = HostFacts(
    gpus=Found((GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), "10de:2335", None, 140 << 30),), "NVML"),
    driver=Found(DriverFacts(DriverRelease.parse("580.65.06"), DriverCudaVersion(13, 0)), "NVML"),
    toolkits=(ToolkitFacts("/usr/local/cuda/bin/nvcc", ToolkitVersion(12, 8), True, "PATH"),),
    compilers=(HostCompiler("/usr/bin/g++", "gcc", "13.3.0", 13),),
    platform="Ubuntu 24.04, Linux 6.8 x86_64",
)
SCENES: Mapping[str, tuple[str, ...]] = {
    "help": ("--help",),
    "help-check": ("check", "--help"),
    "doctor-sick": ("doctor", "incident", "--gpu", "RTX 5070 Ti", "--facts", "facts.json"),
    "doctor-healthy": ("doctor", "--facts", "facts.json"),
    "check-red": ("check", "incident", "--gpu", "RTX 5070 Ti", "--gpu", "8.6"),
    "check-green": ("check", "good.so", "--gpu", "H200", "--gpu", "RTX 5070 Ti"),
    "inspect": ("inspect", "incident"),
    "inspect-sizes": ("inspect", "good.so", "--sizes", "--kernels"),
    "diff": ("diff", "incident/libggml-cuda.so", "good.so"),
    "lint": ("lint", "incident", "--gpu", "RTX 5070 Ti"),
    "explain-log": ("explain", "incident/container.log"),
    "explain-id": ("explain", "209"),
    "wheels": ("wheels", "torch==2.6.0", "--gpu", "RTX 5070 Ti"),
    "generate": ("generate", "whisper.cpp", "--gpu", "RTX 5070 Ti", "--gpu", "8.6"),
    "toolkits": ("toolkits", "12.8"),
    "gpus": ("gpus", "RTX 5070 Ti"),
    "mistake": ("chekc", "good.so"),
}


@dataclass(frozen=True)
class View:
    """A terminal: its columns, variables that differ, options that are added."""

    name: str
    columns: int = 80
    variables: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


PLAIN = View("80 columns")
VIEWS = (
    View("60 columns", 60),
    View("200 columns", 200),
    View("80 columns, no UTF-8", variables={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}),
    View("80 columns, NO_COLOR and --color always", variables={"NO_COLOR": "1"}, options=("--color", "always")),
    View("80 columns, TERM=dumb", variables={"TERM": "dumb"}),
)


def folder_for(place: Path) -> Path:
    """Make the folder of the scenes."""
    shutil.copytree(ROOT / "examples" / "incident", place / "incident")
    (place / "good.so").write_bytes(library("sm_90", "sm_120", "compute_120"))
    (place / "facts.json").write_text(save(MACHINE))
    return place


def screen(scene: str, place: Path) -> str:
    """Return all views of a scene as one text."""
    plain = shown(SCENES[scene], PLAIN, place)
    parts = [f"$ cudacompat {' '.join(SCENES[scene])}", "", _block(PLAIN.name, plain)]
    for view in VIEWS:
        has_options = view.options and "--help" not in SCENES[scene] and scene != "mistake"
        text = shown((*SCENES[scene], *(view.options if has_options else ())), view, place)
        parts.append(_block(view.name, "as with 80 columns\n" if text == plain else text))
    return "\n".join(parts)


def _block(title: str, text: str) -> str:
    return f"=== {title}\n{text}"


def shown(arguments: tuple[str, ...], view: View, place: Path) -> str:
    """Return what a terminal gets of stdout, and then stderr, undecodable bytes escaped. Color is written with
    ESC as `^[`."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, view.columns, 0, 0))
    attributes = termios.tcgetattr(follower)
    attributes[1] &= ~termios.OPOST  # no carriage returns
    termios.tcsetattr(follower, termios.TCSANOW, attributes)
    outside = ("CUDA", "NVIDIA", "COLUMNS", "NO_COLOR", "PYTHON", "TERM", "COLORTERM", "LC_", "LANG")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    variables = {**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **view.variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "cudacompat", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,  # no terminal: progress is not drawn
        env=variables,
        cwd=place,
    )
    data = b"".join(_chunks(leader, process))
    os.close(follower)
    data += process.communicate(timeout=60)[1]
    os.close(leader)
    return data.decode("utf-8", "backslashreplace").replace("\x1b", "^[")


def _chunks(leader: int, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield what the process writes. The other end stays open here: a kernel may drop what is not read when the last
    one that holds it goes."""
    while True:
        has_ended = process.poll() is not None
        if select.select([leader], [], [], 0 if has_ended else 0.05)[0]:
            yield os.read(leader, 1 << 16)
        elif has_ended:
            return
