"""What flags make nvcc compile for: the table, and the real nvcc beside it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.builds.lists.nvcc_flags import requested
from cudacompat.domain.words.errors import UsageError
from tests.helpers import toolchain
from tests.helpers.each_row import each_case

# flags -> images, and words that are no architecture
FORMS = [
    ("-arch=sm_80", {"sm_80", "compute_80"}, ()),
    ("-arch sm_80", {"sm_80", "compute_80"}, ()),
    ("--gpu-architecture=compute_86", {"compute_86"}, ()),
    ("-arch=compute_80 -code=sm_86", {"sm_86"}, ()),
    ("-arch=compute_80 -code=sm_80,sm_89,compute_80", {"sm_80", "sm_89", "compute_80"}, ()),
    ("-gencode=arch=compute_90a,code=sm_90a", {"sm_90a"}, ()),
    ("-gencode arch=compute_80,code=[compute_80,sm_80]", {"sm_80", "compute_80"}, ()),
    ('"--generate-code=arch=compute_120a,code=[sm_120a]" -O3', {"sm_120a"}, ()),
    ("-gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_100f,code=compute_100f", {"sm_80", "compute_100f"}, ()),
    ("-gencode=arch=compute_80,code=sm_80 -arch=sm_120", {"sm_80", "sm_120", "compute_120"}, ()),
    ("-O2 -c", set(), ()),
    ("-arch=native", set(), ("native",)),
    ("-arch=all-major", set(), ("all-major",)),
    ("-arch=sm_Failed", set(), ("sm_Failed", "compute_Failed")),
]


@each_case(("flags", "images", "words"), FORMS)
def test_forms(flags: str, images: set[str], words: tuple[str, ...]) -> None:
    found = requested(shlex.split(flags))
    assert ({str(image) for image in found.images}, found.words) == (images, words)
    assert found.default is (not images and not words)


@pytest.mark.parametrize("flags", [flags for flags, images, _ in FORMS if images])
def test_the_real_nvcc_agrees(tmp_path: Path, flags: str) -> None:
    words = [word for word in shlex.split(flags) if word != "-c"]
    built = toolchain.nvcc(tmp_path, "__global__ void k(float *x) { *x = 1; }", *words, "-fatbin", out="unit.fatbin")
    (artifact,) = read_paths([str(built)], kernels=False).artifacts
    there = {str(entry.target) for module in artifact.modules for entry in module.entries}
    assert there == {str(image) for image in requested(shlex.split(flags)).images}


NINJA = """
build src/CMakeFiles/x.dir/a.cu.o: CUDA_COMPILER__x_unscanned_Release /src/a.cu || order
  DEFINES = -Dx_EXPORTS
  FLAGS = -O3 "--generate-code=arch=compute_80,code=[sm_80]" -Xcompiler=-fPIC

build src/CMakeFiles/x.dir/b.cpp.o: CXX_COMPILER__x_unscanned_Release /src/b.cpp
  FLAGS = -O3 -arch=sm_90

build src/CMakeFiles/x.dir/c.cu.o: CUDA_COMPILER__x_unscanned_Release /src/c.cu
  FLAGS = -O3 -arch=native
"""


def test_ninja(tmp_path: Path) -> None:
    (tmp_path / "build.ninja").write_text(NINJA)
    units = cuda_units(tmp_path)
    assert units is not None
    assert [(unit.source, {str(i) for i in unit.request.images}, unit.request.words) for unit in units] == [
        ("/src/a.cu", {"sm_80"}, ()),
        ("/src/c.cu", set(), ("native",)),
    ]


def test_a_compilation_database(tmp_path: Path) -> None:
    (tmp_path / "compile_commands.json").write_text(
        '[{"file": "/s/a.cu", "command": "nvcc -arch=sm_86 -c a.cu"},'
        ' {"file": "/s/b.cpp", "command": "g++ -c b.cpp"},'
        ' {"file": "/s/c.cpp", "arguments": ["/usr/bin/nvcc", "-x", "cu", "-gencode", "arch=compute_80,code=sm_80"]}]'
    )
    units = cuda_units(tmp_path)
    assert units is not None
    assert [(unit.source, sorted(map(str, unit.request.images))) for unit in units] == [
        ("/s/a.cu", ["compute_86", "sm_86"]),
        ("/s/c.cpp", ["sm_80"]),
    ]


def test_a_folder_that_was_never_configured(tmp_path: Path) -> None:
    assert cuda_units(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100000, '{"a": 1}', "\x00\x01", "[1, 2"])
def test_a_broken_database_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "compile_commands.json").write_text(text)
    with pytest.raises(UsageError, match="cannot read") as error:
        cuda_units(tmp_path)
    assert "\n" not in str(error.value)
