"""Which features cargo's builds give to an engine's crates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from cudacompat.app.project.cargo import options_for_cuda
from cudacompat.domain.project.cargo_features import CargoProject, selected
from cudacompat.engines import find
from tests.helpers.each_row import each_case

_CRATES = ("whisper-rs",)
_FORWARDED = {
    "": '[package]\nname = "srv"\n[features]\ngpu = ["whisper-rs/cuda"]\n[dependencies]\nwhisper-rs = "0.14.3"\n'
}
_OWN = {"": '[package]\nname = "srv"\n[dependencies]\nwhisper-rs = {version = "0.14.3", features = ["cuda"]}\n'}
_SHARED = {
    "": '[workspace]\nmembers = ["srv"]\n[workspace.dependencies]\n'
    'whisper-rs = {version = "0.14", features = ["cuda"]}\n',
    "srv": '[package]\nname = "srv"\n[dependencies]\nwhisper-rs.workspace = true\n',
}
_CHAIN = {
    "": '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nwhisper-rs = "0.14.3"\n',
    "crates/srv": '[package]\nname = "srv"\n[features]\ngpu = ["stt/gpu"]\n[dependencies]\nstt = {path = "../stt"}\n',
    "crates/stt": '[package]\nname = "stt"\n[features]\ngpu = ["whisper-rs/cuda"]\n[dependencies]\n'
    "whisper-rs = {workspace = true}\n",
}
_OPTIONAL = {
    "": '[package]\nname = "srv"\n[features]\ndefault = ["stt"]\nstt = ["dep:w"]\nfast = ["w?/cuda"]\n'
    '[dependencies]\nw = {package = "whisper-rs", version = "0.14", optional = true}\n'
}
_ELSEWHERE = {
    "": '[package]\nname = "srv"\n[target.\'cfg(target_os = "macos")\'.dependencies]\n'
    'whisper-rs = {version = "0.14", features = ["cuda"]}\n[dependencies]\nwhisper-rs = "0.14"\n'
}
_TWO = {
    "a": '[package]\nname = "a"\n[dependencies]\nwhisper-rs = {version = "0.14", features = ["cuda"]}\n',
    "b": '[package]\nname = "b"\n[dependencies]\nwhisper-rs = "0.14"\n',
}


def _project(manifests: Mapping[str, str]) -> CargoProject:
    return CargoProject({folder: tomllib.loads(text) for folder, text in manifests.items()})


@each_case(
    ("manifests", "line", "gives"),
    [
        (_FORWARDED, "cargo build --features gpu", True),
        (_FORWARDED, "cargo build --features=other,gpu", True),
        (_FORWARDED, "cargo build --all-features", True),
        (_FORWARDED, "cargo build --features srv/gpu", True),
        (_FORWARDED, "cargo build --features whisper-rs/cuda", True),
        (_FORWARDED, "cargo build", False),
        (_OWN, "cargo build", True),
        (_OWN, "cargo build --no-default-features", True),
        (_SHARED, "cargo build", True),
        (_CHAIN, "cargo build -p srv --features gpu", True),
        (_CHAIN, "cargo install --path crates/srv --features gpu", True),
        (_CHAIN, "cargo build -p srv", False),
        (_OPTIONAL, "cargo build --features fast", True),
        (_OPTIONAL, "cargo build --no-default-features --features fast", False),
        (_ELSEWHERE, "cargo build", False),
        (_TWO, "cargo build", False),
        (_TWO, "cargo build --manifest-path a/Cargo.toml", True),
    ],
)
def test_what_a_build_gives(manifests: Mapping[str, str], line: str, gives: bool) -> None:
    assert _project(manifests).gives(_CRATES, "cuda", selected(line.split())) is gives


@each_case(
    ("manifests", "switch"),
    [
        (_FORWARDED, ("--features", "gpu")),
        (_OWN, ()),
        (_SHARED, ()),
        (_CHAIN, ("-p", "srv", "--features", "gpu")),
        (_OPTIONAL, ("--features", "fast")),
        (_ELSEWHERE, None),
    ],
)
def test_what_switches_it_on(manifests: Mapping[str, str], switch: tuple[str, ...] | None) -> None:
    assert _project(manifests).switch(_CRATES, "cuda") == switch


def test_a_rebuild_gives_them(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text(_FORWARDED[""], encoding="utf-8")
    assert options_for_cuda(find("whisper-rs"), tmp_path, ()) == ("--features", "gpu")
    assert options_for_cuda(find("whisper-rs"), tmp_path, ("--features", "other")) == ()
