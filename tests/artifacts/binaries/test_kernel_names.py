"""The names of kernels out of the front of an image: the same as out of all of it, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cudacompat.app.check import check
from cudacompat.artifacts.binaries import compression, cubin, elf, front, zstd_front
from cudacompat.artifacts.reading import cache as kept
from cudacompat.artifacts.reading import task
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.verdict import Outcome, Target
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.examples import at_most

RELEASE, ISA = toolchain.NVCC_RELEASE, toolchain.NVCC_ISA
COMPILERS = [
    *(("11.8", "7.8", target) for target in ("35", "52", "75", "80", "90")),
    *(("12.4", "8.4", target) for target in ("52", "80", "90", "90a")),
    *(("12.8", "8.7", target) for target in ("70", "89", "90a", "100", "101a", "120")),
    *(("13.0", "9.0", target) for target in ("75", "90", "100f", "121a")),
    *((RELEASE, ISA, target) for target in ("80", "90a", "100", "103f", "120")),
]
MANY = tuple(f"_Z9transposeILi{number}EEvPf" for number in range(150))
SOURCE = """
__device__ __noinline__ float helper(float x) { return x * 2.0f; }
template <int N> __global__ void k(float *p) { p[threadIdx.x] = helper(p[N]); }
template __global__ void k<1>(float *); template __global__ void k<2>(float *);
extern "C" __global__ void plain(float *p) { *p = 1.0f; }
"""


def target(gpu: str) -> Target:
    capability = ComputeCapability.parse(gpu)
    return Target(gpu, None, capability)


GPU = target("12.0")
OTHER = target("8.0")


def text_of(isa: str, arch: str, kernels: tuple[str, ...]) -> str:
    """PTX with bodies that take room, and a function that is called and no kernel."""
    body = "".join(f"\tst.global.u64 [%rd1+{8 * n}], %rd2;\n\tcall helper;\n" for n in range(20))
    whole = toolchain.ptx_text(isa, arch, kernels)
    whole = whole.replace("\tret;", f"\t.reg .u64 %rd<3>;\n\tld.param.u64 %rd1, [p];\n\tmov.u64 %rd2, 7;\n{body}\tret;")
    helper = ".func helper\n{\n\tbar.sync 0;\n\tret;\n}\n"
    return whole.replace(".address_size 64\n", f".address_size 64\n{helper}", 1)


def fronts(image: bytes) -> list[cubin.Symbols | None]:
    """What longer and longer fronts of an image prove."""
    return [front.symbols_in_front(image[:size]) for size in range(64, len(image) + 1, max(1, len(image) // 200))]


@pytest.mark.parametrize(("release", "isa", "arch"), COMPILERS)
def test_a_front_proves_what_the_whole_says_or_nothing(tmp_path: Path, release: str, isa: str, arch: str) -> None:
    image = toolchain.ptxas(tmp_path, release, text_of(isa, arch, MANY), arch)
    whole = cubin.read_symbols(image, 0, len(image))
    assert set(whole.kernels) == set(MANY)
    answers = fronts(image)
    assert {each for each in answers if each is not None} == {whole}
    assert answers[len(answers) // 2] == whole


@pytest.mark.parametrize("flags", [(), ("-G",), ("-lineinfo",)])
def test_images_of_nvcc_and_nvrtc(tmp_path: Path, flags: tuple[str, ...]) -> None:
    made = toolchain.nvcc(tmp_path, SOURCE, *flags, "-arch=sm_90", "-cubin", out="out.cubin").read_bytes()
    for image in (made, toolchain.nvrtc(SOURCE.replace("__noinline__", ""), "-arch=sm_90")):
        whole = cubin.read_symbols(image, 0, len(image))
        assert len(whole.kernels) == 3
        assert {each for each in fronts(image) if each is not None} == {whole}


@pytest.mark.parametrize(("release", "isa", "arch"), COMPILERS)
def test_the_front_of_a_relocatable_image_proves_what_it_leaves_to_others(
    tmp_path: Path, release: str, isa: str, arch: str
) -> None:
    outside = ".extern .func elsewhere;\n.extern .global .align 4 .u32 flags;\n.extern .func malloc;\n"
    text = text_of(isa, arch, MANY).replace(".func helper\n{", f"{outside}.func helper\n{{", 1)
    text = text.replace("\tbar.sync 0;", "\tcall elsewhere;\n\tcall malloc;\n\tst.global.u32 [flags], 1;", 1)
    image = toolchain.ptxas(tmp_path, release, text, arch, "-c")
    whole = cubin.read_symbols(image, 0, len(image))
    assert set(whole.kernels) == set(MANY)
    assert set(whole.unresolved) == {"elsewhere", "flags"}
    answers = fronts(image)
    assert {each for each in answers if each is not None} == {whole}
    assert answers[len(answers) // 2] == whole


@pytest.mark.parametrize("release", ["11.8", "12.8", RELEASE])
def test_a_symbol_of_an_unknown_type_hides_none_behind_it(tmp_path: Path, release: str) -> None:
    isa = next(isa for each, isa, _ in COMPILERS if each == release)
    declared = "".join(f".extern .func outside{number};\n" for number in range(4))
    calls = "".join(f"\tcall outside{number};\n" for number in range(4))
    text = f"{toolchain.ptx_text(isa, '80', ())}\n{declared}.visible .entry late()\n{{\n{calls}\tret;\n}}\n"
    image = toolchain.ptxas(tmp_path, release, text, "80", "-c")
    symbols, _ = cubin.symbol_tables(image, elf.open_elf(image, 0, len(image)))
    assert symbols is not None
    for at in range(symbols.offset + 24, symbols.offset + symbols.size, 24):
        changed = bytearray(image)
        changed[at + 4] = 0x19  # st_info: global, and a type that nothing has
        whole = cubin.read_symbols(changed, 0, len(changed))
        assert set(fronts(bytes(changed))) <= {None, whole}, at


def test_the_front_of_a_linked_image_with_calls_by_address(tmp_path: Path) -> None:
    """nvlink writes the prototypes of such functions in front of all other names."""
    source = (
        SOURCE
        + """
typedef void (*visit)(float *, int); typedef int (*count)(float);
__device__ visit visits[2]; __device__ count counts[2];
extern "C" __global__ void by_address(float *p) { visits[threadIdx.x & 1](p, counts[threadIdx.x & 1](*p)); }
"""
    )
    for arch in ("sm_80", "sm_90", "sm_120"):
        image = toolchain.nvcc(tmp_path, source, f"-arch={arch}", "-cubin", "-rdc=true", out=f"{arch}.cubin")
        toolchain.run(toolchain.require_nvcc().with_name("nvlink"), f"-arch={arch}", image, "-o", tmp_path / "linked")
        linked = (tmp_path / "linked").read_bytes()
        whole = cubin.read_symbols(linked, 0, len(linked))
        assert len(whole.kernels) == 4
        assert {each for each in fronts(linked) if each is not None} == {whole}


@pytest.mark.parametrize("arch", ["80", "90a", "120"])
def test_what_is_needed_of_an_image_is_expected_from_its_first_bytes(tmp_path: Path, arch: str) -> None:
    """A third of it at least, twice of it at most, whether the names of its sections end there or not."""
    image = toolchain.ptxas(tmp_path, RELEASE, text_of(ISA, arch, MANY), arch)
    needed = next(size for size in range(64, len(image), 64) if front.symbols_in_front(image[:size]))
    expected = [front.likely_end(image[:size]) for size in (1 << 10, 1 << 12, 1 << 15)]
    assert all(needed / 3 < each < 2 * needed for each in expected)
    assert len(image) > 4 * needed


@pytest.fixture(scope="module")
def cubins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("cubins")
    return {arch: toolchain.ptxas(folder, RELEASE, text_of(ISA, arch, MANY), arch) for arch in ("80", "120")}


def tables_in_front(image: bytes, kind: int) -> bytes:
    """The cubin with its table of sections behind the ELF header, as kernels that are written by hand have it, and of
    this type (1 is relocatable, 2 is not)."""
    found = elf.open_elf(image, 0, len(image))
    table = elf.headers(image, found)
    room = len(table) * found.layout.section.size
    moved = b"".join(
        found.layout.section.pack(*each._replace(offset=each.offset + room if each.offset else 0)) for each in table
    )
    head = bytearray(image[:64])
    head[16:18] = kind.to_bytes(2, "little")
    head[40:48] = (64).to_bytes(8, "little")
    return bytes(head) + moved + image[64:]


@pytest.mark.parametrize("kind", [1, 2])
def test_tables_in_front_say_all(tmp_path: Path, cubins: dict[str, bytes], kind: int) -> None:
    """And the rest is not inflated for it; where they reach beyond the front that is there, nothing is said."""
    made = tables_in_front(cubins["80"], kind)
    whole = cubin.read_symbols(made, 0, len(made))
    assert set(whole.kernels) == set(MANY)
    end = front.end_of_tables(made[: len(made) // 2])
    assert end is not None
    assert end < len(made) // 2
    assert cubin.read_symbols(made[:end], 0, end) == whole
    assert front.end_of_tables(made[:2000]) is None
    path = tmp_path / "two.fatbin"
    path.write_bytes(fw.fatbin(*(fw.sass(each, compression="zstd") for each in (made, cubins["120"]))))
    gpus = frozenset({GPU.capability})
    assert artifact_of(path, gpus) == artifact_of(path, None)
    with pytest.MonkeyPatch.context() as patched:
        inflated: list[int] = []
        inflate = compression.inflate
        patched.setattr(compression, "inflate", lambda *a: inflated.append(a[2]) or inflate(*a))
        artifact_of(path, gpus)
    assert inflated == [len(cubins["120"])]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, cubins: dict[str, bytes]) -> Path:
    """A module of two images, each large enough for its front to be tried."""
    assert min(map(len, cubins.values())) > 1 << 18
    path = tmp_path_factory.mktemp("module") / "two.fatbin"
    path.write_bytes(fw.fatbin(*(fw.sass(cubins[arch], compression="zstd") for arch in ("80", "120"))))
    return path


@pytest.mark.parametrize("before", [b"\0.text.", b"\0"])
@pytest.mark.parametrize("arch", ["80", "120"])
def test_names_that_are_said_in_two_ways_prove_nothing(cubins: dict[str, bytes], arch: str, before: bytes) -> None:
    """Once among the names of sections, once among those of symbols."""
    said, other = before + MANY[7].encode() + b"\0", before + MANY[7].encode()[:-1] + b"x\0"
    assert set(fronts(cubins[arch])) > {None}
    assert set(fronts(cubins[arch].replace(said, other, 1))) == {None}


def artifact_of(path: Path, gpus: frozenset[ComputeCapability] | None) -> BinaryArtifact | None:
    artifacts = read_paths([str(path)], kernels=True, gpus=gpus).artifacts
    return artifacts[0] if artifacts else None


def runs(path: Path, gpus: frozenset[ComputeCapability] | None) -> bool:
    artifact = artifact_of(path, gpus)
    verdict = judge_artifact(artifact, GPU) if artifact else None
    return verdict is not None and verdict.outcome.runs


def stretch(module: bytes, number: int) -> range:
    """Where the payload of one image lies."""
    sizes = [len(each) for each in fw.entries_of(module)]
    start = 16 + sum(sizes[:number])
    return range(start + 64, start + sizes[number])


def test_both_ways_give_one_artifact(two: Path) -> None:
    path = two
    for gpus in (frozenset(), frozenset({GPU.capability}), frozenset({OTHER.capability, GPU.capability})):
        assert artifact_of(path, gpus) == artifact_of(path, None)
    assert runs(path, frozenset({GPU.capability}))


def test_a_kernel_that_only_the_other_image_has_is_missed(tmp_path: Path, cubins: dict[str, bytes]) -> None:
    fewer = toolchain.ptxas(tmp_path, RELEASE, text_of(ISA, "120", MANY[1:]), "120")
    path = tmp_path / "two.fatbin"
    path.write_bytes(fw.fatbin(*(fw.sass(each, compression="zstd") for each in (cubins["80"], fewer))))
    artifact = artifact_of(path, frozenset({GPU.capability}))
    assert artifact is not None
    verdict = judge_artifact(artifact, GPU)
    assert verdict is not None
    assert (verdict.outcome, verdict.modules[0].missing) == (Outcome.PARTIAL, MANY[:1])


def test_damage_counts_where_the_gpu_would_meet_it(tmp_path: Path, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the cache does not answer for a GPU what was read for another."""
    path, cache, module = tmp_path / "two.fatbin", tmp_path / "cache", two.read_bytes()
    place = stretch(module, 0)
    broken = bytearray(module)
    broken[place[-600] : place[-100]] = bytes(500)
    path.write_bytes(broken + bytes(1 << 20))
    report = check([str(path)], (GPU,), Policy())
    assert [verdict.outcome for verdict in report.verdicts] == [Outcome.NATIVE]
    report = check([str(path)], (OTHER,), Policy())
    assert [verdict.outcome for verdict in report.verdicts] == [Outcome.UNDECIDED]
    monkeypatch.setattr(kept, "_SETTLED_S", -1.0)
    damages = []
    for gpu in (GPU, OTHER):
        found = read_paths([str(path)], kernels=True, gpus=frozenset({gpu.capability}), cache=cache)
        damages.append(found.artifacts[0].modules[0].damage)
    assert damages[0] is None
    assert "corrupt compressed data" in str(damages[1])
    with monkeypatch.context() as patched:  # a GPU that picks the same images is answered from the cache
        patched.setattr(task, "read_one", None)
        same = frozenset({ComputeCapability.parse("12.1")})
        (again,) = read_paths([str(path)], kernels=True, gpus=same, cache=cache).artifacts
    assert again.modules[0].damage is None


@settings(max_examples=at_most(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_cut_short_is_never_green(tmp_path: Path, two: Path, data: st.DataObject) -> None:
    path, module = tmp_path / "cut.fatbin", two.read_bytes()
    size = data.draw(st.integers(64, len(module) - 1))
    path.write_bytes(module[:size])
    assert not runs(path, frozenset({GPU.capability}))
    path.write_bytes(module[:size].ljust(len(module), b"\0"))  # as a download leaves it that was given up
    assert not runs(path, frozenset({GPU.capability})) or runs(path, None)


@settings(max_examples=at_most(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_is_never_greener_than_the_whole_reading(tmp_path: Path, two: Path, data: st.DataObject) -> None:
    """But for what lies inside an image that the GPU does not pick: that one, and nothing else, may go unseen."""
    path, module = tmp_path / "damaged.fatbin", two.read_bytes()
    broken = bytearray(module)
    places = data.draw(st.lists(st.integers(0, len(module) - 1), min_size=1, max_size=3))
    for place in places:
        broken[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(broken)
    if runs(path, frozenset({GPU.capability})) and not runs(path, None):
        inside = stretch(module, 0)
        path.write_bytes(broken[: inside.start] + module[inside.start : inside.stop] + broken[inside.stop :])
        assert runs(path, None), "what is damaged elsewhere hides nothing from the GPU"
        image = fw.entries_of(bytes(broken))[0]
        assert zstd_front.is_whole(image[64 : 64 + int.from_bytes(image[16:20], "little")], len_of(image))


def len_of(entry: bytes) -> int:
    """What an entry inflates to, as its header says."""
    return int.from_bytes(entry[56:64], "little")
