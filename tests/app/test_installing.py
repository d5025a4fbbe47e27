"""The commands that change an environment, in the words of what keeps it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cudacompat.app.doctor.compiler_steps import older_compilers
from cudacompat.app.doctor.installing import in_place, install_cure, installer, remover, upgrader
from cudacompat.app.doctor.other_builds import other_build_step
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.wheel_cure import WheelCure
from tests.helpers.build import target
from tests.helpers.each_row import each_case


def home(tool: str, label: str = "./.venv") -> Environment:
    return Environment(f"/src/{label}", label, "3.12", "./.venv", installer=tool)


@each_case(
    ("environment", "install", "remove", "upgrade", "place"),
    [
        (
            home("uv add"),
            "uv add",
            "uv remove a",
            "uv add --upgrade",
            "uv pip install --python ./.venv",
        ),
        (
            home("uv add", "./app/.venv"),
            "uv add --project app",
            "uv remove --project app a",
            "uv add --project app --upgrade",
            "uv pip install --python ./app/.venv",
        ),
        (
            home("poetry add", "/opt/my app/.venv"),
            "poetry add --directory '/opt/my app'",
            "poetry remove --directory '/opt/my app' a",
            "poetry update --directory '/opt/my app'",
            "'/opt/my app/.venv'/bin/python -m pip install",
        ),
        (
            home("poetry add", "/cache/pypoetry/virtualenvs/app-1"),
            "poetry add",
            "poetry remove a",
            "poetry update",
            "/cache/pypoetry/virtualenvs/app-1/bin/python -m pip install",
        ),
        (home("pdm add"), "pdm add", "pdm remove a", "pdm update", "./.venv/bin/python -m pip install"),
        (
            home("uv"),
            "uv pip install --python ./.venv",
            "uv pip uninstall --python ./.venv a",
            "uv pip install --python ./.venv --upgrade",
            "uv pip install --python ./.venv",
        ),
    ],
)
def test_in_the_words_of_its_tool(
    environment: Environment, install: str, remove: str, upgrade: str, place: str
) -> None:
    told = installer(environment), remover(environment, ("a",)), upgrader(environment), in_place(environment)
    assert told == (install, remove, upgrade, place)


def test_a_release_of_another_index() -> None:
    cure = cure_for("torch", (target("12.0"),), version=None, allowed=None)
    older = cure_for("torch", (target("12.0", "570"),))
    assert isinstance(cure, WheelCure)
    assert isinstance(older, WheelCure)
    assert install_cure(cure, home("uv add")).startswith("uv add ")
    assert older.index_url is not None
    command = install_cure(older, home("uv add"))
    assert command.endswith(f"--index pytorch-{older.index}={older.index_url}")
    assert install_cure(older, home("uv add", "/a b/.venv")) == f"(cd '/a b' && {command})"
    assert install_cure(older, home("uv")).endswith(f" --index-url {older.index_url}")


@each_case(
    ("text", "named"),
    [
        ('[project]\ndependencies = ["torch>=2.6"]\n', ("torch",)),
        ('[project]\ndependencies = ["torch>=2.6", "triton"]\n', ("torch", "triton")),
        ('[project]\ndependencies = ["torch>=2.6", "Triton==3.2.0 ; python_version > \'3\'"]\n', ("torch", "triton")),
        ('[tool.poetry.dependencies]\ntriton = "*"\n', ("torch", "triton")),
        ('[project]\ndependencies = ["triton-tools", "torchvision"]\n', ("torch",)),
        (None, ("torch", "triton")),  # not read: no pin that it may have stays behind
        ("#" * (1 << 20) + " ", ("torch", "triton")),
    ],
)
def test_a_project_asks_for_what_it_names_and_for_what_has_to_move(text: str | None, named: tuple[str, ...]) -> None:
    """torch brings its triton itself; torchvision has to come from the same index."""
    older = cure_for("torch", (target("12.0", "570"),), beside=("torchvision==0.21.0", "triton==3.2.0"))
    assert isinstance(older, WheelCure)
    with TemporaryDirectory() as folder:
        if text is not None:
            Path(folder, "pyproject.toml").write_text(text)
        place = Environment(f"{folder}/.venv", "./.venv", "3.12", "./.venv", installer="uv add")
        command = install_cure(older, place)
        plain = install_cure(older, replace(place, installer="pip"))
    found = re.findall(r"[\" '](t[a-z]+)==", command)
    assert sorted(found) == sorted((*named, "torchvision"))
    assert " 'triton==" in plain or " triton==" in plain


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('dependencies = ["numba-cuda[cu13]>=0.30"]', "uv remove --project {} numba-cuda && "),
        ('dependencies = ["cudf-cu13"]', ""),  # which brings it: there is nothing to remove
        (None, "uv remove --project {} numba-cuda && "),
    ],
)
def test_a_project_does_not_keep_the_extra_of_another_cuda_release(
    tmp_path: Path, text: str | None, first: str
) -> None:
    """uv add gives a package that is named the extras of both."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(f"[project]\n{text}\n")
    place = Environment(f"{tmp_path}/.venv", f"{tmp_path}/.venv", "3.12", "./.venv", installer="uv add")
    component = Component("numba-cuda", "0.30.4", "/site", ())
    step = older_compilers(component, 13, place, (target("8.6", "570"),))
    assert step is not None
    assert step.command == f"{first.format(tmp_path)}uv add --project {tmp_path} 'numba-cuda[cu12]==0.30.4'"


def test_a_project_names_the_package_whose_extra_it_is() -> None:
    component = Component("jax-cuda13-pjrt", "0.10.2", "/site", ())
    step = other_build_step(component, (target("8.6", "570"),), home("uv add"), platform="linux-x86_64")
    assert step is not None
    assert step.command == (
        "uv remove jax && printf '%s\\n' nvidia-cusparse-cu12==12.3.1.170 | "
        "uv add --constraints - 'jax[cuda12]==0.10.2'"
    )
    assert step.cures == ("jax-cuda13-plugin", "jax-cuda13-pjrt")
