"""Bake files held to what `docker buildx bake` takes (docs.docker.com/build/bake/reference), as another parser of HCL
reads them, and to the Dockerfiles beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from cudacompat.engines import known
from cudacompat.generate.outputs import reaching
from tests.helpers.run import inside

TYPES: dict[str, type] = {
    **dict.fromkeys(("context", "dockerfile", "dockerfile-inline", "target", "description", "name"), str),
    **dict.fromkeys(("annotations", "attest", "cache-from", "cache-to", "inherits", "no-cache-filter"), list),
    **dict.fromkeys(("output", "platforms", "secret", "ssh", "tags"), list),
    **dict.fromkeys(("args", "contexts", "labels", "matrix"), dict),
    **dict.fromkeys(("no-cache", "pull"), bool),
}
_TARGET = re.compile(r"[a-zA-Z0-9_-]+")  # buildx refuses others, a dot among them
_TAG = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_QUOTED = re.compile(r'"([^"\\$]*)"')  # no escape and no ${…}: the text is the value
GPUS = [("RTX 5070 Ti",), ("V100", "RTX 5070 Ti"), ("GB10", "RTX 4090"), ("GTX 1080", "H100", "B200")]


def blocks(text: str, kind: str) -> dict[str, dict[str, Any]]:
    """The blocks of a kind by their names; each name once."""
    read: dict[str, dict[str, Any]] = {}
    for block in hcl2.loads(text).get(kind, []):  # type: ignore[no-untyped-call]
        ((name, body),) = block.items()
        assert plain(name) not in read
        read[plain(name)] = {key: value for key, value in body.items() if not key.startswith("__")}
    return read


def plain(value: object) -> str:
    quoted = _QUOTED.fullmatch(str(value))
    assert quoted is not None, value
    return quoted[1]


def assert_is_bake(folder: Path) -> list[str]:
    """Hold the bake file of a folder to its schema and to the folder; the names of its targets."""
    text = (folder / "docker-bake.hcl").read_text()
    assert {key for key in hcl2.loads(text) if not key.startswith("__")} <= {"variable", "group", "target", "function"}  # type: ignore[no-untyped-call]
    variables, groups, targets = (blocks(text, kind) for kind in ("variable", "group", "target"))
    assert all(
        set(each) <= {"default", "type", "description", "validation", "sensitive"} for each in variables.values()
    )
    assert [plain(name) for name in groups["default"]["targets"]] == list(targets)
    tags = [plain(tag) for target in targets.values() for tag in target["tags"]]
    assert len(set(tags)) == len(tags)
    assert all(map(_TAG.fullmatch, tags)), tags
    for name, target in targets.items():
        assert _TARGET.fullmatch(name), name
        assert all(isinstance(value, TYPES[key]) for key, value in target.items()), target
        dockerfile = (folder / plain(target["context"]) / plain(target["dockerfile"])).read_text()
        declared = set(re.findall(r"(?m)^ARG (\w+)", dockerfile))
        for argument, value in target["args"].items():
            assert argument in declared, (name, argument)
            assert value in variables or plain(value) is not None
        arm = "stand beside an Arm processor" in dockerfile
        assert [plain(each) for each in target["platforms"]] == ["linux/arm64" if arm else "linux/amd64"], name
    return list(targets)


@pytest.mark.parametrize("gpus", GPUS, ids="+".join)
def test_a_bake_file_is_as_buildx_takes_it_and_names_what_is_there(tmp_path: Path, gpus: tuple[str, ...]) -> None:
    named = [word for gpu in gpus for word in ("--gpu", gpu)]
    made = 0
    for engine in known():
        if "bake" not in {each.name for each in reaching(engine, None)}:
            continue
        folder = tmp_path / engine.name
        ends = [inside("generate", engine.name, *named, "--as", kind, "-o", folder) for kind in ("dockerfile", "bake")]
        assert len({each.code for each in ends}) == 1, (engine.name, ends)
        if ends[0].code == 0:
            made += 1
            targets = assert_is_bake(folder)
            files = list(folder.glob("Dockerfile*"))
            assert len(targets) == len([each for each in files if not each.name.endswith("ignore")])
    assert made > 0


def test_a_bake_file_and_a_compose_file_in_one_folder_build_the_same(tmp_path: Path) -> None:
    """bake reads both, the compose file first, and merges targets of one name."""
    for kind in ("dockerfile", "bake", "compose"):
        assert inside("generate", "whisper.cpp", "--gpu", "12.0", "--as", kind, "-o", tmp_path).code == 0
    (name,) = assert_is_bake(tmp_path)
    ((service, body),) = yaml.safe_load((tmp_path / "compose.yaml").read_text())["services"].items()
    assert service == name
    target = blocks((tmp_path / "docker-bake.hcl").read_text(), "target")[name]
    assert body["build"] == {key: plain(target[key]) for key in ("context", "dockerfile")}
