"""Beside NVIDIA's cuobjdump 13.5, on real files of every container: equal where it is right.

Where it is wrong, the fault is asserted as narrowly as it can be: the day it is mended, a test here says so.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import BinaryArtifact, Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import CodeKind
from tests.artifacts.binaries.test_read_binary import DATA, pe_image, with_section
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.shared_build import BuildOnce

SOURCE = """
extern "C" __global__ void scale(float *p) { p[threadIdx.x] *= 2; }
template <class T> __global__ void add(T *p) { p[threadIdx.x] += 1; }
template __global__ void add<float>(float *);
int use(float *p) { scale<<<1, 1>>>(p); add<<<1, 1>>>(p); return 0; }
int main() { return use(nullptr); }
"""
TARGETS = (
    "-gencode=arch=compute_80,code=[sm_80,compute_80]",
    "-gencode=arch=compute_90a,code=sm_90a",
    "-gencode=arch=compute_100f,code=[sm_100f,compute_100f]",
)
# what nvcc makes of it: name -> flags
COMPILED = {
    "plain.fatbin": (*TARGETS, "-fatbin"),
    "small.fatbin": (*TARGETS, "-fatbin", "--compress-mode=size"),
    "sm_90a.cubin": ("-arch=sm_90a", "-cubin"),
    "unit.o": (*TARGETS, "-Xcompiler=-fPIC", "-c"),
    "relocatable.o": (*TARGETS, "-Xcompiler=-fPIC", "-dc"),
    "compressed.o": (*TARGETS, "--compress-mode=size", "-c"),
    "debug.o": ("-arch=sm_80", "-G", "-c"),
}
# and of those objects: name -> object and flags
LINKED = {
    "program": ("unit.o",),
    "library.so": ("unit.o", "-shared"),
    "library.a": ("unit.o", "-lib"),
    "relocatable-program": ("relocatable.o", *TARGETS),
    "relocatable-library.so": ("relocatable.o", *TARGETS, "-shared"),
    "relocatable-library.a": ("relocatable.o", "-lib"),
}
MADE = (*COMPILED, *LINKED)
_CODE = {CodeKind.SASS: "elf", CodeKind.PTX: "ptx"}
_HEAD = re.compile(r"^Fatbin (\w+) code:$", re.MULTILINE)


@pytest.fixture(scope="module")
def made(build_once: BuildOnce) -> Path:
    return build_once("cuobjdump", compile_all)


def compile_all(folder: Path) -> None:
    toolchain.require_cuobjdump()
    for name, flags in COMPILED.items():
        toolchain.nvcc(folder, SOURCE, *flags, out=name)
    for name, flags in LINKED.items():
        toolchain.run(toolchain.require_nvcc(), *flags, "-o", name, cwd=folder)


def read(path: Path) -> BinaryArtifact:
    result = read_paths([str(path)], kernels=True)
    assert result.not_read == ()
    (artifact,) = result.artifacts
    return artifact


def images(path: Path, *registrations: Registration) -> list[FatbinEntry]:
    wanted = registrations or (Registration.REGISTERED,)
    return [e for m in read(path).modules if m.registration in wanted for e in m.entries if e.kind in _CODE]


def cuobjdump(path: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    tool = toolchain.require_cuobjdump()
    return subprocess.run([tool, *flags, path], capture_output=True, text=True, timeout=60)


def listed(path: Path, *flags: str) -> list[tuple[str, str, str | None, bool]]:
    """(elf or ptx, target, PTX ISA, compressed) of every image, as the default listing says."""
    text = cuobjdump(path, *flags).stdout
    heads = list(_HEAD.finditer(text))
    found = []
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)], strict=True):
        block = text[head.end() : end]
        arch = re.search(r"^arch = sm_(\w+)$", block, re.MULTILINE)
        version = re.search(r"^code version = \[(\d+),(\d+)\]$", block, re.MULTILINE)
        assert arch is not None
        assert version is not None
        isa = f"{version[1]}.{version[2]}" if head[1] == "ptx" else None
        found.append((head[1], arch[1], isa, "\ncompressed\n" in block))
    return found


def ours(entries: list[FatbinEntry]) -> list[tuple[str, str, str | None, bool]]:
    return [
        (
            _CODE[entry.kind],
            entry.target.arch if entry.target else "",
            str(entry.ptx_isa) if entry.ptx_isa else None,
            entry.compression is not Compression.NONE,
        )
        for entry in entries
    ]


def names_listed(path: Path, *flags: str) -> list[str]:
    """The targets in the lines of --list-elf or --list-ptx, in order."""
    return re.findall(r"^(?:ELF|PTX) file +\d+: .*\.sm_(\w+)\.(?:cubin|ptx)$", cuobjdump(path, *flags).stdout, re.M)


FATBINS = [name for name in MADE if name not in ("sm_90a.cubin", "relocatable.o", "relocatable-library.a")]


@pytest.mark.parametrize("name", FATBINS)
def test_the_default_listing_is_ours(made: Path, name: str) -> None:
    """Kind, target with its suffix, PTX ISA and compression of every registered image, in order."""
    found = ours(images(made / name))
    assert found == listed(made / name)
    assert found or name.startswith("relocatable")


@pytest.mark.parametrize("name", [name for name in MADE if name != "sm_90a.cubin"])
def test_with_all_of_it_relocatable_code_too(made: Path, name: str) -> None:
    every = images(made / name, Registration.REGISTERED, Registration.RELOCATABLE)
    assert Counter(ours(every)) == Counter(listed(made / name, "-all"))
    assert every


@pytest.mark.parametrize("name", FATBINS)
def test_the_kernels_of_every_image(made: Path, name: str) -> None:
    text = cuobjdump(made / name, "-res-usage").stdout
    blocks = re.split(r"^Fatbin elf code:$", text, flags=re.MULTILINE)[1:]
    theirs = [set(re.findall(r"^ Function (\w+):$", _HEAD.split(block)[0], re.MULTILINE)) for block in blocks]
    assert theirs == [set(e.kernels or ()) for e in images(made / name) if e.kind is CodeKind.SASS]


def test_a_bare_cubin(made: Path) -> None:
    path = made / "sm_90a.cubin"
    (entry,) = images(path)
    first = cuobjdump(path, "-elf").stdout.splitlines()
    assert any("sm=90a" in line and f"toolkit={toolchain.NVCC_RELEASE}" in line for line in first), first[:5]
    assert (str(entry.target), str(entry.toolkit)) == ("sm_90a", toolchain.NVCC_RELEASE)


@pytest.mark.parametrize("compression", ["none", "zlib", "lz4", "lz4-frame", "zstd"])
def test_every_way_to_store_an_image(tmp_path: Path, compression: str) -> None:
    text = toolchain.ptx_text("8.0", "80")
    cubin = toolchain.ptxas(tmp_path, "12.8", text, "80")
    path = tmp_path / "made.fatbin"
    path.write_bytes(fw.fatbin(fw.sass(cubin, compression=compression), fw.ptx(text, compression=compression)))
    assert ours(images(path)) == listed(path)
    theirs = re.findall(r"^ Function (\w+):$", cuobjdump(path, "-res-usage").stdout, re.MULTILINE)
    assert all(set(e.kernels or ()) == set(theirs) == {"k1", "k2"} for e in images(path))


@pytest.mark.parametrize("release", ["11.8", "12.8"])
def test_code_of_older_releases(tmp_path: Path, release: str) -> None:
    isa = {"11.8": "7.8", "12.8": "8.7"}[release]
    targets = {"11.8": ("50", "75", "86", "90"), "12.8": ("52", "90a", "100", "120a")}[release]
    made = [toolchain.ptxas(tmp_path, release, toolchain.ptx_text(isa, target), target) for target in targets]
    packed = [fw.sass(cubin, target.lstrip("0123456789")) for cubin, target in zip(made, targets, strict=True)]
    path = tmp_path / "made.fatbin"
    path.write_bytes(fw.fatbin(*packed))
    assert ours(images(path)) == listed(path)
    assert [e.target.arch for e in images(path) if e.target] == list(targets)


# -- where cuobjdump 13.5.37 is wrong, and how


@pytest.mark.parametrize("name", ["plain.fatbin", "program", "library.so", "unit.o"])
def test_list_elf_drops_the_f_and_nothing_else(made: Path, name: str) -> None:
    sass = [e.target.arch for e in images(made / name) if e.kind is CodeKind.SASS and e.target]
    theirs = names_listed(made / name, "--list-elf")
    assert "100f" in sass
    assert theirs != sass
    assert theirs == [arch.removesuffix("f") for arch in sass]
    ptx = [e.target.arch for e in images(made / name) if e.kind is CodeKind.PTX and e.target]
    assert names_listed(made / name, "--list-ptx") == ptx


def test_relocatable_code_is_left_out_unless_asked_for(made: Path) -> None:
    path = made / "relocatable-library.so"
    hidden = [e for e in images(path, Registration.RELOCATABLE) if e.kind is CodeKind.SASS]
    assert hidden
    counts = [len(names_listed(path, "--list-elf", *flags)) for flags in ((), ("-all",))]
    assert counts[1] - counts[0] == len(hidden)


def test_code_outside_the_two_sections_is_not_seen(tmp_path: Path) -> None:
    fatbin = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
    path = with_section(tmp_path, ".elsewhere", fatbin)
    assert "does not contain device code" in cuobjdump(path, "-all").stderr
    assert len(images(path, Registration.STRAY)) == 1
    path = with_section(tmp_path, ".nv_fatbin", fatbin)
    assert ours(images(path)) == listed(path)


def _windows(folder: Path) -> Path:
    fatbin = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
    path = folder / "x.dll"
    path.write_bytes(pe_image((b".nv_fatb", fatbin, DATA)))
    return path


def _text(folder: Path) -> Path:
    path = folder / "x.ptx"
    path.write_text(toolchain.ptx_text("8.0", "80"))
    return path


def _wheel(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.whl", "w") as wheel:
        wheel.writestr("x.fatbin", fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80"))))
    return folder / "x.whl"


@pytest.mark.parametrize("make", [_windows, _text, _wheel])
def test_files_it_does_not_read_at_all(tmp_path: Path, make: object) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    done = cuobjdump(path)
    assert (done.returncode, done.stdout) == (255, "")
    assert "does not contain device code" in done.stderr
    assert [str(e.target) for e in images(path)] == ["compute_80"]


def test_one_architecture_that_it_has_dropped_ends_its_list(tmp_path: Path) -> None:
    """catboost and PyTorch 1.7 ship sm_35 and sm_37: not a line of them, or of what lies behind them."""
    cubins = [
        toolchain.ptxas(tmp_path, "11.8", toolchain.ptx_text("7.8", target), target) for target in ("37", "80", "90")
    ]
    path = tmp_path / "made.fatbin"
    path.write_bytes(fw.fatbin(*(fw.sass(cubin) for cubin in cubins)))
    done = cuobjdump(path, "--list-elf")
    assert done.returncode == 1
    assert names_listed(path, "--list-elf") == []
    assert [str(e.target) for e in images(path)] == ["sm_37", "sm_80", "sm_90"]


def test_one_bad_image_ends_its_list(tmp_path: Path) -> None:
    text = toolchain.ptx_text("8.0", "80")
    good, bad = fw.ptx(text), bytearray(fw.entry(fw.ptx(text, compression="zstd")))
    bad[-24:-8] = b"\xff" * 16
    path = tmp_path / "made.fatbin"
    path.write_bytes(fw.fatbin(bytes(bad), good))
    assert cuobjdump(path, "--list-ptx").returncode != 0
    result = read_paths([str(path)], kernels=True)
    (module,) = result.artifacts[0].modules
    assert [e.kernels for e in module.entries] == [None, ("k1", "k2")]
    assert module.damage is not None
    assert result.not_read != ()


def test_lto_ir_has_no_listing(made: Path, tmp_path: Path) -> None:
    path = toolchain.nvcc(tmp_path, SOURCE, "-gencode=arch=compute_80,code=lto_80", "-dc", out="lto.o")
    for flags in (("--list-elf", "-all"), ("--list-ptx", "-all")):
        assert names_listed(path, *flags) == []
    modules: tuple[DeviceModule, ...] = read(path).modules
    assert [str(e.target) for m in modules for e in m.entries] == ["lto_80"]
