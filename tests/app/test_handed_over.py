"""What compose files hand over to Dockerfiles, and what they call an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.doctor.compose_builds import compose_build
from tests.helpers.run import inside

_COMPOSE = "services:\n  app:\n    build:\n      context: .\n      args:\n        ARCH: {}\n"
_DOCKERFILE = "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nARG ARCH\nRUN nvcc -arch=sm_${ARCH} -c /a.cu\n"


@pytest.mark.parametrize(
    ("line", "value", "found"),
    [
        ("ARCH=86", "${ARCH}", True),
        ("ARCH=86 # the old one", "${ARCH}", True),
        ("ARCH='86' # the old one", "${ARCH}", True),
        ("ARCH=", "${ARCH:-86}", True),  # `:-` also counts for a value that is empty
        ("ARCH=120", "${ARCH:-86}", False),
        ("ARCH=120 # the old one was 86", "${ARCH}", False),
    ],
)
def test_a_variable_of_compose_has_the_value_of_the_env_file(
    tmp_path: Path, line: str, value: str, found: bool
) -> None:
    (tmp_path / "Dockerfile").write_text(_DOCKERFILE)
    (tmp_path / "compose.yaml").write_text(_COMPOSE.format(value))
    (tmp_path / ".env").write_text(f"{line}\n")
    ran = inside("lint", tmp_path, "--gpu", "12.0", "--format", "json")
    assert ("target-missing" in [each["id"] for each in ran.json["findings"]]) is found


def test_a_dockerfile_that_is_too_large_is_not_read_with_its_arguments_either(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ubuntu\n" * 501)
    (tmp_path / "compose.yaml").write_text(_COMPOSE.format("1"))
    ran = inside("lint", tmp_path, "--format", "json")
    assert (ran.code, [each["path"] for each in ran.json["not_read"]]) == (4, [str(tmp_path / "Dockerfile")])


@pytest.mark.parametrize(("name", "image"), [("", "shop-app"), ("name: other\n", "other-app")])
def test_an_image_is_called_by_the_project_of_its_compose_file(tmp_path: Path, name: str, image: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "compose.yaml").write_text(name + _COMPOSE.format("1"))
    built = compose_build(folder, "Dockerfile")
    assert built is not None
    assert built.image == image
