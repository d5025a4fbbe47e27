"""What conda installed, from its own lists of files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cudacompat.domain.machine.components import Component, SiteFolder
from cudacompat.environments import conda, installed


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    (tmp_path / "env/conda-meta").mkdir(parents=True)
    return tmp_path / "env"


def install(prefix: Path, name: str, version: str, *files: str, listed: object = None) -> None:
    """A package as conda leaves it; `listed` is what its list says where that is not its files."""
    for file in files:
        (prefix / file).parent.mkdir(parents=True, exist_ok=True)
        (prefix / file).write_bytes(b"")
    said = {"name": name, "version": version, "build": "h1_0", "files": list(files) if listed is None else listed}
    (prefix / f"conda-meta/{name}-{version}-h1_0.json").write_text(json.dumps(said))


def found(prefix: Path) -> list[tuple[str, str, list[str]]]:
    listed = conda.components(str(prefix)).found
    return [
        (each.package, each.version, [path.removeprefix(f"{prefix}/") for path in each.libraries]) for each in listed
    ]


def test_libraries_of_each_package_by_name(prefix: Path) -> None:
    install(prefix, "libcublas", "12.9.1", "lib/libcublasLt.so.12.9.1", "lib/libcublas.so.12.9.1", "include/cublas.h")
    install(prefix, "Faiss", "1.10", "lib/libfaiss_gpu.so", "lib/libfaiss.a", "share/kernels.PTX", "lib/x.so.txt")
    install(prefix, "tzdata", "2025b", "share/zoneinfo/UTC")
    assert found(prefix) == [
        ("Faiss", "1.10", ["lib/libfaiss_gpu.so", "share/kernels.PTX"]),
        ("libcublas", "12.9.1", ["lib/libcublas.so.12.9.1", "lib/libcublasLt.so.12.9.1"]),
    ]
    assert {each.manager for each in conda.components(str(prefix)).found} == {"conda"}


def test_a_link_is_not_looked_at_beside_its_file(prefix: Path) -> None:
    install(prefix, "libcufft", "11", "lib/libcufft.so.11.4")
    (prefix / "lib/libcufft.so.11").symlink_to("libcufft.so.11.4")
    install(prefix, "libcufft", "11", listed=["lib/libcufft.so.11", "lib/libcufft.so.11.4", "lib/gone.so"])
    assert found(prefix) == [("libcufft", "11", ["lib/libcufft.so.11.4"])]


def test_a_list_that_names_files_of_others(prefix: Path) -> None:
    (prefix.parent / "secret.so").write_bytes(b"")
    install(prefix, "evil", "1", listed=["../secret.so", str(prefix.parent / "secret.so"), "lib/\x00.so"])
    assert found(prefix) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"name": "a"}', '{"name": "a", "version": 1, "files": [1]}'])
def test_a_broken_list_is_named_and_the_others_count(prefix: Path, text: str) -> None:
    install(prefix, "good", "1", "lib/good.so")
    (prefix / "conda-meta/bad.json").write_text(text)
    assert found(prefix) == [("good", "1", ["lib/good.so"])]
    (note,) = conda.components(str(prefix)).notes
    assert note == f"{prefix}/conda-meta/bad.json: not understood, so its files are not looked at"


def test_too_many(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conda, "_LIBRARIES", 1)
    install(prefix, "a", "1", "lib/a.so")
    install(prefix, "b", "1", "lib/b.so")
    assert found(prefix) == [("a", "1", ["lib/a.so"])]
    assert "from b-1-h1_0 on" in conda.components(str(prefix)).notes[0]


def test_no_environment_of_conda(tmp_path: Path) -> None:
    assert conda.components(str(tmp_path / "nowhere")).found == ()


def test_what_pip_lists_too_counts_once(prefix: Path) -> None:
    site = prefix / "lib/python3.12/site-packages"
    install(prefix, "pytorch", "2.8", "lib/python3.12/site-packages/torch/_C.so", "lib/libtorch_extra.so")
    info = site / "torch-2.8.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: torch\nVersion: 2.8\n")
    (info / "RECORD").write_text("torch/_C.so,,\n")
    seen = installed.components([SiteFolder(str(site), str(prefix))], [str(prefix)]).found
    assert seen == (
        Component("torch", "2.8", str(site), (str(site / "torch/_C.so"),), "conda"),
        Component("pytorch", "2.8", str(prefix), (str(prefix / "lib/libtorch_extra.so"),), "conda"),
    )


def test_one_in_an_environment_without_python(prefix: Path) -> None:
    install(prefix, "engine", "1", "lib/engine.so")
    assert [each.package for each in installed.components([], [str(prefix)]).found] == ["engine"]
