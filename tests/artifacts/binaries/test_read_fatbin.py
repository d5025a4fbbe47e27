"""Fatbins that real compilers made: what is read equals what they were asked for, and what cuobjdump says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import BinaryArtifact, Compression, FatbinEntry, Registration
from cudacompat.domain.words.target import CodeKind
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

SOURCE = """
extern "C" __global__ void scale(float *p) { p[threadIdx.x] *= 2; }
template <class T> __global__ void add(T *p) { p[threadIdx.x] += 1; }
template __global__ void add<float>(float *);
template __global__ void add<int>(int *);
"""
KERNELS = {"scale", "_Z3addIfEvPT_", "_Z3addIiEvPT_"}

ALL_TARGETS = (
    "75",
    "80",
    "86",
    "87",
    "89",
    "90",
    "90a",
    "100a",
    "100f",
    "103",
    "110f",
    "120",
    "120a",
    "121f",
)


def read(path: Path, *, kernels: bool = True) -> BinaryArtifact:
    result = read_paths([str(path)], kernels=kernels)
    assert result.not_read == ()
    (artifact,) = result.artifacts
    return artifact


def entries(path: Path) -> list[FatbinEntry]:
    return [entry for module in read(path).modules for entry in module.entries]


def written(folder: Path, data: bytes, name: str = "made") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def cuobjdump_says(path: Path) -> list[tuple[str, str, bool]]:
    """(kind, target, compressed) of every image, in order, of the listing that keeps the `f`."""
    text = toolchain.run(toolchain.require_cuobjdump(), "-all", path)
    found = []
    outer = False
    for block in re.split(r"\n\s*Fatbin ", text)[1:]:
        kind = block.split(" code:")[0]
        compressed = "compressed" in block.split("=\n", 1)[1]
        if kind == "concatenated entry":
            outer = compressed
            continue
        arch = re.search(r"arch = sm_(\w+)", block)
        assert arch is not None, block
        inner = block.startswith(f"{kind} code:\n\t")
        found.append((kind, arch[1], compressed or (inner and outer)))
    return found


def as_cuobjdump(found: list[FatbinEntry]) -> list[tuple[str, str, bool]]:
    names = {CodeKind.SASS: "elf", CodeKind.PTX: "ptx"}
    return [
        (names[e.kind], e.target.arch if e.target else "", e.compression is not Compression.NONE)
        for e in found
        if e.kind in names
    ]


@pytest.mark.parametrize("mode", ["default", "size", "speed", "none"])
def test_nvcc_gives_what_it_was_asked_for(tmp_path: Path, mode: str) -> None:
    targets = ALL_TARGETS if mode == "default" else ("80", "90a", "100f", "121f")
    flags = [f"-gencode=arch=compute_{arch},code=sm_{arch}" for arch in targets]
    flags += ["-gencode=arch=compute_80,code=compute_80", "-gencode=arch=compute_120f,code=compute_120f"]
    path = toolchain.nvcc(tmp_path, SOURCE, *flags, f"--compress-mode={mode}", "-fatbin", out="out.fatbin")
    found = entries(path)
    sass = [e for e in found if e.kind is CodeKind.SASS]
    ptx = [e for e in found if e.kind is CodeKind.PTX]
    assert {str(e.target) for e in sass} == {f"sm_{arch}" for arch in targets}
    assert {str(e.target) for e in ptx} == {"compute_80", "compute_120f"}
    assert {str(e.ptx_isa) for e in ptx} == {toolchain.NVCC_ISA}
    assert all(set(e.kernels or ()) == KERNELS for e in found)
    stored = {
        "default": ("none", "zstd"),
        "size": ("zstd", "zstd"),
        "speed": ("none", "lz4"),
        "none": ("none", "none"),
    }
    assert ({e.compression.value for e in sass}, {e.compression.value for e in ptx}) == tuple(
        {one} for one in stored[mode]
    )
    assert all((e.uncompressed_size is None) == (e.compression is Compression.NONE) for e in found)
    assert {str(e.toolkit) for e in sass if e.target and e.target.number >= 100} == {toolchain.NVCC_RELEASE}
    assert as_cuobjdump(found) == cuobjdump_says(path)


def test_concatenated_images_are_told_apart(tmp_path: Path) -> None:
    targets = ("80", "90a", "100", "103")
    flags = [f"-gencode=arch=compute_{arch},code=sm_{arch}" for arch in targets]
    path = toolchain.nvcc(tmp_path, SOURCE, "--concat", *flags, "-fatbin", out="out.fatbin")
    raw = path.read_bytes()
    assert fw.Kind.CONCATENATED in {int.from_bytes(e[:2], "little") for e in fw.entries_of(raw)}
    found = entries(path)
    assert {str(e.target) for e in found if e.kind is CodeKind.SASS} == {f"sm_{arch}" for arch in targets}
    assert all(set(e.kernels or ()) == KERNELS for e in found)
    assert as_cuobjdump(found) == cuobjdump_says(path)
    assert sum(e.size for e in found) <= len(raw)


def test_lto_code_is_listed_and_its_kernels_are_not_read(tmp_path: Path) -> None:
    path = toolchain.nvcc(tmp_path, SOURCE, "-gencode=arch=compute_100f,code=lto_100f", "-dc", "-fatbin", out="o")
    (entry,) = entries(path)
    assert (str(entry.target), entry.kind, entry.kernels) == ("lto_100f", CodeKind.LTO_IR, None)
    assert entry.kernels_why == "LTO-IR is not readable"


@pytest.mark.parametrize("mode", ["size", "none"])
def test_a_bare_fatbin_for_the_linker_tells_what_it_lacks(tmp_path: Path, mode: str) -> None:
    """The driver loads it like any other as long as it lacks nothing (tests/data/h200)."""
    flags = ("-gencode=arch=compute_90,code=[sm_90,compute_90]", f"--compress-mode={mode}", "-fatbin", "-dc")
    (module,) = read(toolchain.nvcc(tmp_path, SOURCE, *flags, out="whole")).modules
    assert [(module.registration, entry.unresolved) for entry in module.entries] == [(Registration.REGISTERED, ())] * 2
    source = SOURCE + 'extern "C" __device__ int f(int);\n__global__ void k(int *p) { *p = f(*p); }\n'
    (module,) = read(toolchain.nvcc(tmp_path, source, *flags, out="lacking")).modules
    assert [entry.unresolved for entry in module.entries] == [("f",)] * 2


@pytest.mark.parametrize(
    ("release", "isa", "targets"),
    [
        ("11.8", "7.8", ("35", "52", "61", "70", "75", "80", "86", "89", "90")),
        ("12.8", "8.7", ("52", "70", "80", "90", "90a", "100", "100a", "101", "120", "120a")),
        (
            toolchain.NVCC_RELEASE,
            toolchain.NVCC_ISA,
            ("75", "80", "89", "90", "90a", "100", "100a", "100f", "103f", "120", "121a"),
        ),
    ],
)
def test_every_toolkits_cubins_in_a_fatbin(tmp_path: Path, release: str, isa: str, targets: tuple[str, ...]) -> None:
    images = []
    for target in targets:
        text = toolchain.ptx_text(isa, target)
        images.append(("elf", target, toolchain.ptxas(tmp_path, release, text, target)))
    if release == "11.8":  # the fatbinary of 13.5 refuses sm_35
        data = fw.fatbin(*(fw.sass(cubin) for _, _, cubin in images))
    else:
        data = toolchain.fatbinary(tmp_path, *images)
    found = entries(written(tmp_path, data))
    assert [str(e.target) for e in found] == [f"sm_{target}" for target in targets]
    assert all(set(e.kernels or ()) == {"k1", "k2"} for e in found)
    said = {str(e.toolkit) for e in found if e.toolkit}
    # 12.8 and 12.9 write the same attributes from sm_100 on, 13.x says nothing below it: then nothing is claimed
    assert said == {release}


@pytest.mark.parametrize("options", [("-64",), ("-64", "-compress-all"), ("-64", "-compress=false")])
def test_fatbins_of_nvfatbin_12(tmp_path: Path, options: tuple[str, ...]) -> None:
    toolchain.require_nvfatbin()
    text = toolchain.ptx_text("8.7", "90a")
    cubin = toolchain.ptxas(tmp_path, "12.8", text, "90a")
    data = toolchain.nvfatbin([("elf", "90a", cubin), ("ptx", "90a", text.encode() + b"\0")], options)
    path = written(tmp_path, data)
    found = entries(path)
    assert {str(e.target) for e in found} == {"sm_90a", "compute_90a"}
    assert all(set(e.kernels or ()) == {"k1", "k2"} for e in found)
    assert as_cuobjdump(found) == cuobjdump_says(path)


@pytest.mark.parametrize("compression", ["none", "zlib", "lz4", "lz4-frame", "zstd"])
def test_every_way_of_compressing(tmp_path: Path, compression: str) -> None:
    text = toolchain.ptx_text("8.0", "80") + "// " + "x" * 5000
    (entry,) = entries(written(tmp_path, fw.fatbin(fw.ptx(text, compression=compression))))
    assert entry.kernels == ("k1", "k2")
    assert entry.compression.value == compression.removesuffix("-frame")
    assert entry.uncompressed_size == (None if compression == "none" else len(text) + 1)


def test_several_fatbins_in_one_file(tmp_path: Path) -> None:
    one = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
    artifact = read(written(tmp_path, one + bytes(8) + one + one + bytes(120)))
    assert [module.offset for module in artifact.modules] == [0, len(one) + 8, 2 * len(one) + 8]
    assert (artifact.format, artifact.linked) == ("fatbin", False)


def test_an_empty_fatbin_is_a_module_without_entries(tmp_path: Path) -> None:
    (module,) = read(written(tmp_path, fw.header(0))).modules
    assert (module.entries, module.damage) == ((), None)


@pytest.mark.parametrize(
    ("kind", "expected", "target"),
    [
        (fw.Kind.OLD_CUBIN, CodeKind.UNKNOWN, None),
        (fw.Kind.UNFINALIZED, CodeKind.UNKNOWN, None),
        (fw.Kind.INDEX, CodeKind.UNKNOWN, None),
        (0x200, CodeKind.UNKNOWN, None),
        (fw.Kind.TILE_IR, CodeKind.TILE_IR, "tile_100"),
    ],
)
def test_kinds_that_are_not_judged(tmp_path: Path, kind: int, expected: CodeKind, target: str | None) -> None:
    good = fw.ptx(toolchain.ptx_text("8.0", "80"))
    odd = good.but(kind=kind, arch=100, version=(0x0D05, 0))
    first, second = entries(written(tmp_path, fw.fatbin(odd, good)))
    assert (first.kind, str(first.target) if first.target else None) == (expected, target)
    assert first.kernels is None
    assert first.kernels_why
    assert str(second.target) == "compute_80"
    if kind == fw.Kind.TILE_IR:
        assert str(first.toolkit) == toolchain.NVCC_RELEASE


def test_relocatable_ptx_is_ptx(tmp_path: Path) -> None:
    image = fw.ptx(toolchain.ptx_text("8.0", "80")).but(kind=fw.Kind.RELOCATABLE_PTX)
    (module,) = read(written(tmp_path, fw.fatbin(image))).modules
    assert module.registration is Registration.REGISTERED
    assert (module.entries[0].kind, str(module.entries[0].target)) == (CodeKind.PTX, "compute_80")


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_a_header_that_contradicts_its_image_is_damage(tmp_path: Path, compression: str) -> None:
    text = toolchain.ptx_text("8.0", "80")
    cubin = toolchain.ptxas(tmp_path, "12.8", text, "80")
    for image, why in (
        (
            fw.ptx(text, compression=compression).but(arch=75),
            "image 1 is labeled compute_75 but its text is compute_80",
        ),
        (
            fw.ptx(text, compression=compression, suffix="a"),
            "image 1 is labeled compute_80a but its text is compute_80",
        ),
        (fw.sass(cubin, arch=90, compression=compression), "image 1 is labeled sm_90 but contains a cubin for sm_80"),
    ):
        result = read_paths([str(written(tmp_path, fw.fatbin(image)))], kernels=True)
        assert [module.damage for module in result.artifacts[0].modules] == [why]
    assert read(written(tmp_path, fw.fatbin(fw.ptx(text, compression=compression)))).modules[0].damage is None


def test_the_text_says_which_ptx_it_is(tmp_path: Path) -> None:
    image = fw.ptx(toolchain.ptx_text("8.4", "80")).but(version=(9, 5))
    path = written(tmp_path, fw.fatbin(image))
    assert [str(entry.ptx_isa) for entry in entries(path)] == ["8.4"]
    (entry,) = read(path, kernels=False).modules[0].entries
    assert str(entry.ptx_isa) == "9.5"


def test_of_several_fatbins_in_a_file_the_first_counts(tmp_path: Path) -> None:
    one, two = (fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", target))) for target in ("80", "90"))
    artifact = read(written(tmp_path, one + bytes(16) + two + one))
    stray = Registration.STRAY
    assert [module.registration for module in artifact.modules] == [Registration.REGISTERED, stray, stray]


@pytest.mark.parametrize("suffix", ["a", "f"])
def test_a_suffix_that_the_header_leaves_out_is_what_the_text_says(tmp_path: Path, suffix: str) -> None:
    text = f".version 8.8\n.target sm_100{suffix}\n.visible .entry k() {{ ret; }}\n"
    path = tmp_path / "x.fatbin"
    path.write_bytes(fw.fatbin(fw.ptx(text).but(suffix="")))
    result = read_paths([str(path)], kernels=True)
    (entry,) = result.artifacts[0].modules[0].entries
    assert (str(entry.target), result.not_read) == (f"compute_100{suffix}", ())
    assert str(entry.header_target) == "compute_100"


def test_a_header_that_contradicts_its_cubin_is_damage(tmp_path: Path) -> None:
    cubin = toolchain.ptxas(tmp_path, "12.8", toolchain.ptx_text("8.0", "80"), "80")
    path = written(tmp_path, fw.fatbin(fw.sass(cubin, arch=90)))
    result = read_paths([str(path)], kernels=False)
    (module,) = result.artifacts[0].modules
    assert str(module.entries[0].target) == "sm_90"
    assert module.damage == "image 1 is labeled sm_90 but contains a cubin for sm_80"
    assert "sm_80" in result.not_read[0].why


def test_obfuscated_ptx_has_no_kernels_that_we_know(tmp_path: Path) -> None:
    data = bytearray(fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")).but(payload=b"\x93" * 64)))
    data[16 + 0x30] = 7  # the key
    (entry,) = entries(written(tmp_path, bytes(data)))
    assert (entry.kernels, entry.kernels_why) == (None, "obfuscated")


def test_a_claim_to_inflate_into_gigabytes_is_not_followed(tmp_path: Path) -> None:
    data = bytearray(fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80"), compression="zstd")))
    data[16 + 0x38 : 16 + 0x40] = (8 << 30).to_bytes(8, "little")
    (entry,) = entries(written(tmp_path, bytes(data)))
    assert entry.kernels is None
    assert entry.kernels_why
    assert entry.kernels_why.startswith("too large")


def test_a_fatbin_from_before_cuda_6_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\x01\x5a\xe5\x1e" + bytes(100))
    result = read_paths([str(path)], kernels=False)
    assert (result.artifacts, result.barren) == ((), ())
    assert "before CUDA 6" in result.not_read[0].why
