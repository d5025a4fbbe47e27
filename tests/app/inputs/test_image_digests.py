"""The digests of base images, asked of a real registry: what is written can be pulled; what is not there is said."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import toolchain
from tests.helpers.registry_server import real_registry
from tests.helpers.run import inside

GENERATE = ("generate", "whisper.cpp", "--gpu", "12.0", "--cuda", "12.8", "--as")
FLAVOURS = ("devel", "base", "runtime")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A registry with images of nvidia/cuda's names below `mirror`, and the environment in which buildah reaches it."""
    folder = tmp_path_factory.mktemp("mirror")
    program = toolchain.optional_program("buildah")
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
    )
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf")}

    def buildah(*words: str) -> str:
        done = subprocess.run([str(program), *words], capture_output=True, text=True, env=environment, timeout=120)
        if done.returncode:
            pytest.skip(f"buildah makes no image here: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    with real_registry(folder) as host:
        for flavour in FLAVOURS:
            (folder / "flavour").write_text(flavour)
            container = buildah("from", "scratch")
            buildah("copy", "-q", container, str(folder / "flavour"), "/flavour")
            buildah("commit", "-q", "--rm", container, flavour)
            name = f"{host}/mirror/nvidia/cuda:12.8.2-{flavour}-ubuntu24.04"
            buildah("push", "--tls-verify=false", flavour, f"docker://{name}")
        yield host, environment


def test_the_digest_that_is_written_is_the_images(mirror: tuple[str, dict[str, str]]) -> None:
    host, environment = mirror
    text = inside(*GENERATE, "dockerfile", "--registry", f"{host}/mirror", "--digests").out
    names = re.findall(r"(?m)^FROM (\S+)", text)
    assert [re.sub("@sha256:[0-9a-f]{64}$", "", name) for name in names] == [
        f"{host}/mirror/nvidia/cuda:12.8.2-{flavour}-ubuntu24.04" for flavour in FLAVOURS
    ]
    assert "${CUDA}" not in text
    assert len({name.partition("@")[2] for name in names}) == len(FLAVOURS)
    program = str(toolchain.optional_program("buildah"))
    for name in names:  # tag and digest as they stand there
        pulled = [program, "pull", "-q", "--tls-verify=false", name]
        done = subprocess.run(pulled, capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == 0, done.stderr
        wrong = [*pulled[:-1], name[:-8] + "00000000"]
        assert subprocess.run(wrong, capture_output=True, env=environment, timeout=120).returncode != 0


@pytest.mark.parametrize("kind", ["github", "gitlab", "devcontainer"])
def test_jobs_and_dev_containers_are_pinned_too(mirror: tuple[str, dict[str, str]], kind: str) -> None:
    host, _ = mirror
    text = inside(*GENERATE, kind, "--registry", f"{host}/mirror", "--digests").out
    assert re.search(rf"{re.escape(host)}/mirror/nvidia/cuda:12\.8\.2-devel-ubuntu24\.04@sha256:[0-9a-f]{{64}}\b", text)


def test_an_image_that_is_not_there_is_said(mirror: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    host, _ = mirror
    ran = inside(*GENERATE, "dockerfile", "-o", tmp_path, "--registry", f"{host}/nowhere", "--digests")
    assert ran.code == 5
    assert f"cannot get the digest of {host}/nowhere/nvidia/cuda:12.8.2-devel-ubuntu24.04" in ran.err
    assert not list(tmp_path.iterdir())


def test_without_digests_no_registry_is_asked() -> None:
    text = inside(*GENERATE, "dockerfile", "--registry", "registry.invalid/mirror").out
    assert "FROM registry.invalid/mirror/nvidia/cuda:${CUDA}-devel-ubuntu24.04 AS build" in text
    assert inside(*GENERATE, "dockerfile", "--registry", "not a registry").code == 2
