"""`cudacompat generate --add`: a team's own files are extended in place, and nothing else in them changes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import time
from importlib import resources
from pathlib import Path

import pytest

from cudacompat.domain.tables.nvcc_releases import first_nvcc_with
from tests.generate.test_outputs import configured
from tests.helpers import toolchain
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.run import ROOT, Ran, inside

FIRST_WITH_110 = first_nvcc_with("110")
DOCKERFILE = """\
# our image; ask Jo before touching it
ARG CUDA_VERSION=12.9.1
FROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS="80;86;89"   # the rack
ENV CMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHS} \\
    TORCH_CUDA_ARCH_LIST="8.0;8.6;8.9" \\
    GGML_CUDA_COMPUTE_CAPABILITY=86
RUN cargo build --release --features cuda
FROM nvidia/cuda:${CUDA_VERSION}-runtime-ubuntu24.04
"""
RUST = {
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\n[dependencies]\nwhisper-rs = "0.14.3"\n',
    "Dockerfile": DOCKERFILE,
    ".cargo/config.toml": "[env]\n# the rack\nCMAKE_CUDA_ARCHITECTURES = '80;86;89'   # as in the Dockerfile\n",
    ".github/workflows/ci.yml": (
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    env:\n"
        '      CMAKE_CUDA_ARCHITECTURES: "80;86;89"  # the rack\n    steps:\n'
        "      - uses: docker/build-push-action@v6\n        with:\n          build-args: |\n"
        "            CUDA_ARCHS=80;86;89\n            OTHER=1\n"
    ),
    "compose.yaml": 'services:\n  app:\n    build:\n      context: .\n      args:\n        CUDA_ARCHS: "80;86;89"\n',
    "README.md": "set CMAKE_CUDA_ARCHITECTURES=80;86;89\n",
    "vendor/lib/Dockerfile": DOCKERFILE,
    "target/release/x.env": "CMAKE_CUDA_ARCHITECTURES=80\n",
}


def project(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def add(folder: Path, *arguments: str, engine: str | None = None, spec: str = "12.0") -> Ran:
    return inside("generate", *([engine] if engine else []), folder, "--add", spec, *arguments)


def test_every_place_is_listed_with_its_line_and_its_reader(tmp_path: Path) -> None:
    ran = add(project(tmp_path, RUST), spec="RTX 5070 Ti")
    assert ran.code == 0, ran.err
    listed = [line.split(": ")[0] for line in ran.out.splitlines() if "=" in line and line[0] not in " t"]
    assert listed == [
        ".cargo/config.toml:3",
        ".github/workflows/ci.yml:6",
        ".github/workflows/ci.yml:11",
        "Dockerfile:4",
        "Dockerfile:6",
        "Dockerfile:7",
        "compose.yaml:6",
    ]
    assert "read   by whisper-rs-sys's build script" in ran.out
    assert "as CMAKE_CUDA_ARCHITECTURES in Dockerfile" in ran.out  # CUDA_ARCHS is handed on to it
    assert "read   by nothing here: no known program reads it" in ran.out
    assert "skipped (third-party sources): vendor" in ran.out
    assert "7 lists found: 5 to change, 0 with the target already, 0 to change by hand, 2 read by nothing" in ran.out


def test_only_the_lists_change_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    before = texts(project(tmp_path, RUST))
    ran = add(tmp_path, "--write")
    assert ran.code == 0, ran.err
    after = texts(tmp_path)
    assert set(after) == set(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"Dockerfile", ".cargo/config.toml", ".github/workflows/ci.yml", "compose.yaml"}
    for name in changed:
        assert after[name] == before[name].replace("80;86;89", "80;86;89;120"), name
    again = add(tmp_path, "--write")
    assert (again.code, texts(tmp_path)) == (0, after)
    assert add(tmp_path, "--check").code == 0
    assert "0 to change, 5 with the target already" in add(tmp_path).out


def test_diff_and_check_write_nothing(tmp_path: Path) -> None:
    before = texts(project(tmp_path, RUST))
    shown = add(tmp_path, "--diff")
    assert shown.code == 0
    assert '+ARG CUDA_ARCHS="80;86;89;120"   # the rack' in shown.out.splitlines()
    assert sum(line.startswith("+") and not line.startswith("+++") for line in shown.out.splitlines()) == 5
    assert add(tmp_path, "--check").code == 1
    assert add(tmp_path, "--check", "--exit-zero").code == 0
    assert texts(tmp_path) == before


def test_a_base_image_that_cannot_build_it_is_refused_with_the_tag_that_can(tmp_path: Path) -> None:
    old = DOCKERFILE.replace("12.9.1", "12.4.1").replace("24.04", "22.04")
    before = texts(project(tmp_path, {**RUST, "Dockerfile": old}))
    for extra in ((), ("--diff",), ("--write",)):
        ran = add(tmp_path, *extra)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
        assert "Dockerfile:3: nvidia/cuda:12.4.1-devel-ubuntu22.04 cannot build this" in ran.err
        assert "nvidia/cuda:12.8.2-devel-ubuntu22.04 can" in ran.err
    assert texts(tmp_path) == before
    assert add(tmp_path, spec="9.0").code == 0  # 12.4 builds that
    ngc = old.replace("nvidia/cuda:", "nvcr.io/nvidia/cuda:").replace("-devel-", "-cudnn-devel-")
    (tmp_path / "Dockerfile").write_text(ngc)
    assert "nvcr.io/nvidia/cuda:12.8.2-cudnn-devel-ubuntu22.04 can" in add(tmp_path).err  # its registry, its cuDNN


def test_a_list_that_no_release_builds_then(tmp_path: Path) -> None:
    files = {
        "CMakeLists.txt": "project(x LANGUAGES CXX CUDA)\n",
        "Dockerfile": 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake "-DCMAKE_CUDA_ARCHITECTURES=70;86" .\n',
    }
    ran = add(project(tmp_path, files), engine="cmake", spec="11.0")
    assert ran.code == 4
    assert (
        f"no release of CUDA builds all of it then: {FIRST_WITH_110} has no 70; build once for each group"
        in " ".join(ran.out.split())
    )


def test_a_list_that_no_release_builds_then_holds_up_no_other(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM ubuntu:22.04\nARG TORCH_CUDA_ARCH_LIST=3.5;8.6+PTX\n",
        ".env": "TORCH_CUDA_ARCH_LIST=8.6;8.9+PTX\n",
        "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n",
    }
    ran = add(project(tmp_path, files), "--write", engine="torch-extension")
    assert ran.code == 4
    assert "builds all of it then: 12.8 has no 35; build once" in ran.err
    assert texts(tmp_path) == {**files, ".env": "TORCH_CUDA_ARCH_LIST=8.6;8.9+PTX;12.0\n"}


@pytest.mark.parametrize("listed", ["7.0;9.0", "7.0;9.0;12.0"])
def test_a_list_that_has_the_target_is_no_matter_of_the_version(tmp_path: Path, listed: str) -> None:
    """Whatever PyTorch some file pins."""
    own = f"import os\nfrom torch.utils import cpp_extension\nos.environ['TORCH_CUDA_ARCH_LIST'] = '{listed}'\n"
    files = {"requirements.txt": "torch==2.2.2\n", "setup.py": own}
    ran = add(project(tmp_path, files), engine="torch-extension")
    there = "12.0" in listed
    assert (ran.code, "already contains the target" in ran.out) == ((0, True) if there else (4, False)), ran.out


CMAKE = "cmake_minimum_required(VERSION 3.18)\nproject(x LANGUAGES CXX CUDA)\n"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.sh", "cmake -DCMAKE_CUDA_ARCHITECTURES=86 ..\n", 'cmake -DCMAKE_CUDA_ARCHITECTURES="86;120" ..\n'),
        (
            "a.sh",
            "cmake -DCMAKE_CUDA_ARCHITECTURES=80\\;86 ..\n",
            "cmake -DCMAKE_CUDA_ARCHITECTURES=80\\;86\\;120 ..\n",
        ),
        (
            "a.sh",
            'cmake -DCMAKE_CUDA_ARCHITECTURES="${ARCHS:-80-real;86}" ..\n',
            'cmake -DCMAKE_CUDA_ARCHITECTURES="${ARCHS:-80-real;86;120-real}" ..\n',
        ),
        ("Dockerfile", "ENV CUDAARCHS=86\n", "ENV CUDAARCHS=86;120\n"),
        (".env", "CUDAARCHS=86\n", 'CUDAARCHS="86;120"\n'),
        ("CMakeLists.txt", CMAKE + "set(CMAKE_CUDA_ARCHITECTURES 80 # a\n    86)\n", None),
        (
            "CMakeLists.txt",
            CMAKE + "set(CMAKE_CUDA_ARCHITECTURES 80\n    86 # b\n)\n",
            CMAKE + "set(CMAKE_CUDA_ARCHITECTURES 80\n    86 120 # b\n)\n",
        ),
        (
            "CMakeLists.txt",
            CMAKE + "set(CMAKE_CUDA_ARCHITECTURES 80 86 CACHE STRING x)\n",
            CMAKE + "set(CMAKE_CUDA_ARCHITECTURES 80 86 120 CACHE STRING x)\n",
        ),
        (
            "CMakeLists.txt",
            CMAKE + 'set_target_properties(t PROPERTIES CUDA_ARCHITECTURES "86-real;90-virtual")\n',
            CMAKE + 'set_target_properties(t PROPERTIES CUDA_ARCHITECTURES "86-real;90-virtual;120-real")\n',
        ),
        (
            "CMakePresets.json",
            '{"version": 3,\r\n "configurePresets": [{"cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86"}}]}\r\n',
            '{"version": 3,\r\n "configurePresets": [{"cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86;120"}}]}\r\n',
        ),
        (
            "Makefile",
            "all:\n\tnvcc -gencode arch=compute_86,code=sm_86 x.cu\n",
            "all:\n\tnvcc -gencode arch=compute_86,code=sm_86 -gencode arch=compute_120,code=sm_120 x.cu\n",
        ),
    ],
)
def test_lists_are_extended_as_their_readers_want_them(
    tmp_path: Path, name: str, before: str, after: str | None
) -> None:
    project(tmp_path, {name: before})
    ran = add(tmp_path, "--write", engine="cmake")
    if after is None:  # a remark stands between the arguments
        assert ran.code == 4, ran.err
        assert "change by hand" in ran.err
        after = before
    else:
        assert ran.code == 0, ran.err
    assert (tmp_path / name).read_bytes().decode() == after
    assert add(tmp_path, "--check", engine="cmake").code == ran.code


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("Dockerfile", "RUN cmake -DCMAKE_CUDA_ARCHITECTURES=80;86 .\n", "bare `;`"),
        ("Dockerfile", "RUN cmake -DCMAKE_CUDA_ARCHITECTURES=native .\n", "is not a list"),
        ("Dockerfile", "ENV CUDAARCHS=8.6\n", "not an item of such a list"),
        ("ci.yml", "env: {CUDAARCHS: '${{ matrix.arch }}'}\nmatrix:\n  arch: ['86']\n", "separate build (a matrix)"),
        ("a.sh", 'nvcc "-gencode=arch=compute_86,code=sm_86" x.cu\n', "quoted one by one"),
    ],
)
def test_what_cannot_be_extended_is_said_and_left_alone(tmp_path: Path, name: str, text: str, why: str) -> None:
    project(tmp_path, {name: text})
    ran = add(tmp_path, engine="cmake")
    assert ran.code == 4  # a project that is not wholly extended is not done
    assert f"{name}:" in ran.out
    assert why in ran.out
    assert "1 to change by hand" in ran.out
    written = add(tmp_path, "--write", engine="cmake")
    assert written.code == 4
    assert why in written.err
    assert (tmp_path / name).read_text() == text


def test_a_target_that_runs_there_already_is_no_change(tmp_path: Path) -> None:
    """ggml turns 120 into 120a, and a list may say 120a itself."""
    for value in ("86;120", "86;120a-real", "86;120-real"):
        project(tmp_path, {"Dockerfile": f'RUN cmake "-DCMAKE_CUDA_ARCHITECTURES={value}" .\n'})
        assert "1 with the target already" in add(tmp_path, engine="whisper.cpp").out
    project(tmp_path, {"Dockerfile": 'RUN cmake "-DCMAKE_CUDA_ARCHITECTURES=86;120-virtual" .\n'})
    assert "1 to change" in add(tmp_path, engine="cmake").out  # PTX alone is no machine code


def test_a_new_target_gets_no_ptx_that_the_build_would_spoil(tmp_path: Path) -> None:
    project(tmp_path, {"Dockerfile": 'RUN cmake "-DCMAKE_CUDA_ARCHITECTURES=86" .\n'})
    assert add(tmp_path, "--write", engine="whisper.cpp").code == 0
    assert '=86;120-real"' in (tmp_path / "Dockerfile").read_text()


def test_a_variable_that_cmake_does_not_read_is_not_extended(tmp_path: Path) -> None:
    project(tmp_path, {"Dockerfile": "ENV CMAKE_CUDA_ARCHITECTURES=86\nRUN cmake -B build .\n"})
    ran = add(tmp_path, engine="cmake")
    assert ran.code == 3  # no list of this project is read by anything
    assert "read   by nothing here" in ran.out
    value = "$CMAKE_CUDA_ARCHITECTURES"
    handed_on = f'ENV CMAKE_CUDA_ARCHITECTURES=86\nRUN cmake "-DCMAKE_CUDA_ARCHITECTURES={value}" .\n'
    project(tmp_path, {"Dockerfile": handed_on})
    ran = add(tmp_path, engine="cmake")
    assert ran.code == 0
    assert "new value  86;120" in ran.out


def test_the_engines_version_is_read_from_the_tree_and_decides(tmp_path: Path) -> None:
    files = {
        "CMakeLists.txt": 'project("whisper.cpp" C CXX)\nset(WHISPER_VERSION 1)\n',
        "build.sh": 'cmake "-DGGML_CUDA_ARCHITECTURES=80" "-DCMAKE_CUDA_ARCHITECTURES=80" .\n',
    }
    project(tmp_path, files)
    ran = inside("generate", "whisper.cpp", tmp_path, "--engine-version", "1.6.2", "--add", "8.6")
    assert "new value  80;86" in ran.out
    assert "GGML_CUDA_ARCHITECTURES=80" in ran.out
    assert "even as -D" in ran.out  # CMAKE_CUDA_ARCHITECTURES is overwritten by these versions


def test_an_empty_project_says_what_to_do(tmp_path: Path) -> None:
    ran = add(tmp_path, engine="cmake")
    assert ran.code == 3
    assert "no architecture list found" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("generate", "cmake", "nowhere", "--add", "8.6"), "no such directory: nowhere"),
        (("generate", "--add", "8.6"), "no known engine found in"),
        (("generate", "cmake", ".", "--add", "RTX 9999"), "unknown GPU"),
        (("generate", "cmake", ".", "--add", "8.6", "--as", "env"), "--as writes new files"),
        (("generate", "cmake", ".", "--add", "8.6", "--gpu", "8.0"), "--gpu writes new files"),
        (("generate", "cmake", "."), "unexpected argument"),
        (("generate", "--as", "env", "--gpu", "8.6"), "name an engine"),
    ],
)
def test_refusals_are_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = inside(*arguments, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_json_validates_and_carries_the_new_files(tmp_path: Path) -> None:
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "generate-1.json").read_text())
    document = add(project(tmp_path, RUST), "--format", "json").json
    assert_fits(document, schema)
    states = [place["state"] for place in document["places"]]
    assert states.count("changes") == 5
    new = {file["name"]: file["text"] for file in document["files"]}
    assert "80;86;89;120" in new["Dockerfile"]


def test_modes_links_and_what_cannot_be_read(tmp_path: Path) -> None:
    inside = project(tmp_path / "inside", {"build.sh": "cmake -DCMAKE_CUDA_ARCHITECTURES='86' .\n"})
    outside = project(tmp_path / "outside", {"build.sh": "cmake -DCMAKE_CUDA_ARCHITECTURES='86' .\n"})
    (inside / "build.sh").chmod(0o755)
    (inside / "link.sh").symlink_to(outside / "build.sh")
    (inside / "folder").symlink_to(outside)
    (inside / "odd.sh").write_bytes(b"\xff\xfe CMAKE_CUDA_ARCHITECTURES=86")
    (inside / "big.yml").write_text("a: 1\n" * 300_000)
    ran = add(inside, "--write", engine="cmake")
    assert ran.code == 4
    assert "odd.sh: not read: not UTF-8" in ran.err
    assert "big.yml: not read: larger than 1 MiB" in ran.err
    assert (inside / "build.sh").read_text() == "cmake -DCMAKE_CUDA_ARCHITECTURES='86;120' .\n"
    assert stat.S_IMODE((inside / "build.sh").stat().st_mode) == 0o755
    assert (outside / "build.sh").read_text() == "cmake -DCMAKE_CUDA_ARCHITECTURES='86' .\n"
    assert not [path for path in inside.iterdir() if path.name.startswith(".cudacompat-")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_tree_is_left_as_it_was(tmp_path: Path) -> None:
    before = texts(project(tmp_path, RUST))
    (tmp_path / ".cargo").chmod(0o555)
    try:
        ran = add(tmp_path, "--write")
    finally:
        (tmp_path / ".cargo").chmod(0o755)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert texts(tmp_path) == before


def test_the_extended_project_really_configures_for_the_new_card(tmp_path: Path) -> None:
    source = tmp_path / "project"
    shutil.copytree(ROOT / "tests/projects/ggml", source)
    made = inside(
        "generate", "whisper.cpp", "--gpu", "8.0", "--cuda", toolchain.NVCC_RELEASE, "--as", "presets", "-o", source
    )
    assert made.code == 0, made.err
    ran = add(source, "--write", engine="whisper.cpp", spec="RTX 5070 Ti")
    assert ran.code == 0, ran.err
    got = configured(source / "build", source, "--preset", "cudacompat")
    assert got == {"sm_80", "compute_80", "sm_120a"}


CASES = """\
if [ "$CUDA" = 11 ]; then archs="70;80"
elif [ "$CUDA" = 12 ]; then archs="80;90{more}"
fi
cmake "-DCMAKE_CUDA_ARCHITECTURES=$archs" .
"""


@pytest.mark.parametrize(("more", "code", "said"), [("", 4, "2 to change by hand"), (";120", 0, "another of them has")])
def test_a_list_for_each_case_is_not_guessed_at(tmp_path: Path, more: str, code: int, said: str) -> None:
    """Branches for older releases must not be given a target that these cannot build."""
    text = CASES.replace("{more}", more)
    project(tmp_path, {"build.sh": text})
    ran = add(tmp_path, "--write", engine="cmake")
    assert ran.code == code, ran.err
    assert said in add(tmp_path, engine="cmake").out
    assert (tmp_path / "build.sh").read_text() == text


def test_a_setting_that_cannot_take_the_target_points_to_the_one_that_does(tmp_path: Path) -> None:
    """CTranslate2's list takes one-digit majors only; the rest goes through nvcc's flags."""
    before = 'ENV CUDA_ARCH_LIST="8.0;8.6"\nENV CUDA_NVCC_FLAGS=${CUDA_NVCC_FLAGS:-"-Xfatbin=-compress-all"}\n'
    before += 'RUN cmake "-DCUDA_ARCH_LIST=${CUDA_ARCH_LIST}" "-DCUDA_NVCC_FLAGS=${CUDA_NVCC_FLAGS}" .\n'
    project(tmp_path, {"Dockerfile": before})
    ran = add(tmp_path, "--write", engine="ctranslate2")
    assert ran.code == 0, ran.err
    after = (tmp_path / "Dockerfile").read_text()
    assert after == before.replace("-compress-all", "-compress-all;-gencode=arch=compute_120,code=sm_120")
    assert "CUDA_ARCH_LIST does not take 120; CUDA_NVCC_FLAGS does" in add(tmp_path, engine="ctranslate2").out
    assert add(tmp_path, "--check", engine="ctranslate2").code == 0
    lower = add(tmp_path, engine="ctranslate2", spec="8.9")
    assert "new value  8.0;8.6;8.9" in lower.out


def test_what_is_computed_when_the_build_runs_is_left_to_people(tmp_path: Path) -> None:
    text = "ARCH=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | tr -d .)\n"
    text += 'cmake -DCMAKE_CUDA_ARCHITECTURES="$ARCH" .\n'
    project(tmp_path, {"build.sh": text})
    ran = add(tmp_path, engine="cmake")
    assert ran.code == 4
    assert "it is put together when the build runs" in ran.out


def test_images_of_other_jobs_do_not_stand_in_the_way(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN cmake "-DCMAKE_CUDA_ARCHITECTURES=86" .\n',
        "ci/cuda118.Dockerfile": "FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN make docs\n",
    }
    project(tmp_path, files)
    assert add(tmp_path, engine="cmake").code == 0


@pytest.mark.parametrize(
    ("image", "code"),
    [("ubuntu:22.04", 2), ("ubuntu:24.04", 2), ("debian:12", 2), ("ubuntu:26.04", 2), ("ubuntu:25.10", 0)],
)
def test_a_distributions_own_old_nvcc_is_refused(tmp_path: Path, image: str, code: int) -> None:
    """As an old image of CUDA is; of a distribution whose toolkit is not known nothing is said."""
    packages = "RUN apt-get update \\\n    && apt-get install -y \\\n       nvidia-cuda-toolkit cmake\n"
    text = f'FROM {image}\n{packages}RUN cmake -S . -B b "-DCMAKE_CUDA_ARCHITECTURES=75;86"\n'
    project(tmp_path, {"Dockerfile": text})
    ran = add(tmp_path, engine="cmake")
    assert ran.code == code, ran.err
    assert ("nvidia-cuda-toolkit of " + image in ran.err) == (code == 2)
    commented = text.replace("RUN apt-get update", "# RUN apt-get update").replace(" \\\n    &&", " &&")
    project(tmp_path, {"Dockerfile": commented.replace(" \\\n       nvidia", " nvidia")})
    assert add(tmp_path, engine="cmake").code == 0


_STEP = """on: push
jobs:
  b:
    runs-on: ubuntu-24.04
    steps:
      - shell: python
        run: |
          import os
          os.environ["TORCH_CUDA_ARCH_LIST"] = ";".join(["8.0", "8.6"])
"""


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("build.ps1", '# a list\n$env:TORCH_CUDA_ARCH_LIST = "8.0;8.6"\npython -m pip wheel .\n', 2),
        ("build.ps1", '[Environment]::SetEnvironmentVariable("TORCH_CUDA_ARCH_LIST", "8.0;8.6")\n', 1),
        (".github/workflows/b.yml", _STEP, 9),
        ("Jenkinsfile", "environment { TORCH_CUDA_ARCH_LIST = '8.0;8.6' }\n", 1),
    ],
)
def test_a_list_in_another_language_is_left_by_hand_and_named(tmp_path: Path, name: str, text: str, line: int) -> None:
    (tmp_path / "setup.py").write_text("from torch.utils.cpp_extension import CUDAExtension\n")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    ran = inside("generate", "torch-extension", tmp_path, "--add", "12.0", "--diff")
    assert ran.code == 4
    assert f"{name}:{line}: change by hand" in ran.err


APPENDED = """from torch.utils.cpp_extension import CUDAExtension
cc_flag.append("-gencode")
cc_flag.append("arch=compute_80,code=sm_80")
"""
SETUP = """from torch.utils.cpp_extension import CUDAExtension
# "-gencode=arch=compute_60,code=sm_60"
EXTENSION = CUDAExtension("scale", ["scale.cu"], extra_compile_args={"nvcc": ["-gencode=arch=compute_80,code=sm_80"]})
"""


@pytest.mark.parametrize(
    ("name", "text", "gpu", "code", "said"),
    [
        ("setup.py", SETUP, "12.0", 4, "setup.py:3: -gencode=arch=compute_80,code=sm_80"),
        ("setup.py", SETUP, "8.0", 0, "1 with the target already"),
        (
            "setup.py",
            SETUP + "os.environ['TORCH_CUDA_ARCH_LIST'] = ''\n",
            "12.0",
            4,
            "setup.py:3: -gencode=arch=compute",
        ),
        ("setup.py", APPENDED, "12.0", 4, "setup.py:3: arch=compute_80,code=sm_80"),
        ("setup.py", APPENDED, "8.0", 0, "1 with the target already"),
        ("Makefile", "ARCH ?= 75\nall:\n\tnvcc -arch=compute_$(ARCH) -fatbin a.cu\n", "12.0", 4, "Makefile:3: -arch"),
    ],
)
def test_flags_that_a_program_gives_nvcc_are_named(
    tmp_path: Path, name: str, text: str, gpu: str, code: int, said: str
) -> None:
    """Where no list is read that could be extended."""
    ran = inside("generate", str(project(tmp_path, {name: text})), "--add", gpu)
    assert (ran.code, said in ran.out) == (code, True), ran.out + ran.err
    assert ("add -gencode=arch=compute_120,code=sm_120 there" in ran.out) is (code == 4)
    assert ("its number is a variable's: give that 120" in ran.out) is ("$(" in text)


@pytest.mark.parametrize(
    "text",
    ["# $env:TORCH_CUDA_ARCH_LIST = '8.0'\n", "$env:TORCH_CUDA_ARCH_LIST = ''\n", "$env:MY_TORCH_CUDA_ARCH_LIST = 1\n"],
)
def test_a_remark_or_an_empty_value_is_no_list(tmp_path: Path, text: str) -> None:
    (tmp_path / "setup.py").write_text("from torch.utils.cpp_extension import CUDAExtension\n")
    (tmp_path / "build.ps1").write_text(text)
    assert inside("generate", "torch-extension", tmp_path, "--add", "12.0", "--diff").code == 3


def test_lists_that_nothing_reads_are_named(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "a"\n\n[dependencies]\nwhisper-rs = "0.14.3"\n')
    (tmp_path / "Dockerfile").write_text('FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nENV CUDA_ARCH_LIST="80;86"\n')
    ran = inside("generate", "whisper-rs", tmp_path, "--add", "12.0", "--diff")
    assert ran.code == 3
    assert "Dockerfile:2: CUDA_ARCH_LIST: nothing in this build reads it" in ran.err
    assert f"cudacompat lint {tmp_path} --gpu sm_120 --fix --unsafe-fixes" in ran.err


@pytest.mark.parametrize(
    "branch", ["if [[ $TORCH_VERSION == 2.1.* ]]; then", 'if [ "${PYTORCH_VERSION}" = "1.13.1" ]; then']
)
def test_a_list_for_a_version_of_its_own_is_left_by_hand(tmp_path: Path, branch: str) -> None:
    (tmp_path / "setup.py").write_text("from torch.utils.cpp_extension import CUDAExtension\n")
    (tmp_path / "build.sh").write_text(f'{branch}\n  export TORCH_CUDA_ARCH_LIST="8.0 8.6"\nfi\npip wheel .\n')
    ran = inside("generate", "torch-extension", tmp_path, "--add", "12.0", "--diff")
    assert "+" not in ran.out
    assert "build.sh:2: change by hand: the list is in a branch for one version" in ran.err


def test_the_incidents_dockerfile_is_healed_by_the_command_that_is_printed(tmp_path: Path) -> None:
    """Its lists are read by nothing; what is printed puts one where it is read, and leaves all the rest."""
    folder = tmp_path / "service"
    shutil.copytree(ROOT / "examples/incident", folder)
    before = (folder / "Dockerfile").read_text().splitlines()
    first = inside("generate", folder, "--add", "RTX 5070 Ti", "--write")
    assert first.code == 3
    (command,) = [
        line.partition("where it is read: ")[2] for line in first.err.splitlines() if "--unsafe-fixes" in line
    ]
    assert inside(*shlex.split(command)[1:]).code == 0
    after = (folder / "Dockerfile").read_text().splitlines()
    assert 'ENV CMAKE_CUDA_ARCHITECTURES="80-real;86-real;89-real;120"' in after
    gone = [line for line in before if line not in after]
    assert all(
        "ARCH" in line or "CAPABILITY" in line or "CUDA_VISIBLE" in line or "cargo build" in line for line in gone
    )
    assert inside("lint", folder, "--gpu", "RTX 5070 Ti").code == 0
    again = inside("generate", folder, "--add", "RTX 5070 Ti", "--check")
    assert again.code == 0, again.err


_OLD_LISTS = "cmake_minimum_required(VERSION 3.18)\n{}project(x LANGUAGES CXX CUDA)\nadd_library(x SHARED k.cu)\n"
_OLD_JOB = """on: push
jobs:
  build:
    runs-on: {}
    steps:
      - uses: actions/checkout@v5
      - run: sudo apt-get update && sudo apt-get install -y {}
      - run: {}
"""
_OLD_GITLAB = """build:
  image: {}
  script:
    - apt-get update && apt-get install -y nvidia-cuda-toolkit cmake g++
    - bash ci/build.sh
"""
_OLD_CONDA = """FROM mambaorg/micromamba:2.0
RUN micromamba install -y -c conda-forge cuda-nvcc={} cmake
COPY . /src
RUN cmake -S /src -B /b "-DCMAKE_CUDA_ARCHITECTURES=75;86" && cmake --build /b
"""
_LISTED = 'cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=75;86"'
_DEFAULT = "set(CMAKE_CUDA_ARCHITECTURES 75 86)\n"


@pytest.mark.parametrize(
    ("files", "healthy", "said"),
    [
        (  # the list in a step of the job
            {".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-22.04", "nvidia-cuda-toolkit", _LISTED)},
            {".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-24.04", "nvidia-cuda-toolkit", _LISTED)},
            "ci.yml:8: CUDA 11.5 in job build cannot build sm_89",
        ),
        (  # NVIDIA's own package of an old release
            {".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-22.04", "cuda-toolkit-11-4", _LISTED)},
            {".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-22.04", "cuda-toolkit-11-8", _LISTED)},
            "CUDA 11.4 in job build cannot build sm_89",
        ),
        (  # the list in the project's own CMakeLists.txt, the compiler in a job
            {
                ".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-22.04", "nvidia-cuda-toolkit", "cmake -B build"),
                "CMakeLists.txt": _OLD_LISTS.format(_DEFAULT),
            },
            {
                ".github/workflows/ci.yml": _OLD_JOB.format("ubuntu-24.04", "nvidia-cuda-toolkit", "cmake -B build"),
                "CMakeLists.txt": _OLD_LISTS.format(_DEFAULT),
            },
            "CMakeLists.txt:2: CUDA 11.5 of job build in .github/workflows/ci.yml cannot build sm_89",
        ),
        (  # the list in a script that the job calls
            {".gitlab-ci.yml": _OLD_GITLAB.format("debian:bullseye"), "ci/build.sh": f"#!/bin/sh\n{_LISTED}\n"},
            {".gitlab-ci.yml": _OLD_GITLAB.format("debian:trixie"), "ci/build.sh": f"#!/bin/sh\n{_LISTED}\n"},
            "ci/build.sh:2: CUDA 11.2 of job build in .gitlab-ci.yml cannot build sm_89",
        ),
        (  # conda's compiler
            {"Dockerfile": _OLD_CONDA.format("11.5")},
            {"Dockerfile": _OLD_CONDA.format("12.4")},
            "Dockerfile:4: CUDA 11.5 cannot build sm_89",
        ),
    ],
)
def test_no_list_asks_an_old_compiler_for_what_it_cannot_build(
    tmp_path: Path, files: dict[str, str], healthy: dict[str, str], said: str
) -> None:
    lists = {"CMakeLists.txt": _OLD_LISTS.format("")}
    (tmp_path / "old").mkdir()
    ran = add(project(tmp_path / "old", {**lists, **files}), engine="cmake", spec="8.9")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "CUDA 11.8" in ran.err
    (tmp_path / "new").mkdir()
    assert add(project(tmp_path / "new", {**lists, **healthy}), engine="cmake", spec="8.9").code == 0
    assert add(tmp_path / "old", engine="cmake", spec="8.0").code == 0  # that the old one builds


@each_case("value", ["75;80", "75-real;80-real", "75;80-virtual", "75;86-real;90-virtual"])
def test_lint_extends_a_list_as_add_does(tmp_path: Path, value: str) -> None:
    """Also by the GPU that an older number's code runs on: its own code is what a check for native code asks for."""
    (tmp_path / "CMakeLists.txt").write_text("project(app LANGUAGES CXX CUDA)\nadd_executable(app main.cu)\n")
    file = tmp_path / "Dockerfile"
    text = (
        f'FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nCOPY . .\nRUN cmake -B b -DCMAKE_CUDA_ARCHITECTURES="{value}" .\n'
    )
    file.write_text(text)
    inside("lint", tmp_path, "--gpu", "8.6", "--gpu", "12.0", "--fix", "--unsafe-fixes")
    by_lint = file.read_text()
    assert by_lint != text
    file.write_text(text)
    inside("generate", "cmake", tmp_path, "--add", "8.6", "--add", "12.0", "--write")
    assert file.read_text() == by_lint


def test_lint_brings_no_gpu_along_that_the_image_cannot_build(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text("project(app LANGUAGES CXX CUDA)\nadd_executable(app main.cu)\n")
    (tmp_path / "Dockerfile").write_text(
        'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY . .\nRUN cmake -B b -DCMAKE_CUDA_ARCHITECTURES="80-real" .\n'
    )
    said = inside("lint", tmp_path, "--gpu", "9.0", "--gpu", "12.0").out
    assert "help   CMAKE_CUDA_ARCHITECTURES=80-real;90-real\n" in said


@each_case(
    ("given", "code", "said"),
    [
        ("'8.0'", 4, "meson.build:4: change by hand: add '12.0' to its arguments"),
        ("'8.0', '12.0+PTX'", 0, "nothing to change"),
        ("['8.0', '12.0']", 0, "nothing to change"),
    ],
)
def test_the_list_of_mesons_module_is_said(tmp_path: Path, given: str, code: int, said: str) -> None:
    (tmp_path / "meson.build").write_text(
        "project('scaler', 'cpp', 'cuda')\n# nvcc_arch_flags(nvcc.version(), '12.0')\ncuda = import('unstable-cuda')\n"
        f"flags = cuda.nvcc_arch_flags(nvcc.version(), {given})\n"
    )
    ran = inside("generate", tmp_path, "--add", "12.0", "--diff")
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_a_directory_of_pins_alone_is_sent_to_lint(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\ndependencies = ["torch==2.6.0"]\n')
    said = inside("generate", tmp_path, "--add", "RTX 5070 Ti").err
    assert f"for packages that it installs built: cudacompat lint {tmp_path} --gpu 'RTX 5070 Ti'" in said


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"Dockerfile": "RUN pip install torch==2.2.2\n"}, "cannot"),
        ({"Dockerfile": "RUN pip install torch==2.8.0\n"}, "changes"),
        ({"Dockerfile": "RUN pip install 'torch>=2.2'\n"}, "changes"),  # any newer one, too
        ({"Dockerfile": "# RUN pip install torch==2.2.2\n"}, "changes"),
        ({"requirements.txt": "torchvision==0.17\ntorch==2.6.0 ; python_version >= '3.9'\n"}, "cannot"),
        ({"requirements.txt": "torch-scatter==2.1.2\n"}, "changes"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ntorch = "2.5.1"\n'}, "cannot"),
        ({"environment.yml": "dependencies:\n  - pytorch=2.4\n"}, "cannot"),
        ({"Dockerfile": "FROM pytorch/pytorch:2.6.0-cuda12.4-cudnn9-devel\n"}, "cannot"),
        ({"requirements.txt": "torch==2.2.2\n", "Dockerfile": "RUN pip install torch==2.8.0\n"}, "cannot"),
    ],
)
def test_a_pytorch_that_does_not_know_the_target_keeps_its_list(
    tmp_path: Path, files: dict[str, str], state: str
) -> None:
    """2.6 and older end with `Unknown CUDA arch (12.0)`."""
    (tmp_path / "setup.py").write_text("from torch.utils.cpp_extension import CUDAExtension\n")
    (tmp_path / "build.sh").write_text('export TORCH_CUDA_ARCH_LIST="8.0;8.6"\npython setup.py bdist_wheel\n')
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    ran = inside("generate", tmp_path, "--add", "12.0", "--format", "json")
    (place,) = [each for each in ran.json["places"] if each["path"] == "build.sh"]
    assert place["state"] == state, place
    assert ran.code == (4 if state == "cannot" else 0)


MATRIX = """on: push
jobs:
  wheels:
    strategy:
      matrix:
        include:
          - { cuda: '11.8.0', cudaarch: '6.0 8.6+PTX' }
          - { cuda: '12.1.0', cudaarch: '6.0 9.0+PTX' }
          - { cuda: '12.4.0', cudaarch: '6.0 9.0+PTX' }
    runs-on: windows-2022
    steps:
      - shell: pwsh
        run: |
          $env:TORCH_CUDA_ARCH_LIST = '${{ matrix.cudaarch }}'
          python -m build
"""


def test_the_values_of_a_matrix_are_named_where_a_step_of_another_language_sets_them(tmp_path: Path) -> None:
    files = {"setup.py": "from torch.utils import cpp_extension\n", ".github/workflows/wheels.yml": MATRIX}
    ran = add(project(tmp_path, files))
    assert ran.code == 4
    places = [line.partition("wheels.yml:")[2] for line in ran.out.splitlines() if "wheels.yml:" in line]
    assert places == ["7: TORCH_CUDA_ARCH_LIST=6.0 8.6+PTX", "8: TORCH_CUDA_ARCH_LIST=6.0 9.0+PTX"]
    assert "by torch.utils.cpp_extension" in ran.out


BRANCHES = """import os
from torch.utils import cpp_extension
if cuda_version >= Version("12.8"):
    os.environ["TORCH_CUDA_ARCH_LIST"] = "8.0;9.0{more}"
elif cuda_version >= Version("11.8"):
    os.environ["TORCH_CUDA_ARCH_LIST"] = "7.0;8.0;9.0"
"""


@pytest.mark.parametrize(("more", "code"), [(";12.0", 0), ("", 4)])
def test_a_branch_that_has_the_target_is_enough(tmp_path: Path, more: str, code: int) -> None:
    ran = add(project(tmp_path, {"setup.py": BRANCHES.format(more=more)}))
    assert ran.code == code, ran.out
    assert ("another branch has the target" in ran.out) is (code == 0)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"cpp/CMakeLists.txt": "project(x LANGUAGES CUDA)\n"},
            "in {}, but cmake in {}/cpp: cudacompat generate ",
        ),
        (
            {"docker/compose.yaml": "services:\n  a:\n    build:\n      args:\n        TORCH_CUDA_ARCH_LIST: '8.6'\n"},
            "in {}; torch-extension reads the TORCH_CUDA_ARCH_LIST of docker/compose.yaml: cudacompat generate ",
        ),
        ({"README.md": "nothing\n"}, "in {}; for any build with CMake: cudacompat generate cmake"),
    ],
)
def test_a_directory_without_an_engine_is_sent_to_what_is_there(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    ran = add(project(tmp_path, files))
    assert ran.code == 2
    assert f"no known engine found {said.replace('{}', str(tmp_path))}" in ran.err


def test_a_pin_of_the_tests_is_not_what_the_project_is_built_for(tmp_path: Path) -> None:
    files = {
        "setup.py": "import os\nfrom torch.utils import cpp_extension\nos.environ['TORCH_CUDA_ARCH_LIST'] = '9.0'\n",
        "tests/images/run.sh": 'images=("pytorch/pytorch:1.0.1-cuda10.0-cudnn7-devel")\n',
    }
    assert add(project(tmp_path, files)).code == 0
    (tmp_path / "tests/images/run.sh").rename(tmp_path / "run.sh")
    assert add(tmp_path).code == 4


REUSED = """on:
  workflow_call:
    inputs:
      cuda_version: {type: string}
jobs:
  b:
    runs-on: ubuntu-24.04
    steps:
      - run: bash build.sh
        env:
          CUDA_VERSION: ${{ inputs.cuda_version }}
          TORCH_CUDA_ARCH_LIST: "7.5;8.9"
"""


@pytest.mark.parametrize(("oldest", "code"), [("11.8.0", 4), ("12.8.1", 0)])
def test_a_workflow_that_is_called_with_an_old_release_keeps_its_list(tmp_path: Path, oldest: str, code: int) -> None:
    caller = (
        f'on: push\njobs:\n  t:\n    strategy:\n      matrix:\n        cuda_version: ["{oldest}", "13.0.2"]\n'
        "    uses: ./.github/workflows/runner.yml\n    with:\n      cuda_version: ${{ matrix.cuda_version }}\n"
    )
    files = {
        "setup.py": "from torch.utils import cpp_extension\n",
        ".github/workflows/runner.yml": REUSED,
        ".github/workflows/tests.yml": caller,
    }
    ran = add(project(tmp_path, files))
    assert ran.code == code, ran.out
    why = ".github/workflows/tests.yml calls this file with CUDA 11.8, which has no 120"
    assert (why in " ".join(ran.out.split())) is (code == 4)


def test_many_names_of_matrices_cost_no_more_than_few(tmp_path: Path) -> None:
    line = "          $env:TORCH_CUDA_ARCH_LIST = '${{{{ matrix.a{} }}}}'\n"
    files = {
        "setup.py": "from torch.utils import cpp_extension\n",
        ".github/workflows/wheels.yml": MATRIX + "".join(line.format(number) for number in range(4000)),
    }
    project(tmp_path, files)
    start = time.process_time()
    assert add(tmp_path).code == 4
    assert time.process_time() - start < 5
