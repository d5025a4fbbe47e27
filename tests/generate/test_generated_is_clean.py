"""What is written for an engine is clean for `lint` beside the sources of that engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.engines import find
from cudacompat.generate.outputs import reaching
from tests.engines.test_engines_table import TREES
from tests.helpers.run import inside

_CRATE = '[package]\nname = "asr"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'
_WHISPER = {
    version: ({"Cargo.toml": f'{_CRATE}whisper-rs = {{ version = "{version}", features = ["cuda"] }}\n'}, "whisper-rs")
    for version in ("0.14.3", "0.16.0")
}
_TREES = [(files, engine, version) for files, engine, version in TREES if engine is not None]
_TREES += [(files, engine, version) for version, (files, engine) in _WHISPER.items()]


_GPUS = [("12.0", "8.6"), ("9.0",), ("GTX 1080",), ("GB10",), ("Jetson AGX Orin", "RTX 4090"), ("H100", "V100")]


@pytest.mark.parametrize("gpus", _GPUS, ids="+".join)
def test_no_rule_fires_on_what_is_written(tmp_path: Path, gpus: tuple[str, ...]) -> None:
    fired = []
    for number, (files, engine, version) in enumerate(_TREES):
        for kind in reaching(find(engine), version):
            folder = tmp_path / f"{number}-{kind.name}"
            for name, text in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            named = [word for spec in gpus for word in ("--gpu", spec)]
            before = _findings(folder, named)
            made = inside("generate", engine, *named, "--as", kind.name, "-o", folder, cwd=folder)
            if made.code != 2:  # of a build for one target at a time, some kinds of file cannot be
                fired += [(engine, version, kind.name, each) for each in sorted(_findings(folder, named) - before)]
    assert fired == []


def _findings(folder: Path, named: list[str]) -> set[tuple[str, str]]:
    """Rule and file of each error and warning, but for the files of which one is for each GPU: it lacks the others."""
    ran = inside("lint", folder, *named, "--format", "json")
    every = ran.json["findings"] if ran.out else []
    several = len(list(folder.glob("Dockerfile.*"))) > 1
    return {
        (each["id"], str(each["path"]))
        for each in every
        if each["severity"] != "note" and not (several and each["id"] == "target-missing")
    }
