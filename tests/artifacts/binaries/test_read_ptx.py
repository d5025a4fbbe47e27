"""PTX text: found by what it says, never fooled by comments and strings."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.artifacts.binaries import ptx
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import FatbinEntry, ReadResult
from cudacompat.domain.words.target import CodeKind
from tests.helpers import toolchain
from tests.helpers.each_row import each_case

HEAD = ".version 8.0\n.target sm_90a\n.address_size 64\n"


def result_of(folder: Path, text: str | bytes) -> ReadResult:
    path = folder / "any.name"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_paths([str(path)], kernels=True)


def entry_of(folder: Path, text: str | bytes) -> FatbinEntry:
    (artifact,) = result_of(folder, text).artifacts
    (module,) = artifact.modules
    (entry,) = module.entries
    return entry


def test_version_target_and_kernels(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, HEAD + ".visible .entry k(){ret;}")
    assert (entry.kind, str(entry.target), str(entry.ptx_isa)) == (CodeKind.PTX, "compute_90a", "8.0")
    assert entry.kernels == ("k",)


@pytest.mark.parametrize("target", ["75", "90a", "100f", "120"])
def test_ptx_of_nvcc(tmp_path: Path, target: str) -> None:
    path = toolchain.nvcc(tmp_path, "__global__ void k() {}", f"-arch=compute_{target}", "-ptx", out="o")
    entry = entry_of(tmp_path, path.read_bytes())
    assert (str(entry.target), str(entry.ptx_isa), entry.kernels) == (
        f"compute_{target}",
        toolchain.NVCC_ISA,
        ("_Z1kv",),
    )


@pytest.mark.parametrize(
    "before",
    ["", "\n\n", "// a comment\n", "/* two\nlines */\n", "\r\n//\r\n", "//" + "x" * 60000 + "\n"],
)
def test_what_may_stand_before_the_version(tmp_path: Path, before: str) -> None:
    assert str(entry_of(tmp_path, before + HEAD).target) == "compute_90a"


@pytest.mark.parametrize(
    "text",
    [
        "// .version 8.0\nint main() {}",
        ".section .text\n.version 8.0",
        "",
        "\n",
        "/* .version 8.0",
        ".versions 8.0",
        "x",
    ],
)
def test_what_is_no_ptx(tmp_path: Path, text: str) -> None:
    result = result_of(tmp_path, text)
    assert (result.artifacts, result.not_read, result.without_code) == ((), (), 1)


@each_case(
    ("body", "kernels"),
    [
        ("", ()),
        (".entry a(){}", ("a",)),
        (".weak .entry a\n(\n.param .u64 p\n)\n{}", ("a",)),
        (".visible .entry $_Z1k$x(){}", ("$_Z1k$x",)),
        (".entry %k(){}", ("%k",)),
        ("// .entry a(){}\n", ()),
        ("/* .entry a(){}\n .entry b(){} */ .entry c(){}", ("c",)),
        ("/* .entry a(){}", ()),
        ('.pragma ".entry a(){}"; .entry b(){}', ("b",)),
        ('.file 1 "http://x/.entry a(){}"\n.entry b(){}', ("b",)),
        (".entry a /* { */ (.param .b8 x[4] // ; {\n) .maxntid 1,2,3 {}", ("a",)),
        (".extern .entry a(.param .u64 p);", ()),
        (".visible .entry a();\n.visible .entry a(){}", ("a",)),
        ('.entry a() .pragma "nounroll"; {}', ("a",)),
        (".entry a() ", ()),
        (".entry a() .entry b(){}", ("b",)),
        (".func (.param .b32 r) entry(){} .reg .b32 x.entry y; .entryx z(){}", ()),
        ('.entry a(){ bra L; } // "\n.entry b(){}', ("a", "b")),
    ],
)
def test_kernels(tmp_path: Path, body: str, kernels: tuple[str, ...]) -> None:
    assert entry_of(tmp_path, HEAD + body).kernels == kernels


@each_case(
    ("body", "lacks"),
    [
        (".extern .func f;\n.entry k(){ call f; }", ("f",)),
        (".extern .func f;\n.entry k(){ ret; }", ()),
        (".extern .func (.param .b32 r) f (.param .b64 a);\n.entry k(){ call (r), f, (a); }", ("f",)),
        (".extern .func f;\n.func f { ret; }\n.entry k(){ call f; }", ()),
        (".func f;\n.entry k(){ call f; }\n.func f { ret; }", ()),
        (".extern .func vprintf;\n.extern .func malloc;\n.entry k(){ call vprintf; call malloc; }", ()),
        (".extern .shared .align 16 .b8 pool[];\n.entry k(){ mov.u32 r, pool; }", ()),
        (".extern .global .align 4 .u32 v;\n.entry k(){ ld.global.u32 r, [v]; }", ("v",)),
        (".extern .const .align 4 .b8 t[16][2];\n.entry k(){ mov.u64 r, t; }", ("t",)),
        (".extern .global .attribute(.managed) .align 8 .v4 .f32 v[];\n.entry k(){ ld.global.v4.f32 r, [v]; }", ("v",)),
        (".extern .global .align 4 .u32 v;\n.entry k(){ ret; }", ()),
        ("// .extern .func f;\n.entry k(){ call f; }", ()),
        (".extern /* x */ .func /* y */ f;\n.entry k(){ call f; }", ("f",)),
        (".extern .func g;\n.extern .func f;\n.entry k(){ call f; call g; }", ("g", "f")),
        (".extern .func vprintf;\n.extern .func f;\n.entry k(){ call vprintf; call f; }", ("f",)),
        (".extern .func vprintf;\n.extern // x\n.func f;\n.entry k(){ call f; }", ("f",)),
        (".extern .func vprintf // ;\n;\n.extern .func f;\n.entry k(){ call f; }", ("f",)),
        ('.file 1 ".extern .func vprintf;"\n.extern .func f;\n.entry k(){ call f; }', ("f",)),
    ],
)
def test_what_it_uses_and_does_not_hold(tmp_path: Path, body: str, lacks: tuple[str, ...]) -> None:
    assert entry_of(tmp_path, HEAD + body).unresolved == lacks


@pytest.mark.parametrize("call", ['printf("%d", *p)', "free(malloc(8))", '__assertfail("x", "y", 1, "z", 1)'])
def test_what_compilers_leave_to_the_driver(tmp_path: Path, call: str) -> None:
    head = 'extern "C" __device__ void __assertfail(const char *, const char *, unsigned, const char *, size_t);'
    source = f'{head} extern __shared__ int s[]; extern "C" __global__ void k(int *p) {{ s[0] = *p; {call}; }}'
    for options in ((), ("-rdc=true",)):
        entry = entry_of(tmp_path, toolchain.nvrtc(source, "-arch=compute_80", *options, cubin=False).rstrip(b"\0"))
        assert (entry.unresolved, entry.kernels) == ((), ("k",))


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        (HEAD + ".entry a(){ ret; }\n.entry b(){ re", "ends within a body: the rest of the text is missing"),
        (HEAD + ".entry a(){ ret; // {\n }", None),
        (HEAD + '.pragma "{"; .entry a(){ ret; }', None),
        ("\ufeff" + HEAD, "begins with a byte order mark, which the driver does not take (CUDA error 200)"),
    ],
)
def test_what_the_driver_cannot_compile(tmp_path: Path, text: str, damage: str | None) -> None:
    (artifact,) = result_of(tmp_path, text).artifacts
    assert [module.damage for module in artifact.modules] == [damage]


def test_a_target_in_a_comment_is_none(tmp_path: Path) -> None:
    text = ".version 8.0\n// .target sm_50\n/* .target sm_60 */ .target sm_70, debug\n"
    assert str(entry_of(tmp_path, text).target) == "compute_70"


def test_without_a_target_it_is_damaged(tmp_path: Path) -> None:
    result = result_of(tmp_path, ".version 8.0\n")
    (module,) = result.artifacts[0].modules
    assert (module.entries[0].kind, module.damage) == (CodeKind.UNKNOWN, "its PTX names no target")
    assert [one.why for one in result.not_read] == ["damaged device code at byte 0: its PTX names no target"]


PIECES = st.sampled_from(
    [
        ".entry a",
        ".entry b(){",
        "(",
        ")",
        "{",
        "}",
        ";",
        "//",
        "/*",
        "*/",
        '"',
        "\n",
        " ",
        ".pragma",
        "x",
        "\\",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_quick_way_equals_the_thorough_one(text: str) -> None:
    raw = text.encode()
    quiet = ptx._NOISE.sub(b" ", raw)
    assert ptx.kernels(raw) == ptx.kernels(quiet)


@pytest.mark.parametrize(
    "piece",
    [
        "/*",
        "//",
        '"',
        ".entry a ",
        ".entry a() .pragma ;",
        "/**/",
        "\\",
        ".entry a(){}",
        ".extern .func f;f ",
        ".extern .func (",
        ".extern .global ",
        ".extern .global a[",
        ".extern .global .u32 .",
        ".extern .func f .func a ",
        ".extern .func f .func a .pragma ;",
        ".extern .global .a(",
    ],
)
def test_time_grows_with_the_text_and_no_faster(tmp_path: Path, piece: str) -> None:
    start = time.perf_counter()
    result_of(tmp_path, HEAD + piece * (2_000_000 // len(piece)))
    result_of(tmp_path, piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - start < 10


def test_characters_beyond_ascii_are_seen_wherever_they_stand() -> None:
    text = toolchain.ptx_text("8.0", "80").encode()
    heads = [ptx.read_head(each) for each in (text, text + "// Größe\n".encode(), b"// na\xefve, in Latin-1\n" + text)]
    assert [head is not None and head.beyond_ascii for head in heads] == [False, True, True]
