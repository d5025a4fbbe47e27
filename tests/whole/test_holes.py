"""Libraries with real holes, built by a real nvcc: one of each shape of tools/make_holes.py, and its sound twin."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.helpers import toolchain

ROOT = Path(__file__).parents[2]


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


make_holes = _tool("make_holes")
# the smallest of each shape
SHAPES = {hole.shape: hole for hole in sorted(make_holes.HOLES, key=lambda hole: -len(hole.units))}


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the objects of all of them."""
    folder = tmp_path_factory.mktemp("holes")
    units = {unit for hole in SHAPES.values() for each in (hole, hole.sound) for unit in each.units}
    make_holes.compile_units(units, folder, toolchain.require_nvcc())
    return folder


def test_the_list_is_long_enough() -> None:
    assert len(make_holes.HOLES) >= 40
    assert len(SHAPES) >= 10


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_hole_is_found_and_its_sound_twin_is_not_one(shape: str, objects: Path) -> None:
    hole, name = SHAPES[shape], shape.replace(" ", "-")
    path = make_holes.link(hole, objects, f"{name}.lib", toolchain.require_nvcc())
    assert make_holes.exit_code(path, hole)[0] == 1
    sound = make_holes.link(hole.sound, objects, f"{name}.sound", toolchain.require_nvcc())
    assert make_holes.exit_code(sound, hole)[0] != 1
