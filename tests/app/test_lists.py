"""`check` of files that list packages: the same verdicts and exit codes as for the wheels themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cudacompat.domain.wheels.table import releases
from tests.cli.test_cli import schema
from tests.helpers.fits import assert_fits
from tests.helpers.run import Ran, inside

NEW_GPU = "RTX 5070 Ti"


def check(folder: Path, files: dict[str, str | bytes], *arguments: str, gpu: str = NEW_GPU) -> Ran:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return inside("check", next(iter(files)), "--gpu", gpu, "--no-config", *arguments, cwd=folder)


def packages(ran: Ran) -> list[tuple[str, int, str, str | None]]:
    document: Any = ran.json
    assert_fits(document, schema("check"))
    return [(each["path"], each["line"], each["package"], each["outcome"]) for each in document["packages"]]


JSON = ("--format", "json")
LOCK = (
    'version = 1\n\n[[package]]\nname = "torch"\nversion = "{}"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("requirements.txt", "torch==2.6.0\n", 1),
        ("requirements.txt", "torch==2.8.0\n", 0),
        ("requirements.txt", "torch==99.0\n", 4),
        ("requirements.txt", "numpy==2.0\n", 3),
        ("requirements.txt", "torch==2.8.0\nflash-attn==1.0.4\n", 4),
        ("requirements.txt", "torch==2.8.0\nflash-attn==2.5.8\n", 1),
        ("requirements.txt", "torch==2.8.0\njax[cuda12]==0.4.25\n", 4),
        ("requirements.txt", "torch==2.8.0\nllama-cpp-python==0.3.2\n", 4),
        ("requirements.txt", "torch==2.8.0\nnvidia-ml-py==12.0\neinops==0.8\n", 0),
        ("requirements.txt", "torch==2.8.0\nnot a requirement\n", 4),
        ("requirements.txt", "torch==2.8.0 --hash=sha256:0\n", 0),
        ("frozen.txt", "numpy==1.26.4\ntorch==2.6.0\n", 1),  # told by its lines
        ("frozen.txt", "torch==2.8.0\nnumpy==1.26.4\nnot a requirement\n", 4),  # most lines are, and the other is said
        ("compose.yml", "name: a\nservices:\n  b: {}\ndependencies:\n  a: torch==2.6.0\n", 3),
        ("notes.txt", "Three cards were tried\nand two of them\nran torch==2.6.0\n", 3),
        ("uv.lock", LOCK.format("2.6.0"), 1),
        ("uv.lock", LOCK.format("2.8.0"), 0),
        ("uv.lock", "version = 9\n", 4),
        ("pyproject.toml", '[project]\nname = "a"\ndependencies = ["torch==2.6.0"]\n', 1),
        ("environment.yml", "dependencies:\n- pip\n- pip:\n  - torch==2.6.0\n", 1),
        ("environment.yml", "dependencies:\n- pip\n- pip:\n  - torch==2.8.0\n", 0),
    ],
)
def test_every_kind_of_list_is_judged(tmp_path: Path, name: str, text: str, code: int) -> None:
    assert check(tmp_path, {name: text}).code == code


def test_each_package_has_a_verdict_and_each_fault_a_line(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "numpy\ntorch==2.6.0\nctranslate2==4.5.0\n"}, *JSON)
    assert packages(ran) == [
        ("requirements.txt", 2, "torch", "fails"),
        ("requirements.txt", 3, "ctranslate2", "jit"),
    ]
    (error,) = [each for each in ran.json["findings"] if each["severity"] == "error"]
    assert (error["id"], error["path"], error["line"]) == ("wheel-cannot-run", "requirements.txt", 2)
    assert 'pip install "torch==2.7.1+cu128" --index-url https://download.pytorch.org/whl/cu128' in error["help"]


def test_included_files_count_whatever_their_names(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "-r parts/gpu.pip\n-c limits\n",
        "parts/gpu.pip": "torch\n",
        "limits": "torch==2.6.0\n",
    }
    assert packages(check(tmp_path, files, *JSON)) == [("parts/gpu.pip", 1, "torch", "fails")]


def test_a_file_that_only_includes_others_is_a_list(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"all.txt": "# for the server\n-r gpu.pip\n", "gpu.pip": "torch==2.6.0\n"}
    assert packages(check(tmp_path, files, *JSON)) == [("gpu.pip", 1, "torch", "fails")]


_ENVIRONMENT = "dependencies:\n- pip\n- pip:\n  - {}\n"


@pytest.mark.parametrize("line", ["-r parts/gpu.txt", "--requirement=parts/gpu.txt", "-rparts/gpu.txt"])
def test_the_pip_section_of_an_environment_takes_in_other_files(tmp_path: Path, line: str) -> None:
    files: dict[str, str | bytes] = {
        "env/environment.yml": _ENVIRONMENT.format(line),
        "env/parts/gpu.txt": "torch\n-c ../limits\n",
        "env/limits": "torch==2.6.0\n",
    }
    assert packages(check(tmp_path, files, *JSON)) == [("env/parts/gpu.txt", 1, "torch", "fails")]


def test_the_index_of_a_pip_section_holds_for_what_it_takes_in(tmp_path: Path) -> None:
    line = "--index-url https://download.pytorch.org/whl/cu126\n  - -r gpu.txt"
    files: dict[str, str | bytes] = {"environment.yml": _ENVIRONMENT.format(line), "gpu.txt": "torch==2.8.0\n"}
    assert packages(check(tmp_path, files, *JSON)) == [("gpu.txt", 1, "torch", "fails")]


@pytest.mark.parametrize(
    ("line", "why"), [("-r gone.txt", "no such file"), ("-c ../../outside.txt", "outside the directory")]
)
def test_an_include_of_a_pip_section_that_is_not_read_is_said(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "outside.txt").write_text("secret\n")
    (tmp_path / "project").mkdir()
    ran = check(tmp_path / "project", {"environment.yml": _ENVIRONMENT.format(f"torch==2.8.0\n  - {line}")}, *JSON)
    (row,) = ran.json["not_read"]
    assert (ran.code, why in row["why"], "secret" in ran.out) == (4, True, False)


def test_files_that_include_each_other_are_judged_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a-requirements.txt": "-r b-requirements.txt\n",
        "b-requirements.txt": "-r a-requirements.txt\ntorch==2.6.0\n",
    }
    ran = check(tmp_path, files, *JSON)
    assert (ran.code, packages(ran)) == (1, [("b-requirements.txt", 2, "torch", "fails")])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-r gone.txt", "no such file"),
        ("-r ../outside.txt", "outside the directory"),
        ("-r /etc/hostname", "outside the directory"),
        ("-r link.txt", "outside the directory"),
        ("-r https://example.org/requirements.txt", "not fetched"),
    ],
)
def test_an_include_that_is_not_read_is_said(tmp_path: Path, line: str, why: str) -> None:
    inner = tmp_path / "project"
    inner.mkdir()
    (tmp_path / "outside.txt").write_text("secret\n")
    (inner / "link.txt").symlink_to(tmp_path / "outside.txt")
    ran = check(inner, {"requirements.txt": f"torch==2.8.0\n{line}\n"}, *JSON)
    assert ran.code == 4
    (row,) = ran.json["not_read"]
    assert "line 2 includes" in row["why"]
    assert why in row["why"]
    assert "secret" not in ran.out


def test_a_list_in_utf_16_is_read_as_pip_reads_it(tmp_path: Path) -> None:
    assert check(tmp_path, {"requirements.txt": "torch==2.6.0\r\n".encode("utf-16")}).code == 1


def test_required_levels_hold_for_packages(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "ctranslate2==4.5.0\n"}
    assert check(tmp_path, files).code == 0
    ran = check(tmp_path, files, "--require", "sass", *JSON)
    assert [(each["id"], each["severity"]) for each in ran.json["findings"]] == [("wheel-by-jit", "error")]
    files = {"requirements.txt": "ctranslate2==4.8.5\n"}  # no release of it has machine code: the cure is no JIT either
    (found,) = check(tmp_path, files, "--require", "native", *JSON).json["findings"]
    assert "build it from source" in found["help"]
    assert "JIT cache" not in found["help"]
    torch: dict[str, str | bytes] = {"requirements.txt": "torch==2.8.0\n"}
    ran = check(tmp_path, torch, "--require", "native", *JSON, gpu="8.9")
    assert [(each["id"], each["severity"]) for each in ran.json["findings"]] == [("not-native", "error")]


@pytest.mark.parametrize(("holes", "code"), [("error", 1), ("warn", 0), ("ignore", 0)])
def test_a_package_that_lacks_kernels_is_as_serious_as_a_gap(tmp_path: Path, holes: str, code: int) -> None:
    assert check(tmp_path, {"requirements.txt": "xgboost==1.7.6\n"}, "--holes", holes).code == code


def test_the_driver_and_the_arm_platform_count(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torch==2.13.0\n"}
    assert check(tmp_path, files, gpu="RTX 4090").code == 0
    assert check(tmp_path, files, "--driver", "550.54.15", gpu="RTX 4090").code == 1
    ran = check(tmp_path, {"requirements.txt": "torch==2.9.1\n"}, *JSON, gpu="GB10")
    assert packages(ran) == [("requirements.txt", 1, "torch", None)]  # PyPI's wheel for Arm holds no device code
    assert (ran.code, [each["id"] for each in ran.json["findings"]]) == (1, ["wheel-without-code"])


def test_comments_and_policies_suppress_findings_of_lists(tmp_path: Path) -> None:
    text = "torch==2.6.0  # cudacompat: ignore[wheel-cannot-run] runs on the CPU\n"
    ran = check(tmp_path, {"requirements.txt": text}, *JSON)
    assert (ran.code, len(ran.json["suppressed"])) == (0, 1)


def test_lists_and_artifacts_are_judged_together(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("torch==2.8.0\n")
    (tmp_path / "notes.txt").write_text("this is no list of packages\n")
    ran = inside("check", "requirements.txt", "notes.txt", "--gpu", NEW_GPU, "--no-config", *JSON, cwd=tmp_path)
    assert ran.code == 1
    assert [each["id"] for each in ran.json["findings"]] == ["no-device-code"]
    assert len(packages(ran)) == 1


@pytest.mark.parametrize("format_", ["sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_every_format_names_the_line(tmp_path: Path, format_: str) -> None:
    ran = check(tmp_path, {"requirements.txt": "\ntorch==2.6.0\n"}, "--format", format_)
    assert ran.code == 1
    assert "torch 2.6.0 does not run" in ran.out


def test_doctor_judges_a_list_too(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy==2.0\ntorch==2.6.0\n")
    ran = inside("doctor", "requirements.txt", "--gpu", NEW_GPU, "--format", "json", cwd=tmp_path)
    found = [(each["path"], each["line"]) for each in ran.json["findings"] if each["id"] == "wheel-cannot-run"]
    assert (ran.code, found) == (1, [("requirements.txt", 2)])
    (tmp_path / "requirements.txt").write_text("torch==2.8.0\n")
    assert inside("doctor", "requirements.txt", "--gpu", NEW_GPU, "--format", "json", cwd=tmp_path).code == 0


_PROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["torch==2.6.0"]\n'


@pytest.mark.parametrize(
    ("tables", "lock", "tool"),
    [
        ("", "", "pip install"),
        ("[tool.uv]\n", "", "uv add"),
        ("[tool.poetry]\npackages = []\n", "", "poetry source add"),
        ("[tool.pdm]\ndistribution = false\n", "", "printf"),
        ('[tool.pdm.version]\nsource = "scm"\n', "", "pip install"),  # of its backend, which any tool builds with
        ('[build-system]\nbuild-backend = "poetry.core.masonry.api"\n', "", "poetry source add"),
        ('[build-system]\nbuild-backend = "uv_build"\n', "", "uv add"),
        ('[build-system]\nbuild-backend = "hatchling.build"\n', "", "pip install"),
        ('[build-system]\nbuild-backend = "pdm.backend"\n', "uv.lock", "uv add"),
        ("", "pdm.lock", "printf"),
        ("", "poetry.lock", "poetry source add"),
    ],
)
def test_the_cure_is_in_the_words_of_the_tool_whose_table_or_lock_is_there(
    tmp_path: Path, tables: str, lock: str, tool: str
) -> None:
    files: dict[str, str | bytes] = {"app/pyproject.toml": _PROJECT + tables, **({f"app/{lock}": ""} if lock else {})}
    (found,) = check(tmp_path, files, *JSON).json["findings"]
    assert found["help"].startswith(tool)


_TORCH = '["torch==2.6.0"]\n'
_NEW = ' "torch==2.7.1+cu128"'
_SOURCE = f"--source pytorch-cu128{_NEW}"


@pytest.mark.parametrize(
    ("part", "tool", "command"),
    [
        (f"[project.optional-dependencies]\ngpu = {_TORCH}", "uv", f"uv add --optional gpu{_NEW} --index"),
        (f"[dependency-groups]\nml = {_TORCH}", "uv", f"uv add --group ml{_NEW} --index"),
        (f"[dependency-groups]\ndev = {_TORCH}", "uv", f"uv add --dev{_NEW} --index"),
        (f"[project.optional-dependencies]\ngpu = {_TORCH}", "poetry", f"poetry add --optional gpu {_SOURCE}"),
        ('[tool.poetry.group.ml.dependencies]\ntorch = "2.6.0"\n', "poetry", f"poetry add --group ml {_SOURCE}"),
        (f"[project.optional-dependencies]\ngpu = {_TORCH}", "pdm", f"pdm add -G gpu{_NEW}"),
        (f"[tool.pdm.dev-dependencies]\nml = {_TORCH}", "pdm", f"pdm add -dG ml{_NEW}"),
        (f"[project.optional-dependencies]\n\"a; b\" = {_TORCH}", "uv", f"uv add --optional 'a; b'{_NEW} --index"),
    ],
)  # fmt: skip
def test_the_cure_names_the_extra_or_group_in_which_the_pin_stands(
    tmp_path: Path, part: str, tool: str, command: str
) -> None:
    text = f'[project]\nname = "a"\nversion = "1"\n{part}[tool.{tool}]\npackages = []\n'
    (found,) = check(tmp_path, {"pyproject.toml": text}, *JSON).json["findings"]
    assert command in found["help"]


_SOURCES = """[tool.uv.sources]
torch = [{{ index = "own", marker = "sys_platform == 'linux'" }}]
[[tool.uv.index]]
name = "own"
url = "https://download.pytorch.org/whl/{}"
explicit = true
"""


@pytest.mark.parametrize(
    ("index", "asked", "driver", "command"),
    [
        # cu128 begins with 2.7: the release moves, the index stays
        ("cu128", "2.6.0", "570", 'uv add --optional gpu "torch==2.7.1"  #'),
        # no release of cu118 does: another index takes its place
        ("cu118", "2.6.0", "570", 'uv add --optional gpu "torch==2.7.1+cu128" --index pytorch-cu128='),
        # PyPI's build does: the source has to go, or uv looks there still
        ("cu130", "2.9.1", "570", 'uv remove --optional gpu torch && uv add --optional gpu "torch==2.9.1"'),
    ],
)
def test_the_cure_leaves_no_source_that_lacks_the_release(
    tmp_path: Path, index: str, asked: str, driver: str, command: str
) -> None:
    extra = f'[project.optional-dependencies]\ngpu = ["torch=={asked}"]\n'
    text = f'[project]\nname = "a"\nversion = "1"\n{extra}{_SOURCES.format(index)}'
    (found,) = check(tmp_path, {"pyproject.toml": text}, "--driver", driver, *JSON).json["findings"]
    assert found["help"].startswith(command)


_CONDA = "https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.1-cuda120_py312_300.conda"


@pytest.mark.parametrize(
    ("name", "text", "help_"),
    [
        (
            "conda-lock.yml",
            "version: 1\npackage:\n- name: pytorch\n  version: 2.4.1\n  manager: conda\n  platform: linux-64\n"
            f"  url: {_CONDA}\n",
            f"cudacompat check {_CONDA} --gpu 'RTX 5070 Ti'",
        ),
        ("pixi.lock", f"version: 6\npackages:\n- conda: {_CONDA}\n", f"cudacompat check {_CONDA} --gpu 'RTX 5070 Ti'"),
        (
            "pixi.toml",
            '[project]\nname = "a"\nchannels = ["conda-forge"]\n[dependencies]\npytorch = "2.4.1.*"\n',
            "pixi add pytorch-gpu cuda-version=12.9",
        ),
        (
            "environment.yml",
            "channels: [conda-forge]\ndependencies:\n- pytorch=2.4.1\n",
            "conda install -c conda-forge pytorch-gpu cuda-version=12.9",
        ),
    ],
)
def test_a_package_of_conda_is_not_the_wheel_of_that_name(tmp_path: Path, name: str, text: str, help_: str) -> None:
    ran = check(tmp_path, {name: text}, *JSON)
    (found,) = ran.json["findings"]
    assert (ran.code, found["id"]) == (4, "wheel-not-known")
    assert help_ in found["help"]
    assert "torch==" not in found["help"]


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("--index-url https://me:secret@wheels.example/simple", "PIP_INDEX_URL=https://wheels.example/simple "),
        ("-f https://wheels.example/onnxruntime.html", "PIP_FIND_LINKS=https://wheels.example/onnxruntime.html "),
    ],
)
def test_a_wheel_of_a_private_index_is_read_from_that_index(tmp_path: Path, option: str, variable: str) -> None:
    (found,) = check(tmp_path, {"requirements.txt": f"{option}\nonnxruntime-gpu==1.22.0\n"}, *JSON).json["findings"]
    assert f": {variable}cudacompat check onnxruntime-gpu==1.22.0 --gpu" in found["help"]
    assert "secret" not in str(found)


def test_a_build_of_an_index_of_pytorch_is_read_from_that_index(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "torch==2.7.1+cu128\n"}, *JSON, gpu="GH200")
    (found,) = ran.json["findings"]
    assert (
        ": PIP_INDEX_URL=https://download.pytorch.org/whl/cu128 cudacompat check torch==2.7.1+cu128 --gpu"
        in found["help"]
    )
    assert "oldest" not in found["message"]


@pytest.mark.parametrize(
    "spec",
    [
        "cupy=13.0",
        "faiss-gpu=1.8.0",
        "jaxlib=0.4.30=cuda120py311h4008524_201",
        "llama-cpp-python=0.3.2",
        "tensorflow=2.15.0=gpu_py311h65739b5_0",
        "some-solver=1.0=cuda118_h1_0",
        "pytorch_scatter=2.1",
        "libtorch=2.5.1",
    ],
)
def test_a_known_package_of_conda_without_a_row_is_said(tmp_path: Path, spec: str) -> None:
    ran = check(tmp_path, {"environment.yml": f"dependencies:\n- python=3.11\n- {spec}\n"}, *JSON)
    assert ran.code == 4
    assert [(each["id"], each["line"]) for each in ran.json["findings"]] == [("wheel-not-known", 3)]


@pytest.mark.parametrize(
    "specs", ["python=3.11, numpy", "cudatoolkit=11.8, cudnn=8.9=cuda11_0", "faiss-cpu=1.8, ucx=1.15=h1_0_cuda12"]
)
def test_a_package_of_conda_without_device_code_is_not_said(tmp_path: Path, specs: str) -> None:
    assert check(tmp_path, {"environment.yml": f"dependencies: [{specs}]\n"}).code == 3


@pytest.mark.parametrize(
    ("specs", "gpu", "driver", "code"),
    [
        ("cupy, cuda-version=13.0", "V100", "580", 1),  # CUDA 13 builds nothing for it
        ("cupy, cuda-version=12.9", "V100", "580", 4),
        ("cupy, cuda-version=13.0", NEW_GPU, "570", 1),  # and asks for driver 580
        ("cupy, cuda-version=13.0", NEW_GPU, "580", 4),
        ("jaxlib=0.4.30=cuda120_201", "K80", "470", 1),
        ("pytorch=2.5.1=cpu_generic_py311_0", NEW_GPU, "580", 1),  # a GPU was named, which it leaves unused
    ],
)
def test_the_cuda_release_of_a_build_of_conda_decides_what_is_sure(
    tmp_path: Path, specs: str, gpu: str, driver: str, code: int
) -> None:
    files: dict[str, str | bytes] = {"environment.yml": f"dependencies: [{specs}]\n"}
    ran = check(tmp_path, files, "--driver", driver, gpu=gpu)
    assert ran.code == code
    assert "pip install" not in ran.out


_FORGE = "https://conda.anaconda.org/conda-forge/linux-64"
_PIXI = (
    "version: 6\nenvironments:\n  default:\n    channels:\n    - url: https://conda.anaconda.org/conda-forge/\n"
    f"    packages:\n      linux-64:\n      - conda: {_FORGE}/jaxlib-0.4.34-cuda126py311_200.conda\npackages:\n"
    f"- conda: {_FORGE}/jaxlib-0.4.34-cuda126py311_200.conda\n  sha256: 0\n  md5: 1\n  depends:\n  - __cuda\n"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("explicit.txt", f"@EXPLICIT\n{_FORGE}/jaxlib-0.4.34-cuda126py311_200.conda#0\n"),
        ("requirements.txt", f"@EXPLICIT\n{_FORGE}/jaxlib-0.4.34-cuda126py311_200.conda#0\n"),
        ("conda-linux-64.lock", f"# platform: linux-64\n@EXPLICIT\n{_FORGE}/jaxlib-0.4.34-cuda126py311_200.conda\n"),
        ("list.txt", "# Name  Version  Build  Channel\njaxlib  0.4.34  cuda126py311_200  conda-forge\n"),
        ("export.txt", "# platform: linux-64\n_libgcc_mutex=0.1=main\njaxlib=0.4.34=cuda126py311_200\n"),
        ("pixi.lock", _PIXI),
        ("gpu.yml", "name: gpu\ndependencies:\n  # solver\n- jaxlib=0.4.34=cuda126py311_200\n"),
    ],
)
def test_what_conda_prints_is_a_list(tmp_path: Path, name: str, text: str) -> None:
    files: dict[str, str | bytes] = {name: text}
    ((_, _, package, outcome),) = packages(check(tmp_path, files, *JSON))
    assert (package, outcome) == ("jaxlib", "undecided")
    assert check(tmp_path, files, "--driver", "520").code == 1  # CUDA 12 needs 525


@pytest.mark.parametrize("pin", ["xformers==0.0.29", "xformers==0.0.28.post3", "torchvision==0.20.0"])
def test_the_framework_that_a_wheel_alone_requires_counts(tmp_path: Path, pin: str) -> None:
    ran = check(tmp_path, {"requirements.txt": f"{pin}\n"}, *JSON)
    assert (ran.code, [each["id"] for each in ran.json["findings"]]) == (1, ["wheel-cannot-run"])


def test_a_framework_that_is_named_beside_a_wheel_is_the_one_that_counts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "xformers==0.0.30\ntorch==2.8.0\n"}
    found = [each["id"] for each in check(tmp_path, files, *JSON).json["findings"]]
    assert found == ["torch-mismatch", "wheel-by-jit"]


def test_a_mismatch_is_said_once_for_gpus_of_two_platforms(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torch==2.6.0\ntorchvision==0.20.1\n"}
    found = check(tmp_path, files, "--gpu", "GB10", *JSON).json["findings"]
    (mismatch,) = [each["help"] for each in found if each["id"] == "torch-mismatch"]
    assert mismatch.startswith(
        'pip install "torch==2.7.1+cu128" "torchvision==0.22.1+cu128" --index-url'
    )  # its own does not run
    (runs,) = check(tmp_path, files, *JSON, gpu="RTX 3060").json["findings"]
    assert runs["help"] == 'pip install "torchvision==0.21.0" (for torch 2.6.0)'


def test_the_commands_that_are_named_keep_the_driver_and_the_platform(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torch==99.0\n"}
    options = ("--driver", "580", "--platform", "windows-x86_64")
    (found,) = check(tmp_path, files, *options, *JSON).json["findings"]
    assert found["help"].endswith("--gpu 'RTX 5070 Ti' --platform windows-x86_64 --driver 580")


def test_a_package_that_is_left_a_choice_goes_with_the_framework(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "torch==2.8.0\nvllm\nxformers>=0.0.20\n"}, *JSON)
    assert {(each["package"], each["version"]) for each in ran.json["packages"]} == {
        ("torch", "2.8.0"),
        ("vllm", "0.11.0"),
        ("xformers", "0.0.32.post2"),
    }
    assert all(each["id"] != "two-cuda-majors" for each in ran.json["findings"])


def test_what_was_read_and_is_undecided_has_a_note(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "nvidia-cublas-cu12==12.4.5.8\n"}, *JSON)
    assert (ran.code, [each["id"] for each in ran.json["findings"]]) == (4, ["wheel-not-known"])
    assert "is undecided" in ran.json["findings"][0]["message"]


def test_what_is_released_with_the_framework_moves_with_it_in_conda(tmp_path: Path) -> None:
    specs = "channels: [pytorch, nvidia]\ndependencies: [pytorch=2.4.1, torchvision, torchaudio, pytorch-cuda=12.4]\n"
    (found, *_) = check(tmp_path, {"environment.yml": specs}, *JSON).json["findings"]
    assert "pytorch-gpu torchvision torchaudio cuda-version=12.9" in found["help"]


def test_a_release_that_the_index_never_had_is_not_known(tmp_path: Path) -> None:
    def told(text: str) -> tuple[int, str]:
        ran = check(tmp_path, {"requirements.txt": text}, *JSON, gpu="8.6")
        return ran.code, " ".join(f"{each['message']}: {each['why']}: {each['help']}" for each in ran.json["findings"])

    code, words = told("torch==2.6.5\n")  # between two that run
    assert code == 4
    assert "PyPI had no torch 2.6.5 on " in words
    assert "pin a release that is there: torch==2.6.0 or torch==2.7.0" in words
    assert told("vllm==0.8.77\n")[0] == told("torch==2.6.5+cu124\n")[0] == 4
    assert told("torch==2.6.0\n")[0] == 0
    assert "PyPI had no" not in told("torch==1.7.1\ntorchvision==0.8.2\n")[1]  # that only old Pythons have


def test_a_release_without_a_wheel_for_the_platform_is_an_error_or_built(tmp_path: Path) -> None:
    def told(text: str, *options: str, gpu: str = "8.6") -> tuple[int, str]:
        ran = check(tmp_path, {"requirements.txt": text}, *JSON, *options, gpu=gpu)
        return ran.code, " ".join(f"{each['message']}: {each['why']}" for each in ran.json["findings"])

    code, words = told("faiss-gpu-cu12==1.11.0\n", "--platform", "win_amd64")
    assert code == 1
    assert "faiss-gpu-cu12 1.11.0 has no wheel for windows-x86_64: pip finds none" in words
    assert "vllm 0.10.0 is built where it is installed" in told("vllm==0.10.0\n", "--platform", "win_amd64")[1]
    windows = ("--platform", "win_amd64", "--python")
    assert told("onnxruntime-gpu==1.22.0\n", *windows, "3.13")[0] == 0
    code, words = told("onnxruntime-gpu==1.22.0\n", *windows, "3.14")
    assert code == 1
    assert "has no wheel for Python 3.14: its wheels are for Python 3.10 to 3.13" in words


def test_the_command_that_reads_a_wheel_names_a_python_that_has_one(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "onnxruntime-gpu==1.14.1\n"}, *JSON, gpu="8.6")
    assert ran.json["findings"][0]["help"].endswith("check onnxruntime-gpu==1.14.1 --gpu 8.6 --python 3.10")


def test_a_yanked_release_is_said_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torchaudio==2.0.0\ntorch==2.0.0\n"}
    ran = check(tmp_path, files, "--gpu", "GB10", *JSON, gpu="8.6")
    (found,) = [each for each in ran.json["findings"] if each["id"] == "release-yanked"]
    assert (found["severity"], found["line"]) == ("warning", 1)
    assert "incorrect torch dependency" in found["found"]
    assert found["help"] == "pin torchaudio==2.0.1"


def test_what_a_package_of_conda_brings_is_of_conda(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"environment.yml": "channels: [conda-forge]\ndependencies: [accelerate=1.0]\n"}
    ran = check(tmp_path, files, *JSON)
    assert (ran.code, packages(ran)) == (4, [("environment.yml", 2, "torch", "undecided")])


def test_a_lock_for_another_platform_alone_has_nothing_for_this_one(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "conda-win-64.lock": "@EXPLICIT\nhttps://c/conda-forge/win-64/pytorch-2.5.1-cuda126_0.conda\n"
    }
    ran = check(tmp_path, files, *JSON)
    assert (ran.code, ran.json["findings"][0]["message"]) == (
        3,
        "no package for linux-x86_64 in this list is known to have device code",
    )
    ran = check(tmp_path, files, "--platform", "win_amd64", *JSON)
    assert [each[2:] for each in packages(ran)] == [("torch", "undecided")]


def test_a_gap_of_features_is_a_note_with_another_build(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "torch==2.15.0\n"}, *JSON, gpu="T4")
    (note,) = ran.json["findings"]
    assert (ran.code, note["id"], note["severity"]) == (0, "wheel-partial", "note")
    assert note["help"].startswith('for these features: pip install "torch==2.14.1+cu126" --index-url')
    along = check(tmp_path, {"requirements.txt": "vllm==0.33.0\n"}, *JSON, gpu="T4").json["findings"]
    assert [each["help"] for each in along] == [None]  # what vllm asks for, that build is not


def test_the_newest_of_a_bound_brings_its_framework(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "xformers<0.0.31\n"}, *JSON)
    assert [(each[2], each[3]) for each in packages(ran)] == [("xformers", "jit"), ("torch", "fails")]
    (error,) = [each for each in ran.json["findings"] if each["severity"] == "error"]
    assert '"torch==2.7.0+cu128" --index-url' in error["help"]


def test_a_long_list_is_read_and_one_beyond_the_limit_is_said(tmp_path: Path) -> None:
    pins = "".join(f"package-{number}==1.0  # {'why ' * 60}\n" for number in range(5_000))
    ran = check(tmp_path, {"all.txt": "torch==2.6.0\n" + pins}, *JSON)
    assert (ran.code, packages(ran)) == (1, [("all.txt", 1, "torch", "fails")])
    (tmp_path / "all.txt").write_bytes(b"torch==2.6.0\n" * (2 << 20))
    ran = inside("check", "all.txt", "--gpu", NEW_GPU, "--no-config", *JSON, cwd=tmp_path)
    assert (ran.code, ran.json["not_read"]) == (4, [{"path": "all.txt", "why": "larger than 16 MiB"}])


@pytest.mark.parametrize(
    ("text", "package", "version", "reason"),
    [
        ("accelerate\ntorchvision<0.20\n", "torch", "2.4.1", "which torchvision 0.19.1 asks for"),
        ("openai-whisper\nwhisperx\n", "torch", "2.8.0", "the newest that whisperx takes"),
        ("torch\nwhisperx\n", "torch", "2.8.0", "the newest that whisperx takes"),
        ("faster-whisper\nwhisperx==3.3.1\n", "ctranslate2", "4.4.0", "the newest that whisperx 3.3.1 takes"),
        ("torch\nxformers==0.0.28.post3\n", "torch", "2.5.1", "which xformers 0.0.28.post3 asks for"),
        ("torch\ntorchvision\n", "torch", None, ""),  # neither has a bound
        ("torch>=2.9\ntorchvision<0.20\n", "torch", None, ""),  # which pip refuses: no release is left
    ],
)
def test_what_leaves_a_choice_is_held_to_the_bounds_of_others(
    tmp_path: Path, text: str, package: str, version: str | None, reason: str
) -> None:
    ran = check(tmp_path, {"requirements.txt": text}, *JSON, gpu="3.5")
    (found,) = [each for each in ran.json["packages"] if each["package"] == package]
    newest = releases()[package].newest()
    assert found["version"] == (version or str(newest))
    assert reason in " ".join(str(each["found"]) for each in ran.json["findings"]) or package != "torch"


def test_a_library_of_single_features_that_lacks_the_gpu_is_a_note(tmp_path: Path) -> None:
    def told(gpu: str, pin: str = "torchao==0.9.0") -> tuple[int, list[tuple[str, str]], str]:
        ran = check(tmp_path, {"requirements.txt": f"{pin}\n"}, *JSON, gpu=gpu)
        findings = [(each["id"], each["severity"]) for each in ran.json["findings"]]
        return ran.code, findings, ran.json["packages"][0]["outcome"]

    assert told("12.0") == (0, [("wheel-partial", "note")], "partial")
    assert told("8.6") == (0, [], None)
    assert told("7.5") == (0, [], None)  # all of its code is for newer GPUs
    assert told("12.0", "torchao==0.17.0") == (0, [], None)  # for single architectures alone
    assert "single features" in check(tmp_path, {"requirements.txt": "torchao==0.9.0\n"}, gpu="8.6").out


_MARKED = 'torch==2.6.0 ; python_version < "3.13"\ntorch==2.8.0 ; python_version >= "3.13"\n'


@pytest.mark.parametrize(
    ("text", "python", "versions"),
    [
        (_MARKED, "3.13", {"2.8.0"}),
        (_MARKED, "cp312", {"2.6.0"}),
        (_MARKED, "3.9", {"2.6.0"}),
        ("torch<2.5\n", "3.12", {"2.4.1"}),
        ("torch<2.3\n", "3.8", {"2.2.2"}),
        ("torch\n", "3.9", {"2.8.0"}),  # the last that has a wheel for it
    ],
)
def test_the_python_that_is_named_chooses(tmp_path: Path, text: str, python: str, versions: set[str]) -> None:
    ran = check(tmp_path, {"requirements.txt": text}, *JSON, "--python", python, gpu="8.6")
    assert {each["version"] for each in ran.json["packages"]} == versions
    assert ran.code == 0


def test_a_release_without_a_wheel_for_the_python_that_is_named_is_an_error(tmp_path: Path) -> None:
    def told(text: str, *options: str, gpu: str = "8.6") -> tuple[int, str]:
        ran = check(tmp_path, {"requirements.txt": text}, *JSON, *options, gpu=gpu)
        return ran.code, " ".join(f"{each['message']}: {each['why']}" for each in ran.json["findings"])

    code, words = told("torch==2.0.1\n", "--python", "3.12")
    assert code == 1
    assert "torch 2.0.1 has no wheel for Python 3.12: its wheels are for Python 3.8 to 3.11" in words
    assert told("torch==2.0.1\n", "--python", "3.11")[0] == 0
    assert told("torch==2.0.1\n")[0] == 0
    built, words = told("xformers==0.0.22\ntorch==2.4.1\n", "--python", "3.12")
    assert "xformers 0.0.22 is built where it is installed" in words  # pip has its sources
    assert built != 0
    assert check(tmp_path, {"requirements.txt": "torch==2.0.1\n"}, "--python", "1.2.3").code == 2
    cure = check(tmp_path, {"requirements.txt": "torch==2.0.1\n"}, *JSON, "--python", "3.13", gpu="8.6")
    assert 'pip install "torch==2.5' in cure.json["findings"][0]["help"]


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "-c c.txt\nopenai-whisper\n", "c.txt": "torch=={}\n"},
        {"requirements.txt": "-r base.txt\n", "base.txt": "-c c.txt\ntimm\n", "c.txt": "torch=={}\n"},
        {"environment.yml": "dependencies:\n- pip\n- pip:\n  - -c c.txt\n  - accelerate\n", "c.txt": "torch=={}\n"},
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["openai-whisper"]\n'
            '[tool.uv]\nconstraint-dependencies = ["torch=={}"]\n'
        },
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch==2.11.0"]\n'
            '[tool.uv]\noverride-dependencies = ["torch=={}"]\n'
        },
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch", "timm"]\n'
            '[tool.pdm.resolution.overrides]\ntorch = "{}"\n'
        },
    ],
    ids=["pip", "included", "conda", "uv-constraint", "uv-override", "pdm-override"],
)
def test_constraints_hold_what_packages_bring_along(tmp_path: Path, files: dict[str, str]) -> None:
    for version, code in (("2.6.0", 1), ("2.8.0", 0)):
        ran = check(tmp_path, {name: text.replace("{}", version) for name, text in files.items()}, *JSON)
        assert {each["version"] for each in ran.json["packages"] if each["package"] == "torch"} == {version}
        assert ran.code == code


@pytest.mark.parametrize("release", ["0.8.5", "0.7.3"])
def test_an_image_and_a_list_with_the_same_package_have_the_same_cure(tmp_path: Path, release: str) -> None:
    (tmp_path / "compose.yaml").write_text(f"services:\n  llm:\n    image: vllm/vllm-openai:v{release}\n")
    (of_image,) = inside("lint", tmp_path, "--gpu", NEW_GPU, *JSON).json["findings"]
    of_list = check(tmp_path, {"requirements.txt": f"vllm=={release}\n"}, *JSON).json["findings"][0]
    command = of_list["help"].partition("  #")[0]
    assert command.startswith("pip install")
    assert f"install that release: {command}  #" in of_image["help"]
    version = command.partition("vllm==")[2].partition('"')[0]
    assert of_image["help"].startswith(f"use vllm/vllm-openai:v{version}, which has vllm=={version}")


def test_what_moves_along_and_runs_by_jit_is_said(tmp_path: Path) -> None:
    """No release of vllm has machine code for the GPU; that torch has it does not make the cure native."""
    found = check(tmp_path, {"requirements.txt": "vllm==0.8.5\n"}, *JSON).json["findings"][0]
    assert "by JIT at first use" in found["help"]
