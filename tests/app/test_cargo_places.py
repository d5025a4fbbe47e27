"""Which crates on the disk a package is built with, that one of them may be the engine, and whose version counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.project.cargo_places import local_crates
from tests.helpers.run import inside

SCRIPT = 'fn main() { cc::Build::new().cuda(true).file("k.cu").compile("k"); }\n'


def crate(folder: Path, name: str, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}')
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src/lib.rs").write_text("")
    return folder


def project(top: Path) -> Path:
    """A workspace whose program reaches the crate with kernels through another one, and not that of the bench."""
    shared = '[workspace.dependencies]\nkernels = { path = "crates/kernels" }\n'
    (top / "Cargo.toml").write_text(f'[workspace]\nmembers = ["crates/*", "tools/bench"]\n{shared}')
    crate(top / "crates/app", "app", '[target."cfg(unix)".dependencies]\nmodel = { path = "../model" }\nlog = "0.4"\n')
    crate(top / "crates/model", "model", "[dependencies]\nkernels.workspace = true\n")
    (crate(top / "crates/kernels", "kernels") / "build.rs").write_text(SCRIPT)
    crate(top / "tools/bench", "bench")
    return top


def test_a_package_is_built_with_the_crates_that_it_reaches(tmp_path: Path) -> None:
    top = project(tmp_path)
    names = [each.relative_to(top).as_posix() for each in local_crates(top / "crates/app")]
    assert names == ["crates/app", "crates/model", "crates/kernels"]
    everything = {each.relative_to(top).as_posix() for each in local_crates(top)}
    assert everything == {".", "crates/app", "crates/model", "crates/kernels", "tools/bench"}


def test_crates_that_name_each_other_or_nothing_end(tmp_path: Path) -> None:
    one = crate(tmp_path / "one", "one", '[dependencies]\ntwo = { path = "../two" }\nthree = { path = "../gone" }\n')
    crate(tmp_path / "two", "two", '[build-dependencies]\none = { path = "../one" }\n')
    assert [each.name for each in local_crates(one)] == ["one", "two", "gone"]
    (one / "Cargo.toml").write_text('[workspace]\nmembers = ["/etc/*", 7, "**/x**y"]\ndependencies = 3\n')
    assert local_crates(one) == [one]


def test_rebuild_finds_the_engine_in_a_crate_that_the_package_reaches(tmp_path: Path) -> None:
    top = project(tmp_path)
    for place in ("crates/app", "."):
        ran = inside("rebuild", "cargo-cc", str(top / place), "--gpu", "8.6", "--dry-run", "--format", "json")
        assert ran.code == 0, ran.err
    refused = inside("rebuild", "cargo-cc", str(top / "tools/bench"), "--gpu", "8.6", "--dry-run")
    assert refused.code == 2
    assert "no sign of it in build.rs" in refused.err


@pytest.mark.parametrize(
    ("member", "lock", "version"),
    [
        ("whisper-rs = { workspace = true }", '[[package]]\nname = "whisper-rs"\nversion = "0.14.3"\n', "0.14.3"),
        ('whisper-rs = "0.14"', '[[package]]\nname = "whisper-rs"\nversion = "0.14.3"\n', "0.14.3"),
        ("whisper-rs.workspace = true", "", "0.13.2"),
        ('whisper-rs = "=0.15.0"', "", "0.15.0"),
    ],
)
def test_a_member_has_the_version_of_its_workspace(member: str, lock: str, version: str, tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text(
        '[workspace]\nmembers = ["svc"]\n[workspace.dependencies]\nwhisper-rs = "=0.13.2"\n'
    )
    if lock:
        (tmp_path / "Cargo.lock").write_text(f"version = 4\n{lock}")
    tree = crate(tmp_path / "svc", "svc", f"[dependencies]\n{member}\n")
    made = inside("generate", "whisper-rs", "--gpu", "8.6", "--as", "env", "--format", "json", cwd=tree)
    assert made.json["engine_version"] == version
    planned = inside("rebuild", "whisper-rs", str(tree), "--gpu", "8.6", "--dry-run", "--format", "json")
    assert planned.json["engine_version"] == version
