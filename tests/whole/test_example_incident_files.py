"""examples/incident: the library is small, is what its recipe makes, and holds what its README says."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
INCIDENT = ROOT / "examples" / "incident"
LIBRARY = INCIDENT / "libggml-cuda.so"
RECIPE = ROOT / "tools" / "make_incident.py"

KERNELS = {
    "_Z11mul_mat_vecI6__halfLi32EEvPKS0_PKfPfllllll",
    "_Z11mul_mat_vecI6__halfLi256EEvPKS0_PKfPfllllll",
    "_Z11mul_mat_vecIfLi32EEvPK6__halfPKfPfllllll",
    "_Z11mul_mat_vecIfLi256EEvPK6__halfPKfPfllllll",
    "_Z13convert_unaryI6__halffEvPKvPT0_l",
    "_Z13convert_unaryIf6__halfEvPKvPT0_l",
    "_Z21dequantize_block_q8_0IfEvPKvPT_l",
    "_Z12soft_max_f32I6__halfEvPKfPKT_Pfiif",
    "_Z8norm_f32ILi32EEvPKfPfif",
    "_Z12rms_norm_f32ILi32EEvPKfPfif",
}


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    """tools/make_incident.py, as a module."""
    spec = importlib.util.spec_from_file_location("make_incident", RECIPE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cuobjdump(*options: str) -> str:
    """What NVIDIA's own lister prints about the library."""
    found = shutil.which("cuobjdump")
    spec = importlib.util.find_spec("nvidia")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        packaged = Path(folder) / "cu13" / "bin" / "cuobjdump"
        found = str(packaged) if packaged.is_file() else found
    if found is None:
        pytest.skip("no cuobjdump: neither on the PATH nor from nvidia-cuda-cuobjdump")
    return subprocess.run([found, *options, str(LIBRARY)], capture_output=True, text=True, check=True).stdout


def test_the_library_is_small_enough_to_keep() -> None:
    assert LIBRARY.stat().st_size < 64 * 1024


def test_the_library_is_an_x86_64_shared_library_with_fatbins_and_their_records(recipe: ModuleType) -> None:
    library = LIBRARY.read_bytes()
    assert library[:6] == b"\x7fELF\x02\x01"
    assert library[16:20] == b"\x03\x00\x3e\x00"  # ET_DYN, EM_X86_64
    assert len(list(recipe.fatbins_in(library))) == len(recipe.MODULES) == 4
    assert library.count(b"\xb1\x43\x62\x46\x01\x00\x00\x00") == 4  # one wrapper each
    assert b"ARCHS\x00520\x00" in library
    assert b"libcudart" not in library


def test_the_recipe_makes_the_committed_file() -> None:
    command = [sys.executable, str(RECIPE), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_recipe_makes_the_same_bytes_twice(recipe: ModuleType) -> None:
    try:
        first = recipe.build()
    except recipe.NotPossibleError as why:
        pytest.skip(str(why))
    assert first == recipe.build()


def test_another_linker_is_not_a_difference_and_other_code_is(recipe: ModuleType) -> None:
    committed = LIBRARY.read_bytes()
    (first, *_) = recipe.fatbins_in(committed)
    other_layout = committed + b"\0"
    other_code = committed.replace(first, first[:100] + bytes([first[100] ^ 1]) + first[101:])

    def compare(built: bytes, ld: str) -> int:
        code, _ = recipe.compare(committed, built, lambda: ld)
        return int(code)

    assert compare(committed, "2.40") == 0
    assert compare(other_layout, "2.44") == 0
    assert compare(other_layout, recipe.COMMITTED_WITH_LD) == 1
    assert compare(other_code, "2.44") == 1


def test_without_the_compilers_the_recipe_says_so_and_writes_nothing(
    recipe: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = LIBRARY.read_bytes()
    monkeypatch.setattr(recipe, "need_x86_64_gcc", lambda: "gcc")
    monkeypatch.setattr(recipe, "NVRTC", "cuda_nvrtc/lib/no-such-library.so")
    assert recipe.main(["--check"]) == 77
    assert recipe.main([]) == 77
    assert "skipped, not compared: no nvidia/cuda_nvrtc/lib/no-such-library.so" in capsys.readouterr().err
    assert LIBRARY.read_bytes() == before


def test_cuobjdump_lists_one_sm_52_elf_and_one_compute_52_ptx_for_each_module() -> None:
    listed = re.findall(r"^(ELF|PTX) file +\d+: (\S+)$", cuobjdump("-lelf", "-lptx"), re.M)
    assert listed == [
        (kind, f"libggml-cuda.{number}.sm_52.{suffix}")
        for number in range(1, 5)
        for kind, suffix in (("ELF", "cubin"), ("PTX", "ptx"))
    ]


def test_cuobjdump_finds_the_same_kernels_in_machine_code_and_ptx() -> None:
    assert set(re.findall(r"^\.text\.(\S+)$", cuobjdump("-elf"), re.M)) == KERNELS
    ptx = cuobjdump("-ptx")
    assert set(re.findall(r"\.entry (\w+)\(", ptx)) == KERNELS
    assert set(re.findall(r"^\.version (\S+)$", ptx, re.M)) == {"8.7"}
    assert set(re.findall(r"^\.target (\S+)$", ptx, re.M)) == {"sm_52"}


def test_the_log_and_the_readme_quote_the_line_that_the_library_prints() -> None:
    line = "mmv.cu:51: ERROR: CUDA kernel mul_mat_vec has no device code compatible with CUDA arch 520. "
    source = (INCIDENT / "src" / "mmv.cu").read_text().splitlines()
    assert source[50].strip() == "NO_DEVICE_CODE;"
    for name in ("container.log", "README.md"):
        assert f"{line}ggml-cuda.cu was compiled for: 520" in (INCIDENT / name).read_text()


def test_the_log_is_in_order_of_time() -> None:
    times = [line.split(" ", 1)[0] for line in (INCIDENT / "container.log").read_text().splitlines()]
    assert times == sorted(times)
    assert all(re.fullmatch(r"2025-08-10T14:0\d:\d\d\.\d{9}\+08:00", time) for time in times)
