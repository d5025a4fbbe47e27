#!/usr/bin/env python3
"""Builds the files whose loading is recorded on real hardware, and cases.json: what each one holds.

    build_cases.py OUT [--toolkits DIR]

Needs the ptxas of CUDA 11.8, 12.4, 12.8, 13.0 and 13.5, the nvcc of 13.0 and 13.5, and g++. Wheels have all but
g++:

    pip install -e .[test]                                                            (12.8 and 13.5)
    pip install --no-deps --target DIR/ptxas-11.8 nvidia-cuda-nvcc-cu11==11.8.89
    pip install --no-deps --target DIR/ptxas-12.4 nvidia-cuda-nvcc-cu12==12.4.131
    pip install --no-deps --target DIR/nvcc-13.0 nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 \\
        nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96

DIR is `.toolchain` of the checkout unless told. Every kernel writes `number * 1000 + tag * 10 + kernel`:
`number` is the target its code was made for and `tag` counts the images of the case from 1, so what comes
back says which image ran.
"""

from __future__ import annotations

import argparse
import ctypes
import functools
import json
import random
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import permutations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import fatbin_writer as fw  # noqa: E402

TOOLKITS = ("11.8", "12.4", "12.8", "13.0", "13.5")
_NEWER_TARGETS = {
    80: "7.0", 86: "7.1", 87: "7.4", 89: "7.8", 90: "7.8", 100: "8.6", 101: "8.6", 120: "8.7", 103: "8.8",
    121: "8.8", 88: "9.0", 110: "9.0", 107: "9.4",
}  # fmt: skip


def first_isa(target: str) -> str:
    """The PTX ISA that introduced a target such as `90a`, 6.3 for all the old ones."""
    number = int(target.rstrip("af"))
    if target == "90a":
        return "8.0"
    isa = _NEWER_TARGETS.get(number, "6.3")
    return "8.8" if target.endswith("f") and isa < "8.8" else isa


# --- what a case is -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spec:
    """One image to build. `header` overrides what the entry's header says of it."""

    kind: str  # sass, ptx
    target: str  # 90, 90a: what it is compiled for
    toolkit: str | None = None  # the ptxas, for sass
    isa: str | None = None  # the .version, for ptx
    kernels: tuple[str, ...] = ("k1",)
    compression: str = "none"
    relocatable: bool = False
    extern: bool = False  # its last kernel calls a function that it does not hold
    header: dict[str, object] = field(default_factory=dict)

    def described(self, tag: int) -> dict[str, object]:
        prefix = "sm_" if self.kind == "sass" else "compute_"
        facts: dict[str, object] = {"tag": tag, "kind": self.kind, "target": prefix + self.target}
        if self.toolkit:
            facts["toolkit"] = self.toolkit
        if self.isa:
            facts["ptx_isa"] = self.isa
        facts |= {"compression": self.compression, "kernels": list(self.kernels)}
        if self.relocatable:
            facts["relocatable"] = True
        if self.extern:
            facts["unresolved"] = "helper"
        if self.header:
            facts["header"] = {k: v for k, v in sorted(self.header.items()) if k != "options"}
        return facts


def S(target: str, toolkit: str | None = None, kernels: str = "k1", **rest: object) -> Spec:  # noqa: N802
    """Machine code, by the oldest ptxas from 12.4 on that knows the target unless told."""
    if toolkit is None:
        toolkit = next(t for t in TOOLKITS[1:] if knows(t, target))
    return Spec("sass", target, toolkit, None, tuple(kernels.split()), **rest)  # type: ignore[arg-type]


def P(target: str, isa: str | None = None, kernels: str = "k1", **rest: object) -> Spec:  # noqa: N802
    """PTX, of ISA 8.0 or the first that knows the target unless told."""
    isa = isa or max("8.0", first_isa(target))
    return Spec("ptx", target, None, isa, tuple(kernels.split()), **rest)  # type: ignore[arg-type]


@dataclass
class Case:
    """One file and what to ask of it. `images` is None where the file is no list of known images."""

    id: str
    file: str
    group: str
    build: str
    ask: list[str]
    images: list[dict[str, object]] | None = None
    units: dict[str, list[dict[str, object]]] | None = None  # of a program: images per translation unit
    question: str | None = None


def knows(toolkit: str, target: str) -> bool:
    """Whether that ptxas makes code for that target."""
    number, suffix = int(target.rstrip("af")), target[len(target.rstrip("af")) :]
    top = {"11.8": 90, "12.4": 90, "12.8": 120, "13.0": 121, "13.5": 121}[toolkit]
    if number > top or (toolkit >= "13" and number < 75):
        return False
    if (number in (88, 103, 110, 121) and toolkit < "13") or (number == 107 and toolkit < "13.5"):
        return False
    if number == 101 and toolkit != "12.8":
        return False
    if suffix == "f":
        return toolkit >= "13"
    return not (suffix == "a" and toolkit == "11.8")


# --- the compilers ------------------------------------------------------------------------------------------


class Tools:
    """The compilers, found by what they say of themselves, and a scratch folder they run in.

    They are called by relative names: the device linker writes its command line into what it makes.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        site = Path(sysconfig.get_paths()["purelib"])
        self.ptxas: dict[str, Path] = {}
        for path in sorted([*site.glob("nvidia/*/bin/ptxas"), *folder.glob("**/bin/ptxas")]):
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            release = re.search(r"release (\d+\.\d+)", said)
            if release:
                self.ptxas.setdefault(release[1], path)
        missing = [version for version in TOOLKITS if version not in self.ptxas]
        if missing:
            raise SystemExit(f"no ptxas of CUDA {', '.join(missing)}: see the head of {Path(__file__).name}")
        self.home = self.ptxas["13.5"].parents[1]
        for version in ("13.0", "13.5"):
            home = self.ptxas[version].parents[1]
            if not (home / "bin/nvcc").exists():
                raise SystemExit(f"no nvcc of CUDA {version} beside its ptxas")
            link = scratch / f"cuda-{version}"
            link.unlink(missing_ok=True)
            link.symlink_to(home)

    def run(self, *command: str | Path) -> None:
        done = subprocess.run([str(c) for c in command], cwd=self.scratch, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")

    @functools.cache  # noqa: B019
    def cubin(self, toolkit: str, target: str, text: str, relocatable: bool) -> bytes:
        (self.scratch / "in.ptx").write_text(text)
        flags = ["-c"] if relocatable else []
        self.run(self.ptxas[toolkit], *flags, f"-arch=sm_{target}", "in.ptx", "-o", "out.cubin")
        return (self.scratch / "out.cubin").read_bytes()

    def nvcc(self, source: str, text: str, *flags: str, out: str, version: str = "13.5") -> bytes:
        (self.scratch / source).write_text(text)
        self.run(f"cuda-{version}/bin/nvcc", *flags, source, "-o", out)
        return (self.scratch / out).read_bytes()


class RuntimeCompiler:
    """NVRTC and nvFatbin of CUDA 12.8, from their wheels: 12.8 has no nvcc among the wheels."""

    def __init__(self) -> None:
        site = Path(sysconfig.get_paths()["purelib"])
        # its libraries open libnvrtc-builtins by name: load that first
        for helper in (site / "nvidia/cuda_nvrtc/lib").glob("libnvrtc-builtins.so.12*"):
            ctypes.CDLL(str(helper), mode=ctypes.RTLD_GLOBAL)
        self.nvrtc = ctypes.CDLL(str(site / "nvidia/cuda_nvrtc/lib/libnvrtc.so.12"))
        self.fatbin = ctypes.CDLL(str(site / "nvidia/nvfatbin/lib/libnvfatbin.so.12"))

    @staticmethod
    def must(code: int, what: str) -> None:
        if code:
            raise SystemExit(f"{what}: error {code}")

    def compiled(self, source: str, target: str, *options: str) -> bytes:
        """The code for sm_NN, compute_NN or lto_NN."""
        program = ctypes.c_void_p()
        create = self.nvrtc.nvrtcCreateProgram
        self.must(create(ctypes.byref(program), source.encode(), b"unit.cu", 0, None, None), "nvrtcCreateProgram")
        arch = target.replace("lto_", "compute_")
        flags = [f"-arch={arch}", *(["-dlto"] if target.startswith("lto_") else []), *options]
        given = (ctypes.c_char_p * len(flags))(*(flag.encode() for flag in flags))
        self.must(self.nvrtc.nvrtcCompileProgram(program, len(flags), given), f"nvrtc {flags}")
        what = {"s": "CUBIN", "c": "PTX", "l": "LTOIR"}[target[0]]
        size = ctypes.c_size_t()
        self.must(getattr(self.nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size)), what)
        code = ctypes.create_string_buffer(size.value)
        self.must(getattr(self.nvrtc, f"nvrtcGet{what}")(program, code), what)
        return code.raw

    def packed(self, images: list[tuple[str, bytes]]) -> bytes:
        handle = ctypes.c_void_p()
        self.must(self.fatbin.nvFatbinCreate(ctypes.byref(handle), None, ctypes.c_size_t(0)), "nvFatbinCreate")
        for target, code in images:
            kind, arch = target.split("_")
            length = ctypes.c_size_t(len(code))
            if kind == "sm":
                done = self.fatbin.nvFatbinAddCubin(handle, code, length, arch.encode(), b"")
            elif kind == "compute":
                done = self.fatbin.nvFatbinAddPTX(handle, code, length, arch.encode(), b"", b"")
            else:
                done = self.fatbin.nvFatbinAddLTOIR(handle, code, length, arch.encode(), b"", b"")
            self.must(done, f"nvFatbinAdd {target}")
        size = ctypes.c_size_t()
        self.must(self.fatbin.nvFatbinSize(handle, ctypes.byref(size)), "nvFatbinSize")
        made = ctypes.create_string_buffer(size.value)
        self.must(self.fatbin.nvFatbinGet(handle, made), "nvFatbinGet")
        return made.raw


# --- kernels ------------------------------------------------------------------------------------------------

_KERNEL = """
.visible .entry {name}(.param .u64 out)
{{
.reg .b64 %rd<3>;
.reg .b32 %r<2>;
ld.param.u64 %rd1, [out];
cvta.to.global.u64 %rd2, %rd1;
mov.u32 %r1, {value};
st.global.u32 [%rd2], %r1;{call}
ret;
}}
"""


def number_of(target: str) -> int:
    return int(target.rstrip("af"))


def value(target: str, tag: int, kernel: str) -> int:
    return number_of(target) * 1000 + tag * 10 + int(kernel[-1])


def ptx_text(isa: str, target: str, tag: int, kernels: tuple[str, ...], extern: bool = False) -> str:
    """PTX of these kernels; with none, one device function, so that it is code all the same."""
    text = f".version {isa}\n.target sm_{target}\n.address_size 64\n"
    if extern:
        text += ".extern .func helper;\n"
    for name in kernels:
        call = "\ncall helper;" if extern and name == kernels[-1] else ""
        text += _KERNEL.format(name=name, value=value(target, tag, name), call=call)
    return text if kernels else text + ".visible .func nothing\n{\nret;\n}\n"


def image(tools: Tools, spec: Spec, tag: int) -> fw.Image:
    """The entry for one image of a case."""
    if spec.kind == "ptx":
        text = ptx_text(spec.isa or "", spec.target, tag, spec.kernels, spec.extern)
        made = fw.ptx(text, compression=spec.compression)
    else:
        made = fw.sass(raw_cubin(tools, spec, tag), spec.target.lstrip("0123456789"), compression=spec.compression)
    return made.but(**spec.header) if spec.header else made


def raw_cubin(tools: Tools, spec: Spec, tag: int) -> bytes:
    text = ptx_text(first_isa(spec.target), spec.target, tag, spec.kernels, spec.extern)
    return tools.cubin(spec.toolkit or "", spec.target, text, spec.relocatable)


# --- the cases ----------------------------------------------------------------------------------------------

BARE_CUBINS = {
    "11.8": "50 52 60 61 70 75 80 86 87 89 90",
    "12.4": "53 62 72 80 89 90 90a",
    "12.8": "75 80 86 90 90a 100 100a 101 101a 120 120a",
    "13.0": "75 80 88 90 90a 100f 103 110 120f 121",
    "13.5": "80 87 89 90 90a 100 100a 100f 103a 107 110f 120 121f",
}
BARE_PTX = (  # target@isa
    "30@3.2 50@4.0 50@6.3 52@4.1 60@6.3 61@7.8 70@6.3 75@6.3 80@7.0 80@8.0 86@7.1 89@7.8 90@7.8 90@8.0 "
    "90@8.4 90@8.7 90@8.8 90@9.0 75@9.0 50@9.0 75@9.1 80@9.2 90@9.1 90@9.2 90@9.3 90@9.4 90@9.5 90@9.6 "
    "90@10.0 75@9.5 90a@8.0 90a@9.0 90a@9.5 90@7.0 90a@7.8 80@6.3 100@8.6 100a@8.6 120@8.7 120@9.0 "
    "100f@8.8 120f@8.8 107@9.4 120@8.0"
)
BARE_EXTRA = {
    "bare-empty-cubin": S("90", kernels=""),
    "bare-empty-cubin-13.5": S("90", "13.5", ""),
    "bare-empty-ptx": P("80", kernels=""),
    "bare-relocatable-cubin-11.8": S("90", "11.8", relocatable=True),
    "bare-relocatable-cubin-12.8": S("90", "12.8", relocatable=True),
    "bare-relocatable-cubin-13.5": S("90", "13.5", relocatable=True),
    "bare-relocatable-cubin-unresolved": S("90", "12.8", relocatable=True, extern=True),
    "bare-relocatable-cubin-k2-unresolved": S("90", "12.8", "k1 k2", relocatable=True, extern=True),
    "bare-ptx-unresolved": P("80", extern=True),
}


def fatbin_cases() -> Iterator[tuple[str, str, list[Spec], str]]:
    """(group, name, images, question) of every fatbin put together from images."""
    both = "k1 k2"
    k2 = "k2"

    def orders(group: str, question: str, *specs: Spec, name: str = "") -> Iterator[tuple[str, str, list[Spec], str]]:
        seen = []
        for order in permutations(specs):
            if list(order) in seen:
                continue
            seen.append(list(order))
            label = name or "+".join(dict.fromkeys(_label(s) for s in specs))
            suffix = "" if len(specs) == 1 else "-" + "".join(str(specs.index(s) + 1) for s in order)
            yield group, f"{label}{suffix}", list(order), question

    def one(group: str, question: str, *specs: Spec, name: str = "") -> tuple[str, str, list[Spec], str]:
        return group, name or "+".join(_label(s) for s in specs), list(specs), question

    # what fits at all
    q = "does the driver take it"
    for toolkit, target in (("11.8", "90"), ("12.4", "90a"), ("12.8", "90"), ("13.0", "90"), ("13.5", "90a")):
        yield one("sass-only", q, S(target, toolkit))
    for target in ("50", "75", "80", "89", "100", "100f", "120", "121f", "107"):
        yield one("sass-only", q, S(target))
    yield one("sass-only", q, S("80"), S("86"), S("89"), S("120"))
    for target, isa in (
        ("50", "6.3"), ("75", "8.0"), ("80", "8.7"), ("90", "9.0"), ("90a", "8.0"), ("90", "9.1"),
        ("80", "9.5"), ("90a", "9.5"), ("100", "8.6"), ("120", "9.0"), ("107", "9.4"), ("100f", "8.8"),
        ("90", "7.0"),
    ):  # fmt: skip
        yield one("ptx-only", q, P(target, isa))

    # machine code before PTX
    q = "which image runs"
    yield from orders("sass-over-ptx", q, S("90"), P("90"))
    yield from orders("sass-over-ptx", q, S("90a", "13.5"), P("80"))
    yield one("sass-over-ptx", q, S("90"), P("90", "9.5"))
    yield one("sass-over-ptx", q, P("80", "9.5"), S("90"))
    yield one("sass-over-ptx", q, S("80"), S("90"), S("100"), P("80"))
    yield one("sass-over-ptx", q, S("90"), P("90a"), P("80"))
    yield one("sass-unfit", q, S("80"), P("80"))
    yield one("sass-unfit", q, S("80"), S("86"), S("89"), P("89"))
    yield one("sass-unfit", q, S("120"), P("80"))
    yield one("sass-unfit", q, S("80"), P("120"))
    yield one("sass-unfit", q, S("80"), P("80", "9.5"))
    yield one("sass-unfit", q, S("100a"), P("100a"))
    yield one("sass-unfit", q, S("100f"), P("90"))

    # two images for one GPU
    yield from orders("sass-choice", q, S("90"), S("90a"))
    yield from orders("sass-choice", q, S("90", "13.5"), S("90a", "12.4"))
    yield from orders("sass-choice", q, S("80"), S("90"))
    yield one("sass-choice", q, S("90"), S("90"), name="sm_90-twice")
    yield one("sass-choice", q, S("90"), S("90"), S("90"), name="sm_90-thrice")
    yield one("sass-choice", q, S("90a"), S("90a"), name="sm_90a-twice")
    yield from orders("sass-choice", q, S("90", "11.8"), S("90", "13.5"), name="sm_90-11.8-13.5")
    yield one("sass-choice", q, S("90"), S("90a"), S("90"), name="sm_90+sm_90a+sm_90")
    debug = {"flags": fw.FLAG_64BIT | fw.FLAG_LINUX | fw.FLAG_DEBUG}
    yield from orders("sass-choice", q, S("90"), S("90", header=debug), name="sm_90-debug-flag")

    yield from orders("ptx-choice", q, P("75"), P("80"), P("90"))
    yield one("ptx-choice", q, P("80"), P("80"), name="compute_80-twice")
    yield one("ptx-choice", q, P("90"), P("90"), P("90"), name="compute_90-thrice")
    yield one("ptx-choice", q, P("90a"), P("90a"), name="compute_90a-twice")
    yield from orders("ptx-choice", q, P("90"), P("90a"))
    yield from orders("ptx-choice", q, P("80"), P("90a"))
    yield from orders("ptx-choice", q, P("90"), P("120"))
    yield from orders("ptx-choice", q, P("90a"), P("100"))
    yield one("ptx-choice", q, P("80"), P("100a"))
    yield one("ptx-choice", q, P("100f"), P("80"))
    for target in ("75", "89"):
        yield one("ptx-choice", q, P(target), P(target), name=f"compute_{target}-twice")
    yield one("ptx-choice", q, P("90"), P("80"), P("90"), name="compute_90+compute_80+compute_90")
    yield one("ptx-choice", q, P("80"), P("90"), P("90"), P("80"), name="compute_80+compute_90-twice+compute_80")
    yield one("ptx-choice", q, P("90"), P("90a"), P("90"), name="compute_90+compute_90a+compute_90")
    low_a = P("80", header={"suffix": "a"})  # no real one exists below 90a: how a driver sees 90a on a later GPU
    yield from orders("ptx-choice", q, low_a, P("75"), name="compute_80a-flag+compute_75")
    yield from orders("ptx-choice", q, low_a, P("80"), name="compute_80a-flag+compute_80")
    yield from orders("ptx-choice", q, low_a, P("90"), name="compute_80a-flag+compute_90")
    yield from orders("ptx-isa", q, P("90", "8.0"), P("90", "8.5"), name="compute_90-isa-8.0-8.5")
    yield from orders("ptx-isa", q, P("80", "8.0"), P("80", "8.5"), name="compute_80-isa-8.0-8.5")
    yield from orders("ptx-isa", q, P("80", "8.0"), P("80", "9.5"), name="compute_80-isa-8.0-9.5")
    yield from orders("ptx-isa", q, P("90a", "8.0"), P("90a", "8.5"), name="compute_90a-isa-8.0-8.5")
    yield from orders("ptx-isa", q, P("90a", "8.0"), P("90a", "9.5"), name="compute_90a-isa-8.0-9.5")
    yield from orders("ptx-isa", q, P("90", "8.0"), P("90", "9.5"), name="compute_90-isa-8.0-9.5")
    yield from orders("ptx-isa", q, P("80", "8.0"), P("90", "9.5"), name="compute_80-isa-8.0+compute_90-isa-9.5")
    yield from orders("ptx-isa", q, P("80", "9.5"), P("90", "8.0"), name="compute_80-isa-9.5+compute_90-isa-8.0")
    yield from orders("ptx-isa", q, P("90", "8.0"), P("90a", "9.5"), name="compute_90-isa-8.0+compute_90a-isa-9.5")
    yield one("ptx-isa", q, S("80"), P("90", "9.5"), P("80", "8.0"))
    yield from orders("ptx-isa", q, P("80", "8.0"), P("90", "7.0"), name="compute_80+compute_90-invalid-isa-7.0")

    # images without the kernel
    q = "is the image chosen before the kernel is looked for"
    yield from orders("empty", q, S("90", kernels=""), P("80"), name="sm_90-empty+compute_80")
    yield from orders("empty", q, S("90a", kernels=""), S("90"), name="sm_90a-empty+sm_90")
    yield from orders("empty", q, S("90", kernels=""), S("90a"), name="sm_90-empty+sm_90a")
    yield from orders("empty", q, S("90", kernels=""), S("90"), name="sm_90-empty+sm_90")
    yield from orders("empty", q, P("90", kernels=""), P("80"), name="compute_90-empty+compute_80")
    yield from orders("empty", q, P("90", kernels=""), P("90"), name="compute_90-empty+compute_90")
    yield one("empty", q, S("90", kernels=""), name="sm_90-empty-alone")
    yield one("empty", q, P("90", kernels=""), name="compute_90-empty-alone")
    yield one("empty", q, S("80", kernels=""), S("90"), name="sm_80-empty+sm_90")
    yield one("empty", q, S("80"), P("90", kernels=""), name="sm_80+compute_90-empty")
    yield one("empty", q, S("90", kernels=""), P("90", "9.5"), name="sm_90-empty+compute_90-isa-9.5")
    yield one("partial", q, S("90"), P("80", kernels=both), name="sm_90-k1+compute_80-k1k2")
    yield from orders("partial", q, S("90a"), S("90", kernels=both), name="sm_90a-k1+sm_90-k1k2")
    yield from orders("partial", q, P("90"), P("80", kernels=both), name="compute_90-k1+compute_80-k1k2")
    yield one("partial", q, S("80", kernels=both), P("80"), name="sm_80-k1k2+compute_80-k1")
    yield one("partial", q, S("90"), S("90", kernels=k2), name="sm_90-k1+sm_90-k2")
    yield one("partial", q, S("90"), S("90a", kernels=k2), name="sm_90-k1+sm_90a-k2")
    yield one("partial", q, P("90"), P("90", kernels=k2), name="compute_90-k1+compute_90-k2")
    yield one("partial", q, S("90", kernels=both), P("80"), name="sm_90-k1k2+compute_80-k1")
    yield one("partial", q, S("80"), S("90", kernels=both), name="sm_80-k1+sm_90-k1k2")

    # how they are stored
    q = "does the driver decode it"
    for compression in ("lz4", "zstd", "zlib", "lz4-frame"):
        yield one("compression", q, S("90", compression=compression), name=f"sm_90-{compression}")
        yield one("compression", q, P("80", compression=compression), name=f"compute_80-{compression}")
    zstd = {"compression": "zstd"}
    yield one("compression", q, S("90", **zstd), P("90", compression="lz4"), name="sm_90-zstd+compute_90-lz4")
    yield one("compression", q, S("80", **zstd), P("80", **zstd), name="sm_80-zstd+compute_80-zstd")
    yield one("compression", q, P("80", "9.5", **zstd), name="compute_80-isa-9.5-zstd")
    yield from orders("compression", q, S("90"), S("90", **zstd), name="sm_90-none-zstd")

    # relocatable code
    q = "is relocatable code loaded as it is"
    for toolkit in ("11.8", "12.8", "13.5"):
        yield one("relocatable", q, S("90", toolkit, relocatable=True), name=f"sm_90-relocatable-{toolkit}")
    yield one("relocatable", q, S("90", relocatable=True), P("80"), name="sm_90-relocatable+compute_80")
    yield from orders("relocatable", q, S("90", relocatable=True), S("90"), name="sm_90-relocatable+sm_90")
    loose: dict[str, Any] = {"relocatable": True, "extern": True}
    yield one("relocatable", q, S("90", **loose), P("80"), name="sm_90-unresolved+compute_80")
    yield one("relocatable", q, P("80", extern=True), name="compute_80-unresolved")
    yield one("relocatable", q, S("80", relocatable=True), name="sm_80-relocatable")

    # headers that say something else than the payload
    q = "does the header or the payload decide"
    yield one("header", q, S("80", header={"arch": 90}), name="header-sm_90-cubin-sm_80")
    yield one("header", q, S("90", header={"arch": 80}), name="header-sm_80-cubin-sm_90")
    yield one("header", q, S("80", "13.5", header={"arch": 90}), name="header-sm_90-cubin-sm_80-13.5")
    yield one("header", q, S("120", header={"arch": 90}), name="header-sm_90-cubin-sm_120")
    yield one("header", q, S("80", header={"arch": 90}), P("80"), name="header-sm_90-cubin-sm_80+compute_80")
    yield one("header", q, S("80", header={"arch": 90}), S("90"), name="header-sm_90-cubin-sm_80+sm_90")
    yield one("header", q, S("90", header={"arch": 89}), P("80"), name="header-sm_89-cubin-sm_90+compute_80")
    yield one("header", q, S("90a", header={"suffix": ""}), name="header-sm_90-cubin-sm_90a")
    yield from orders("header", q, S("90a", header={"suffix": ""}), S("90"), name="header-sm_90-cubin-sm_90a+sm_90")
    yield one("header", q, S("90", header={"suffix": "a"}), name="header-sm_90a-cubin-sm_90")
    yield from orders("header", q, S("90", header={"suffix": "a"}), S("90"), name="header-sm_90a-cubin-sm_90+sm_90")
    yield one("header", q, S("90", header={"suffix": "f"}), name="header-sm_90f-cubin-sm_90")
    yield from orders("header", q, S("90", header={"suffix": "f"}), S("90"), name="header-sm_90f-cubin-sm_90+sm_90")
    yield from orders("header", q, S("90", header={"suffix": "f"}), S("90a"), name="header-sm_90f-cubin-sm_90+sm_90a")
    yield one("header", q, P("90", "8.0", header={"version": (9, 5)}), name="header-isa-9.5-text-8.0")
    yield one("header", q, P("90", "9.5", header={"version": (8, 0)}), name="header-isa-8.0-text-9.5")
    yield one("header", q, P("80", header={"arch": 120}), name="header-compute_120-text-80")
    yield one("header", q, P("120", "8.7", header={"arch": 80}), name="header-compute_80-text-120")
    yield one("header", q, P("75", header={"arch": 90}), P("80"), name="header-compute_90-text-75+compute_80")
    yield one("header", q, P("90a", header={"suffix": ""}), name="header-compute_90-text-90a")
    yield one("header", q, P("90", header={"suffix": "a"}), name="header-compute_90a-text-90")
    yield one("header", q, P("80", header={"suffix": "a"}), name="header-compute_80a-text-80")
    yield one("header", q, P("80", header={"suffix": "f"}), name="header-compute_80f-text-80")
    yield one("header", q, S("80", header={"suffix": "f"}), name="header-sm_80f-cubin-sm_80")
    yield one("header", q, S("90", header={"flags": fw.FLAG_LINUX}), name="header-sm_90-not-64-bit")
    yield one("header", q, S("90", header={"flags": fw.FLAG_64BIT | fw.FLAG_WINDOWS}), name="header-sm_90-windows")
    yield one("header", q, S("90", header={"flags": fw.FLAG_64BIT}), name="header-sm_90-no-host")
    yield one("header", q, S("90", header={"version": (1, 8)}), name="header-sm_90-abi-8-cubin-7")
    # kinds
    q = "what does the driver do with an entry of this kind"
    for kind in (0x04, 0x10, 0x20, 0x40, 0x200, 0x00):
        yield one("kind", q, S("90", header={"kind": kind}), name=f"kind-{kind:#x}-cubin-sm_90")
    yield one("kind", q, S("90", header={"kind": 0x200}), P("80"), name="kind-0x200+compute_80")
    yield one("kind", q, S("90", header={"kind": 0x80}), P("80"), name="kind-0x80+compute_80")
    yield one("kind", q, S("90", header={"kind": 0x04}), P("80"), name="kind-0x4+compute_80")
    yield one("kind", q, S("90", header={"kind": 0x20}), S("90"), name="kind-0x20+sm_90")
    yield one("kind", q, S("90", header={"kind": 0x10}), P("80"), name="kind-0x10+compute_80")
    yield one("kind", q, S("90", header={"kind": 0x10}), S("90"), name="kind-0x10+sm_90")
    yield one("kind", q, P("80", header={"kind": 0x40}), name="kind-0x40-ptx-compute_80")
    yield one("kind", q, P("80", header={"kind": fw.Kind.ELF}), name="kind-elf-payload-ptx")
    yield one("kind", q, S("90", header={"kind": fw.Kind.PTX}), name="kind-ptx-payload-cubin")


def _label(spec: Spec) -> str:
    if spec.kind == "sass":
        return f"sm_{spec.target}-{spec.toolkit}"
    return f"compute_{spec.target}-isa-{spec.isa}"


NVCC_SOURCE = """#ifndef __CUDA_ARCH__
#define __CUDA_ARCH__ 0
#endif
extern "C" __global__ void k1(unsigned *out) { *out = __CUDA_ARCH__ / 10 * 1000 + 11; }
"""


def nvcc_cases() -> dict[str, list[str]]:
    """Fatbins as nvcc 13.5 makes them: name -> its flags."""

    def code(*pairs: str) -> list[str]:
        return [f"-gencode=arch=compute_{p.split(':')[0]},code={p.split(':')[1]}" for p in pairs]

    return {
        "default": [],
        "sm_90+compute_90": code("90:[sm_90,compute_90]"),
        "sm_80+compute_80": code("80:[sm_80,compute_80]"),
        "compute_90": code("90:compute_90"),
        "sm_90-through-compute_80": code("80:sm_90"),
        "sm_90a": ["-arch=sm_90a"],
        "all-major": ["-arch=all-major"],
        "sm_80+sm_90-size": [*code("80:sm_80", "90:sm_90"), "--compress-mode=size"],
        "sm_90-speed": [*code("90:[sm_90,compute_90]"), "--compress-mode=speed", "-Xfatbin=-compress-all"],
        "sm_90-debug": [*code("90:sm_90"), "-G"],
        "concat-sm_80+sm_90": [*code("80:sm_80", "90:sm_90"), "-Xfatbin=-concat"],
        "concat-sm_80+sm_120": [*code("80:sm_80", "120:sm_120"), "-Xfatbin=-concat"],
        "concat-sm_90+sm_90a": [*code("90:sm_90", "90a:sm_90a"), "-Xfatbin=-concat"],
        "lto_90": code("90:lto_90"),
        "lto_80+sm_90": code("80:lto_80", "90:sm_90"),
        "relocatable-sm_90": ["-rdc=true", *code("90:sm_90")],
        "relocatable-compute_80": ["-rdc=true", *code("80:compute_80")],
        "sm_120f+sm_100f": code("120f:sm_120f", "100f:sm_100f"),
    }


def nvfatbin_cases() -> dict[str, list[str]]:
    """Fatbins that NVRTC and nvFatbin of 12.8 make: name -> its images."""
    mixtures = (
        "sm_90", "sm_80+compute_80", "compute_90", "sm_80+sm_90+compute_90", "sm_120+compute_120",
        "sm_90a+compute_80", "lto_90", "lto_80", "lto_80+compute_80", "lto_90+sm_90",
    )  # fmt: skip
    return {mixture: mixture.split("+") for mixture in mixtures}


# What a kernel may call that is not in its image: the driver brings some of it along, and nothing else.
OUTSIDE_CALLS = {  # name -> (declaration, call)
    "printf": ("", 'printf("%p", out);'),
    "malloc": ("", "*out = *(unsigned *)malloc(4);"),
    "free": ("", "free(out);"),
    "assert": (
        'extern "C" __device__ void __assertfail(const char *, const char *, unsigned, const char *, size_t);',
        '__assertfail("out", "unit.cu", 1, "k2", 1);',
    ),
    "function-inside": (
        'extern "C" __device__ __noinline__ void inside(unsigned *out) { atomicAdd(out, 1u); }',
        "inside(out);",
    ),
    "function-outside": ('extern "C" __device__ void outside(unsigned *);', "outside(out);"),
    "variable-outside": ("extern __device__ unsigned elsewhere;", "*out = elsewhere;"),
    "dynamic-shared": ("extern __shared__ unsigned pool[];", "pool[0] = *out; *out = pool[1];"),
}
OUTSIDE_SOURCE = """%s
extern "C" __global__ void k1(unsigned *out) { *out = __CUDA_ARCH__ / 10 * 1000 + 11; }
extern "C" __global__ void k2(unsigned *out) { if (!out) { %s } *out = __CUDA_ARCH__ / 10 * 1000 + 12; }
"""
OUTSIDE_TEXTS = {
    "unused-function": (".extern .func helper;\n", ""),
    "device-runtime": (
        ".extern .func (.param .b32 r) cudaDeviceSynchronize;\n",
        "{\n.param .b32 r;\ncall (r), cudaDeviceSynchronize;\n}\n",
    ),
    "dynamic-shared": (
        ".extern .shared .align 16 .b8 pool[];\n",
        ".reg .b32 %s<2>;\nmov.u32 %s1, pool;\n",
    ),
    "variable": (".extern .global .align 4 .u32 there;\n", ".reg .b32 %s<2>;\nld.global.u32 %s1, [there];\n"),
    "unused-variable": (".extern .global .align 4 .u32 there;\n", ""),
}


def outside_cases(compiler: RuntimeCompiler) -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, how they were made) of code that calls what is not in it."""
    for name, parts in OUTSIDE_CALLS.items():
        for target in ("compute_80", "sm_90"):
            if name != "function-inside" and "outside" not in name:
                yield f"{target}-{name}", compiler.compiled(OUTSIDE_SOURCE % parts, target), f"NVRTC 12.8 {target}"
            data = compiler.compiled(OUTSIDE_SOURCE % parts, target, "-rdc=true")
            yield f"{target}-relocatable-{name}", data, f"NVRTC 12.8 {target} -rdc=true"
    for name, (declared, used) in OUTSIDE_TEXTS.items():
        text = ptx_text("8.0", "80", 1, ("k1",)).replace(".visible", declared + ".visible", 1)
        text = text.replace("ld.param", used + "ld.param", 1).replace("k1", "k2")
        whole = text + _KERNEL.format(name="k1", value=value("80", 1, "k1"), call="")
        yield f"compute_80-text-{name}", whole.replace("80011;", "80012;", 1).encode(), "text"


def damaged_cases(good: bytes, pair: bytes, cubin: bytes, text: bytes, zstd: bytes, lz4: bytes) -> dict[str, bytes]:
    """Files that are broken, or no device code at all."""
    noise = random.Random(90).randbytes(4096)
    sixteen = good[:16]
    first = fw.entries_of(pair)[0]
    return {
        "zero-bytes": b"",
        "zeros-4096": bytes(4096),
        "random-4096": noise,
        "text-hello": b"hello, this is no device code\n",
        "fatbin-half": good[: len(good) // 2],
        "fatbin-first-8-bytes": good[:8],
        "fatbin-header-only": sixteen,
        "fatbin-40-bytes": good[:40],
        "fatbin-entry-header-only": good[:80],
        "fatbin-last-64-bytes-missing": good[:-64],
        "fatbin-no-entries": fw.header(0),
        "fatbin-random-entries": fw.header(4096) + noise,
        "fatbin-version-2": fw.header(len(good) - 16, version=2) + good[16:],
        "fatbin-wrong-magic": fw.header(len(good) - 16, magic=0x1EE55A01) + good[16:],
        "fatbin-size-zero": fw.header(0) + good[16:],
        "fatbin-size-too-big": fw.header(len(good) + 4096) + good[16:],
        "fatbin-size-hides-second": fw.header(len(first)) + pair[16:],
        "fatbin-8-zeros-before": bytes(8) + good,
        "fatbin-trailing-noise": good + noise,
        "fatbin-after-fatbin": fw.fatbin(first) + fw.fatbin(*fw.entries_of(pair)[1:]),
        "fatbin-after-fatbin-padded": fw.fatbin(first) + bytes(64) + fw.fatbin(*fw.entries_of(pair)[1:]),
        "zstd-noise-inside": zstd[:-200] + noise[:200],
        "zstd-cut-stream": zstd[: 16 + 64 + 40] + bytes(len(zstd) - 120),
        "lz4-noise-inside": lz4[:100] + noise[: len(lz4) - 100],
        "cubin-half": cubin[: len(cubin) // 2],
        "cubin-64-bytes": cubin[:64],
        "cubin-4-bytes": cubin[:4],
        "cubin-trailing-noise": cubin + noise,
        "cubin-not-cuda": cubin[:18] + b"\x3e\x00" + cubin[20:],
        "ptx-half": text[: len(text) // 2],
        "ptx-no-version": text[text.index(b".target") :],
        "ptx-no-target": re.sub(rb"\.target.*\n", b"", text),
        "ptx-syntax-error": text.replace(b"st.global.u32", b"st.nowhere.u32"),
        "ptx-comments-first": b"//\n// Generated by hand\n/* two */\n\n" + text,
        "ptx-target-modifier": text.replace(b"sm_80", b"sm_80, texmode_independent"),
        "ptx-crlf": text.replace(b"\n", b"\r\n"),
        "ptx-byte-order-mark": b"\xef\xbb\xbf" + text,
    }


# --- programs -----------------------------------------------------------------------------------------------

MAIN = """#include <stdio.h>
extern "C" {
int cudaDeviceSynchronize(void); int cudaGetLastError(void); int cudaMalloc(void **, size_t);
int cudaMemcpy(void *, const void *, size_t, int); int cudaMemset(void *, int, size_t);
%(declare)s
}
typedef int (*launch)(unsigned *);
static const struct { const char *name; launch go; } all[] = {%(rows)s};
extern "C" __attribute__((visibility("default"))) int report(int backwards)
{
    const int count = sizeof all / sizeof *all;
    void *out = 0;
    int rc = cudaMalloc(&out, 4);
    if (rc) { printf("setup %%d 0\\n", rc); return 1; }
    for (int n = 0; n < count; n++) {
        const int i = backwards ? count - 1 - n : n;
        unsigned value = 0;
        cudaMemset(out, 0, 4);
        rc = all[i].go((unsigned *)out);
        if (!rc) rc = cudaDeviceSynchronize();
        if (!rc) rc = cudaMemcpy(&value, out, 4, 2);
        cudaGetLastError();
        printf("%%s %%d %%u\\n", all[i].name, rc, value);
        fflush(stdout);
    }
    return 0;
}
"""
ENTRY_POINT = "int main(int argc, char **argv) { (void)argv; return report(argc > 1); }\n"

CUDA_UNIT = """#ifndef __CUDA_ARCH__
#define __CUDA_ARCH__ 0
#endif
%(kernels)s"""
CUDA_UNIT_KERNEL = """
extern "C" __global__ void %(name)s(unsigned *out) { *out = __CUDA_ARCH__ / 10 * 1000 + %(low)d; %(calls)s}
extern "C" int go_%(name)s(unsigned *out) { %(name)s<<<1, 1>>>(out); return cudaGetLastError(); }
"""

# By hand what nvcc's host stub does: the fatbin in .nv_fatbin, its wrapper in .nvFatBinSegment, registration.
HAND_UNIT = """
struct size3 { unsigned x, y, z; };
extern void **__cudaRegisterFatBinary(const void *); extern void __cudaRegisterFatBinaryEnd(void **);
extern void __cudaRegisterFunction(
    void **, const char *, char *, const char *, int, void *, void *, void *, void *, int *);
extern int cudaLaunchKernel(const void *, struct size3, struct size3, void **, unsigned long, void *);
__asm__(".section .nv_fatbin, \\"a\\"\\n.align 8\\nfatbin:\\n.incbin \\"%(fatbin)s\\"\\n.text\\n");
extern const char fatbin[];
static const struct { unsigned magic, version; const void *data; void *more; } wrapper
    __attribute__((section(".nvFatBinSegment"), used)) = {0x466243b1, 1, fatbin, 0};
%(stubs)s
static void __attribute__((constructor)) enrol(void)
{
    void **handle = __cudaRegisterFatBinary(&wrapper);
%(enrol)s
    __cudaRegisterFatBinaryEnd(handle);
}
"""
HAND_STUB = """
static void stub_%(k)s(void) {}
int go_%(k)s(unsigned *out)
{
    struct size3 one = {1, 1, 1}; void *args[] = {&out};
    return cudaLaunchKernel((const void *)stub_%(k)s, one, one, args, 0, 0);
}
"""
HAND_ENROL = '    __cudaRegisterFunction(handle, (const char *)stub_{k}, "{k}", "{k}", -1, 0, 0, 0, 0, 0);'


@dataclass(frozen=True)
class Unit:
    """A translation unit: nvcc flags, or images registered by hand. The kernels are `<unit>_k1`, …"""

    flags: tuple[str, ...] = ()
    images: tuple[Spec, ...] = ()
    kernels: tuple[str, ...] = ("k1",)
    declares: str = ""
    calls: str = ""


def C(*codes: str, kernels: str = "k1", flags: str = "", declares: str = "", calls: str = "") -> Unit:  # noqa: N802
    """A unit that nvcc compiles: `80:sm_80` is -gencode arch=compute_80,code=sm_80."""
    pairs = [f"-gencode=arch=compute_{c.split(':')[0]},code={c.split(':')[1]}" for c in codes]
    return Unit((*pairs, *flags.split()), (), tuple(kernels.split()), declares, calls)


def H(*images: Spec, kernels: str = "k1") -> Unit:  # noqa: N802
    return Unit((), images, tuple(kernels.split()))


@dataclass(frozen=True)
class Program:
    units: tuple[Unit, ...]
    link: tuple[str, ...] = ()  # flags of the device link, if there is one
    shared: bool = False
    nvcc: str = "13.5"


def programs() -> dict[str, Program]:
    def prog(*units: Unit, link: str = "", shared: bool = False, nvcc: str = "13.5") -> Program:
        return Program(units, tuple(link.split()), shared, nvcc)

    rdc = "-rdc=true"
    both = "k1 k2"
    plain_80 = C("80:sm_80", flags=rdc)
    with_ptx = C("80:[sm_80,compute_80]", flags=rdc)
    only_ptx = C("80:compute_80", flags=rdc)
    two_targets = C("80:sm_80", "90:sm_90", flags=rdc)
    caller = {"flags": rdc, "declares": 'extern "C" __device__ void help(unsigned *);\n', "calls": "help(out); "}
    helper = {"flags": rdc, "kernels": "", "declares": 'extern "C" __device__ void help(unsigned *out) { ++*out; }\n'}
    return {
        "sm_90-sm_90": prog(C("90:sm_90"), C("90:sm_90")),
        "sm_90-sm_80": prog(C("90:sm_90"), C("80:sm_80")),
        "sm_90-compute_80": prog(C("90:sm_90"), C("80:compute_80")),
        "compute_120-sm_90": prog(C("120:compute_120"), C("90:sm_90")),
        "no-arch-flag": prog(C(), C()),
        "compute_90-sm_90": prog(C("90:compute_90"), C("90:sm_90")),
        "sm_90a-sm_100a+120a": prog(C("90a:sm_90a"), C("100a:sm_100a", "120a:sm_120a")),
        "three-units": prog(C("80:sm_80", "86:sm_86", "89:sm_89"), C("90:sm_90"), C("90:[sm_90,compute_90]")),
        "sm_120f-sm_90": prog(C("120f:sm_120f"), C("90:sm_90")),
        "through-compute_80": prog(C("80:sm_90"), C("80:sm_80", "90:sm_90")),
        "all-major-sm_89": prog(C(flags="-arch=all-major"), C("89:sm_89")),
        "compressed-size": prog(
            C("90:sm_90", flags="--compress-mode=size"), C("80:sm_80", flags="--compress-mode=size")
        ),
        "concat": prog(C("80:sm_80", "90:sm_90", flags="-Xfatbin=-concat"), C("90:sm_90")),
        "phantom": prog(C("80:sm_80"), C("80:sm_80"), link="-arch=sm_90"),
        "phantom-beside-sm_90": prog(C("80:sm_80"), C("90:sm_90"), link="-arch=sm_90"),
        "rdc-sm_90": prog(C("90:sm_90", flags=rdc), C("90:sm_90", flags=rdc), link="-arch=sm_90"),
        "rdc-sm_80-linked-sm_90": prog(C("80:sm_80", flags=rdc), C("80:sm_80", flags=rdc), link="-arch=sm_90"),
        "rdc-compute_80-linked-sm_90": prog(
            C("80:compute_80", flags=rdc), C("80:compute_80", flags=rdc), link="-arch=sm_90"
        ),
        "rdc-sm_90+sm_80-linked-sm_90": prog(C("90:sm_90", flags=rdc), C("80:sm_80", flags=rdc), link="-arch=sm_90"),
        "rdc-two-targets": prog(
            C("80:sm_80", "90:sm_90", flags=rdc),
            C("80:sm_80", "90:sm_90", flags=rdc),
            link="-gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_90,code=sm_90",
        ),
        "rdc-beside-plain": prog(C("90:sm_90", flags=rdc), C("80:sm_80"), link="-arch=sm_90"),
        # 13.0 writes PTX that driver 580 takes: does a program fall back on its relocatable PTX?
        "no-arch-flag-13.0": prog(C(), C(), nvcc="13.0"),
        "sm_90-compute_80-13.0": prog(C("90:sm_90"), C("80:compute_80"), nvcc="13.0"),
        "rdc-sm_80-linked-sm_80": prog(plain_80, plain_80, link="-arch=sm_80", nvcc="13.0"),
        "rdc-sm_80+ptx-linked-sm_80": prog(with_ptx, with_ptx, link="-arch=sm_80", nvcc="13.0"),
        "rdc-sm_80+ptx-linked-sm_80-13.5": prog(with_ptx, with_ptx, link="-arch=sm_80"),
        "rdc-compute_80-linked-sm_80": prog(only_ptx, only_ptx, link="-arch=sm_80", nvcc="13.0"),
        "rdc-compute_80-linked-sm_90-13.0": prog(only_ptx, only_ptx, link="-arch=sm_90", nvcc="13.0"),
        "rdc-sm_80+ptx-linked-sm_90": prog(with_ptx, with_ptx, link="-arch=sm_90", nvcc="13.0"),
        "rdc-ptx-beside-sm_80-linked-sm_80": prog(with_ptx, plain_80, link="-arch=sm_80", nvcc="13.0"),
        # which of its relocatable images does the driver link anew
        "relink-sm_80+sm_90-linked-sm_80": prog(two_targets, two_targets, link="-arch=sm_80", nvcc="13.0"),
        "relink-sm_90-beside-ptx-linked-sm_80": prog(two_targets, with_ptx, link="-arch=sm_80", nvcc="13.0"),
        "relink-sm_90+ptx-linked-sm_80": prog(
            C("80:sm_80", "90:[sm_90,compute_90]", flags=rdc), with_ptx, link="-arch=sm_80", nvcc="13.0"
        ),
        "relink-compute_120-linked-sm_120": prog(
            C("120:[sm_120,compute_120]", flags=rdc), with_ptx, link="-arch=sm_120", nvcc="13.0"
        ),
        "relink-function-with-ptx": prog(
            C("80:[sm_80,compute_80]", **caller),
            C("80:[sm_80,compute_80]", **helper),
            link="-arch=sm_80",
            nvcc="13.0",
        ),
        "relink-function-without-ptx": prog(
            C("80:[sm_80,compute_80]", **caller), C("80:sm_80", **helper), link="-arch=sm_80", nvcc="13.0"
        ),
        "relink-two-kernels-one-calls": prog(
            C("80:[sm_80,compute_80]", **caller),
            C("80:sm_80", **helper),
            with_ptx,
            link="-arch=sm_80",
            nvcc="13.0",
        ),
        "relink-library": prog(with_ptx, with_ptx, link="-arch=sm_80", nvcc="13.0", shared=True),
        "library-sm_90-sm_80": prog(C("90:sm_90"), C("80:sm_80"), shared=True),
        "hand-sm_90-compute_80": prog(H(S("90")), H(P("80", "7.8"))),
        "hand-jit-all": prog(H(P("75")), H(P("90", "9.0")), H(P("50", "6.3"))),
        "hand-empty-sm_90": prog(H(S("90", kernels=""), P("80")), H(S("90"))),
        "hand-partial": prog(H(S("90"), P("80", kernels=both), kernels=both), H(S("90", kernels=both), kernels=both)),
        "hand-compute_120-sm_90": prog(H(P("120", "8.7")), H(S("90"))),
        "hand-sm_80+86-sm_90": prog(H(S("80"), S("86")), H(S("90", "11.8"))),
        "hand-isa-9.5-and-8.0": prog(H(P("90", "9.5"), P("80", "8.0")), H(P("90", "8.0"), P("80", "9.5"))),
        "hand-sm_90-twice": prog(H(S("90"), S("90")), H(P("90"), P("90"))),
        "hand-sm_90-sm_90a": prog(H(S("90"), S("90a")), H(S("90a"), S("90"))),
        "hand-sm_90-and-empty-unit": prog(H(S("90", "13.0")), H(S("90", kernels=""), kernels="")),
        "hand-compressed": prog(
            H(S("90", compression="zstd")), H(P("80", compression="zstd")), H(P("80", compression="lz4"))
        ),
        "hand-relocatable": prog(H(S("90", relocatable=True)), H(S("90"))),
        "hand-library-jit-and-hole": prog(H(P("80")), H(S("100")), shared=True),
    }


# --- building -----------------------------------------------------------------------------------------------


class Builder:
    def __init__(self, tools: Tools, out: Path) -> None:
        self.tools, self.out = tools, out
        self.cases: list[Case] = []

    def add(self, data: bytes, case: Case) -> None:
        if any(known.id == case.id for known in self.cases):
            raise SystemExit(f"two cases are named {case.id}")
        path = self.out / case.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.cases.append(case)

    def bare(self) -> None:
        for toolkit, targets in BARE_CUBINS.items():
            for target in targets.split():
                self._bare(f"cubin-{toolkit}-sm_{target}", Spec("sass", target, toolkit))
        for pair in BARE_PTX.split():
            target, isa = pair.split("@")
            self._bare(f"ptx-compute_{target}-isa-{isa}", Spec("ptx", target, None, isa))
        for name, spec in BARE_EXTRA.items():
            self._bare(name, spec)

    def _bare(self, name: str, spec: Spec) -> None:
        if spec.kind == "sass":
            data, file = raw_cubin(self.tools, spec, 1), f"bare/{name}.cubin"
            build = f"ptxas {spec.toolkit} {'-c ' if spec.relocatable else ''}-arch=sm_{spec.target}"
        else:
            data = ptx_text(spec.isa or "", spec.target, 1, spec.kernels, spec.extern).encode()
            file, build = f"bare/{name}.ptx", "text"
        group = "bare-cubin" if spec.kind == "sass" else "bare-ptx"
        self.add(data, Case(name, file, group, build, list(spec.kernels) or ["k1"], [spec.described(1)]))

    def fatbins(self) -> None:
        for group, name, specs, question in fatbin_cases():
            images = [image(self.tools, spec, tag) for tag, spec in enumerate(specs, 1)]
            ask = sorted({kernel for spec in specs for kernel in spec.kernels}) or ["k1"]
            described = [spec.described(tag) for tag, spec in enumerate(specs, 1)]
            case = Case(f"{group}/{name}", f"{group}/{name}.fatbin", group, "fatbin_writer", ask, described)
            case.question = question
            self.add(fw.fatbin(*images), case)

    def nvcc(self) -> None:
        for name, flags in nvcc_cases().items():
            data = self.tools.nvcc("unit.cu", NVCC_SOURCE, *flags, "-fatbin", out="out.fatbin")
            build = " ".join(["nvcc 13.5", *flags, "-fatbin"])
            self.add(data, Case(f"nvcc/{name}", f"nvcc/{name}.fatbin", "nvcc", build, ["k1"]))

    def nvfatbin(self) -> None:
        compiler = RuntimeCompiler()
        for name, targets in nvfatbin_cases().items():
            images = [(target, compiler.compiled(NVCC_SOURCE, target)) for target in targets]
            build = "NVRTC and nvFatbin 12.8: " + " ".join(targets)
            case = Case(f"nvfatbin/{name}", f"nvfatbin/{name}.fatbin", "nvfatbin", build, ["k1"])
            self.add(compiler.packed(images), case)

    def outside(self) -> None:
        for name, data, build in outside_cases(RuntimeCompiler()):
            data = data.rstrip(b"\0") if name.startswith("compute") else data
            end = "ptx" if name.startswith("compute") else "cubin"
            self.add(data, Case(f"outside/{name}", f"outside/{name}.{end}", "outside", build, ["k1", "k2"]))

    def concatenated(self) -> None:
        """nvcc 13.5's concatenated entry beside PTX and machine code that driver 580 knows."""
        concat = (self.out / "nvcc/concat-sm_80+sm_90.fatbin").read_bytes()
        for name, spec in (("compute_80", P("80")), ("sm_90", S("90"))):
            data = fw.fatbin(*fw.entries_of(concat), image(self.tools, spec, 2))
            build = "nvcc 13.5 -Xfatbin=-concat (sm_80, sm_90), then fatbin_writer"
            case = Case(f"kind/kind-0x100+{name}", f"kind/kind-0x100+{name}.fatbin", "kind", build, ["k1"])
            self.add(data, case)

    def damaged(self) -> None:
        def fat(*specs: Spec) -> bytes:
            return fw.fatbin(*(image(self.tools, spec, tag) for tag, spec in enumerate(specs, 1)))

        cubin = raw_cubin(self.tools, S("90"), 1)
        text = ptx_text("8.0", "80", 1, ("k1",)).encode()
        zstd, lz4 = fat(S("90", compression="zstd")), fat(S("90", compression="lz4"))
        files = damaged_cases(fat(S("90")), fat(S("80"), S("90")), cubin, text, zstd, lz4)
        for name, data in files.items():
            self.add(data, Case(f"damaged/{name}", f"damaged/{name}.bin", "damaged", "see build_cases.py", ["k1"]))

    def programs(self) -> None:
        for name, program in programs().items():
            self._program(name, program)

    def _program(self, name: str, program: Program) -> None:
        tools, objects, device, builds = self.tools, [], [], []
        names: list[str] = []
        units: dict[str, list[dict[str, object]]] = {}
        for index, unit in enumerate(program.units):
            letter = "abc"[index]
            kernels = [f"{letter}_{kernel}" for kernel in unit.kernels]
            names += kernels
            target = f"{letter}.o"
            if unit.images:
                units[letter] = self._hand_unit(letter, kernels, unit)
                tools.run("gcc", "-O1", "-fPIC", "-w", "-c", f"{letter}.c", "-o", target)
                builds.append(f"{letter}: by hand")
            else:
                body = unit.declares + "".join(
                    CUDA_UNIT_KERNEL % {"name": k, "low": (index + 1) * 10 + int(k[-1]), "calls": unit.calls}
                    for k in kernels
                )
                flags = (*unit.flags, "-O1", "-Xcompiler=-fPIC", "-c")
                text = CUDA_UNIT % {"kernels": body}
                tools.nvcc(f"{letter}.cu", text, *flags, out=target, version=program.nvcc)
                builds.append(f"{letter}: nvcc {program.nvcc} {' '.join(unit.flags)}".rstrip())
                device.append(target)
            objects.append(target)
        if program.link:
            flags = (*program.link, "-cudadevrt", "none", "-Xcompiler=-fPIC")
            tools.run(f"cuda-{program.nvcc}/bin/nvcc", *flags, "-dlink", *device, "-o", "link.o")
            objects.append("link.o")
            builds.append(f"link: nvcc {program.nvcc} -dlink {' '.join(program.link)}")
        rows = ", ".join(f'{{"{k}", go_{k}}}' for k in names)
        declare = "".join(f"int go_{k}(unsigned *);" for k in names)
        text = MAIN % {"rows": rows, "declare": declare} + ("" if program.shared else ENTRY_POINT)
        (tools.scratch / "main.cpp").write_text(text)
        tools.run("g++", "-O1", "-fPIC", "-c", "main.cpp")
        file = f"program/{name}.so" if program.shared else f"program/{name}"
        flags = ("-shared",) if program.shared else ()
        cudart = "cuda-13.5/lib/libcudart.so.13"
        tools.run("g++", *flags, "-s", "-o", "program", "main.o", *objects, "-Wl,--as-needed", cudart)
        case = Case(f"program/{name}", file, "program", "; ".join(builds), names, units=units or None)
        self.add((tools.scratch / "program").read_bytes(), case)
        (self.out / file).chmod(0o755)

    def _hand_unit(self, letter: str, kernels: list[str], unit: Unit) -> list[dict[str, object]]:
        # the kernels of an image are named after the unit that holds it
        specs = [replace(s, kernels=tuple(f"{letter}_{k}" for k in s.kernels)) for s in unit.images]
        images = [image(self.tools, spec, tag) for tag, spec in enumerate(specs, 1)]
        (self.tools.scratch / f"{letter}.fatbin").write_bytes(fw.fatbin(*images))
        stubs = "".join(HAND_STUB % {"k": kernel} for kernel in kernels)
        enrol = "\n".join(HAND_ENROL.format(k=kernel) for kernel in kernels)
        source = HAND_UNIT % {"fatbin": f"{letter}.fatbin", "stubs": stubs, "enrol": enrol}
        (self.tools.scratch / f"{letter}.c").write_text(source)
        return [spec.described(tag) for tag, spec in enumerate(specs, 1)]

    def check_no_paths(self, *private: Path) -> None:
        """No file may carry a folder of the machine that built it."""
        for case in self.cases:
            data = (self.out / case.file).read_bytes()
            for path in private:
                if str(path).encode() in data:
                    raise SystemExit(f"{case.file} holds the path {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--toolkits", type=Path, default=ROOT / ".toolchain", metavar="DIR")
    args = parser.parse_args()
    out: Path = args.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    tools = Tools(args.toolkits.resolve(), out / "scratch")
    builder = Builder(tools, out / "cases")
    steps: list[Callable[[], None]] = [
        builder.bare,
        builder.fatbins,
        builder.nvcc,
        builder.nvfatbin,
        builder.outside,
        builder.concatenated,
        builder.damaged,
        builder.programs,
    ]
    for step in steps:
        before = len(builder.cases)
        step()
        print(f"{step.__name__}: {len(builder.cases) - before} cases", file=sys.stderr)
    builder.check_no_paths(ROOT, out, tools.home, args.toolkits.resolve(), Path.home())
    (out / "lib").mkdir()
    shutil.copy(tools.home / "lib/libcudart.so.13", out / "lib")
    shutil.rmtree(out / "scratch")
    rows = [{k: v for k, v in asdict(case).items() if v is not None} for case in builder.cases]
    (out / "cases.json").write_text(json.dumps({"cases": rows}, indent=1) + "\n")
    print(f"{len(rows)} cases in {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
