"""Constraints and extras of lists: what they make of packages that nobody lists by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_lists import JSON, check, packages
from tests.helpers.run import inside

LIMIT = "torch==2.3.1\n"
UV = '[project]\nname = "a"\ndependencies = ["{}"]\n[tool.uv]\nconstraint-dependencies = ["torch=={}"]\n'


@pytest.mark.parametrize("name", ["requirements.txt", "r.txt"])
@pytest.mark.parametrize("asking", ["torchvision", "torchaudio<3", "-r more.in"])
def test_a_constraint_holds_the_framework_that_a_wheel_brings(tmp_path: Path, name: str, asking: str) -> None:
    files: dict[str, str | bytes] = {name: f"{asking}\n-c c.txt\n", "c.txt": LIMIT, "more.in": "torchvision\n"}
    ran = check(tmp_path, files, *JSON)
    assert ("c.txt", 1, "torch", "fails") in packages(ran)
    assert ran.code == 1


def test_a_constraint_under_which_the_framework_runs_is_fine(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torchvision\n-c c.txt\n", "c.txt": LIMIT}
    ran = check(tmp_path, files, *JSON, gpu="RTX 4090")
    assert ran.code == 0
    assert [each["version"] for each in ran.json["packages"]] == ["0.18.1", "2.3.1"]


@pytest.mark.parametrize(("version", "code"), [("2.3.1", 1), ("2.15.0", 0)])
def test_the_constraints_of_uv_hold_what_is_brought_along(tmp_path: Path, version: str, code: int) -> None:
    assert check(tmp_path, {"pyproject.toml": UV.format("torchvision", version)}).code == code


@pytest.mark.parametrize("asking", ["xformers==0.0.27.post2", "vllm==0.6.3"])
def test_a_wheel_that_asks_for_another_framework_than_the_constraint_is_refused(tmp_path: Path, asking: str) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": f"-c c.txt\n{asking}\n", "c.txt": LIMIT}
    ran = check(tmp_path, files, *JSON, gpu="RTX 4090")
    assert [each["id"] for each in ran.json["findings"]] == ["torch-mismatch"]


def test_a_constraint_on_what_nothing_asks_for_changes_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "onnxruntime-gpu==1.20.2\n-c c.txt\n",
        "c.txt": "torch==2.3.1\nnvidia-cublas-cu11==11.10.3.66\n",
    }
    ran = check(tmp_path, files, *JSON, gpu="RTX 4090")
    assert ran.code == 0
    assert [each["package"] for each in ran.json["packages"]] == ["onnxruntime-gpu"]


@pytest.mark.parametrize("variable", ["ENV PIP_CONSTRAINT=/c.txt", "ENV PIP_CONSTRAINT /c.txt"])
def test_the_variable_of_pip_names_constraints(tmp_path: Path, variable: str) -> None:
    (tmp_path / "c.txt").write_text(LIMIT)
    text = f"FROM python:3.11\nCOPY c.txt /c.txt\n{variable}\nRUN pip install torchvision\n"
    (tmp_path / "Dockerfile").write_text(text)
    ran = inside("lint", ".", "--gpu", "RTX 5090", "--format", "json", cwd=tmp_path)
    assert [(each["id"], each["path"]) for each in ran.json["findings"]] == [("wheel-cannot-run", "c.txt")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "jax[cuda12]==0.4.30\n"),
        ("requirements.txt", "jax[cuda12_pip]==0.4.30\n"),
        ("requirements.txt", "jax[cuda]==0.4.30\n"),
        ("Pipfile", '[packages]\njax = {extras = ["cuda12"], version = "==0.4.30"}\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\njax = {version = "0.4.30", extras = ["cuda12"]}\n'),
        ("pyproject.toml", '[tool.poetry.group.gpu.dependencies.jax]\nversion = "0.4.30"\nextras = ["x", "cuda12"]\n'),
        ("pixi.toml", '[pypi-dependencies]\njax = { version = "==0.4.30", extras = ["cuda12"] }\n'),
    ],
)
def test_the_extras_of_every_kind_of_list_bring_their_packages(tmp_path: Path, name: str, text: str) -> None:
    found = packages(check(tmp_path, {name: text}, *JSON))
    assert [(package, outcome) for _, _, package, outcome in found] == [("jax-cuda12-plugin", "jit")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("jax[cuda12_pip]==0.4.20", 4),  # a build of jaxlib on Google's page, which was not read
        ("jax[cuda12_pip]==0.6.2", 3),  # that release has no such extra: pip installs jax alone
        ("jax[cpu]==0.4.30", 3),
        ("transformers[torch]", 1),  # the newest torch has no code for the GPU
        ("transformers", 3),
    ],
)
def test_an_extra_counts_as_its_release_has_it(tmp_path: Path, line: str, code: int) -> None:
    assert check(tmp_path, {"requirements.txt": f"{line}\n"}, gpu="V100").code == code


@pytest.mark.parametrize("range_", ["==0.43.3", ">=0.43,<0.44", "~=0.43.0", "<0.44"])
def test_the_cure_moves_what_a_range_holds_at_releases_without_a_library(tmp_path: Path, range_: str) -> None:
    ran = check(tmp_path, {"requirements.txt": f"torch==2.3.1+cu121\nbitsandbytes{range_}\n"}, *JSON)
    (finding,) = ran.json["findings"]
    pins = [word for word in finding["help"].split('"') if "==" in word]
    assert pins[1].startswith("bitsandbytes==0.45")
    assert check(tmp_path, {"requirements.txt": "".join(f"{pin}\n" for pin in pins)}).code == 0


INDEX = "--index-url https://download.pytorch.org/whl/{}\n{}\n"


@pytest.mark.parametrize(
    ("index", "lines", "versions"),
    [
        ("cu121", "torchvision\ntorchaudio", {"torchvision": "0.20.1", "torchaudio": "2.5.1", "torch": "2.5.1"}),
        ("cu118", "torchvision\ntorch", {"torchvision": "0.22.1", "torch": "2.7.1"}),
        ("cu121", "xformers==0.0.27.post2\ntorchvision", {"torchvision": "0.19.0", "torch": "2.4.0"}),
        ("cu128", "torchaudio", {"torchaudio": "2.11.1"}),
    ],
)
def test_an_index_has_what_goes_with_its_frameworks(
    tmp_path: Path, index: str, lines: str, versions: dict[str, str]
) -> None:
    ran = check(tmp_path, {"requirements.txt": INDEX.format(index, lines)}, *JSON, gpu="RTX 4090")
    found = {each["package"]: each["version"].partition("+")[0] for each in ran.json["packages"]}
    assert {name: found[name] for name in versions} == versions


@pytest.mark.parametrize(("gpu", "code"), [("RTX 5090", 1), ("RTX 4090", 0)])
def test_libraries_for_cuda_releases_of_which_no_torch_runs_do_not_run(tmp_path: Path, gpu: str, code: int) -> None:
    assert check(tmp_path, {"requirements.txt": "bitsandbytes==0.43.3\n"}, gpu=gpu).code == code
    assert inside("wheels", "bitsandbytes==0.43.3", "--gpu", gpu).code == code
    assert inside("wheels", "bitsandbytes==0.45.5", "--gpu", gpu).code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.cfg", "[options]\ninstall_requires =\n    torch==2.3.1\n"),
        ("setup.py", 'from setuptools import setup\nsetup(name="a", install_requires=["torch==2.3.1"])\n'),
    ],
)
def test_the_requirements_of_setuptools_are_a_list(tmp_path: Path, name: str, text: str) -> None:
    assert [each[2:] for each in packages(check(tmp_path, {name: text}, *JSON))] == [("torch", "fails")]


@pytest.mark.parametrize(
    ("address", "help_"),
    [
        ("https://example.org/a/{}", "cudacompat check https://example.org/a/{} --gpu"),
        ("https://me:word@example.org/a/{}", "cudacompat check {} --gpu"),
        ("http://example.org/a/{}", "cudacompat check {} --gpu"),
    ],
)
def test_a_wheel_that_a_list_names_by_its_address_is_read_from_there(tmp_path: Path, address: str, help_: str) -> None:
    wheel = "flash_attn-2.7.4.post1-cp312-cp312-linux_x86_64.whl"
    text = f"flash-attn @ {address.format(wheel)}\n"
    ran = check(tmp_path, {"requirements.txt": text}, *JSON, gpu="RTX 4090")
    assert [help_.format(wheel) in (each["help"] or "") for each in ran.json["findings"]] == [True]
