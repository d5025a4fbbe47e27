"""Of a package that several folders of an environment have, the first one is what programs import."""

from __future__ import annotations

import pytest

from cudacompat.app.doctor.shadowed import without_shadowed
from cudacompat.domain.machine.components import Component, Environment

VENV = Environment("/venv", "./venv", "3.12", "VIRTUAL_ENV", ("/venv/site", "/home/ada/site", "/base/site"))
BASE = Environment("/base", "/base", "3.12", "PATH", ("/home/ada/site", "/base/site"))


def component(package: str, location: str, *requires: str) -> Component:
    return Component(package, "1.0", location, (f"{location}/{package}.so",), requires=requires)


def kept(*components: Component, homes: tuple[Environment, ...] = (VENV,)) -> list[str]:
    return [f"{each.package} {each.location}" for each in without_shadowed(components, homes)]


@pytest.mark.parametrize(
    ("places", "homes", "left"),
    [
        (("/venv/site", "/base/site"), (VENV,), ["/venv/site"]),
        (("/base/site", "/home/ada/site"), (VENV,), ["/home/ada/site"]),
        (("/venv/site", "/base/site"), (VENV, BASE), ["/venv/site", "/base/site"]),  # the base's own programs load it
        (("/venv/site", "/elsewhere"), (VENV,), ["/venv/site", "/elsewhere"]),
        (("/base/site",), (VENV,), ["/base/site"]),
        (("/venv/site", "/base/site"), (), ["/venv/site", "/base/site"]),
    ],
)
def test_the_first_folder_that_has_it_counts(
    places: tuple[str, ...], homes: tuple[Environment, ...], left: list[str]
) -> None:
    assert kept(*(component("torch", each) for each in places), homes=homes) == [f"torch {each}" for each in left]


def test_spellings_are_one_package() -> None:
    assert kept(component("flash-attn", "/venv/site"), component("Flash_Attn", "/base/site")) == [
        "flash-attn /venv/site"
    ]


@pytest.mark.parametrize(("user", "stays"), [("torch", True), ("", False)])
def test_libraries_that_a_package_finds_beside_itself_stay(user: str, stays: bool) -> None:
    library = "nvidia-cublas-cu12"
    every = [component(library, "/venv/site"), component(library, "/base/site")]
    every += [component(user, "/base/site", f"{library}==12.4.5.8")] if user else []
    assert (f"{library} /base/site" in kept(*every)) is stays
