"""Which package a file is of."""

from __future__ import annotations

from pathlib import Path

from cudacompat.app.inputs.published_files import for_users, owner_of
from cudacompat.domain.wheels.published import PublishedPackage
from cudacompat.domain.words.finding import Finding, Severity
from tests.helpers.build import target
from tests.helpers.device_files import library
from tests.helpers.each_row import each_case
from tests.helpers.run import inside


@each_case(
    ("path", "package"),
    [
        ("torch-2.6.0+cu124-cp311-cp311-linux_aarch64.whl!/a.so", ("torch", "2.6.0+cu124", "linux-aarch64", "3.11")),
        ("bitsandbytes-0.45.0-py3-none-win_amd64.whl", ("bitsandbytes", "0.45.0", "windows-x86_64")),
        ("nvidia_cublas_cu12-12.9.9.9-py3-none-any.whl!/a.so", ("nvidia-cublas-cu12", "12.9.9.9", None)),
        ("dist/mine-1.0-cp311-cp311-linux_x86_64.whl!/mine/a.so", None),  # whoever reads it may be who builds it
        ("image.tar!/opt/lib/python3.11/site-packages/torch/lib/a.so", ("torch", "", None, "3.11")),
        ("torch-2.6.0-cp312-cp312-manylinux1_x86_64.whl!/a.so", ("torch", "2.6.0", "linux-x86_64", "3.12")),
        ("image.tar!/usr/lib/python3/dist-packages/ctranslate2.libs/a.so", ("ctranslate2", "", None)),
        ("image.tar!/usr/lib/python3/dist-packages/nvidia/cublas/lib/a.so", None),
        ("image.tar!/usr/local/lib/libown.so", None),
        ("build/libown.so", None),
    ],
)  # fmt: skip
def test_the_package_of_a_file(path: str, package: tuple[str, str, str | None] | None) -> None:
    assert owner_of(path) == (PublishedPackage(*package) if package is not None else None)


def test_what_is_installed_is_of_the_package_that_lists_it(tmp_path: Path) -> None:
    info = tmp_path / "torch-2.6.0.dist-info"
    (tmp_path / "torch/lib").mkdir(parents=True)
    info.mkdir()
    for name in ("listed", "other"):
        (tmp_path / f"torch/lib/{name}.so").write_bytes(b"")
    (info / "METADATA").write_text("Name: torch\nVersion: 2.6.0\n")
    (info / "RECORD").write_text("torch/lib/listed.so,,\n")
    build = "cudacompat generate"
    given = [
        Finding("no-runnable-code", Severity.ERROR, "…", path=str(tmp_path / f"torch/lib/{name}.so"), help=build)
        for name in ("listed", "other")
    ]
    helps = [each.help or "" for each in for_users(given, [target("12.0")])]
    assert helps[0].startswith('pip install "torch==2.7.1+cu128"')
    assert helps[1] == build


def test_of_an_environment_the_code_alone_is_checked_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/_C.so").write_bytes(library("sm_80", needed=("libcudart.so.12",)))
    before = inside("check", str(tmp_path), "--gpu", "8.0", "--no-config")
    (tmp_path / "own-1.0.dist-info").mkdir()
    after = inside("check", str(tmp_path), "--gpu", "8.0", "--no-config")
    assert (before.code, after.code) == (0, 0)
    assert f"need are there: cudacompat doctor {tmp_path}" in after.out
    assert "cudacompat doctor" not in before.out
