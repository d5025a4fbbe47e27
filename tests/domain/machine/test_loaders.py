"""What rows about loaders make of the libraries of an installed package."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.loaders import OneForRelease, OnSomeGpus, used_on_some, with_loading
from cudacompat.domain.words.versions import ToolkitVersion

ROW = OneForRelease(
    files=r"q/libq_cuda(\d{3})\.so",
    told_by="other/version.py",
    told=r"cuda = '(\d+)\.(\d+)'",
    loaded_by="the one for other's release is loaded",
    source="a test",
    nearest_since="2.0",
)


def package(*releases: str, version: str = "2.1") -> Component:
    return Component("q", version, "/site", (*(f"/site/q/libq_cuda{each}.so" for each in releases), "/site/q/_C.so"))


@pytest.mark.parametrize(
    ("releases", "wanted", "loaded"),
    [
        (("118", "124", "130"), (12, 4), "124"),
        (("118", "121", "124", "130"), (12, 8), "124"),  # the next lower of its major version
        (("118", "126", "128", "130"), (12, 1), "126"),  # else the next higher
        (("118",), (11, 8), "118"),
    ],
)
def test_the_nearest_release_of_the_same_major_version(
    releases: tuple[str, ...], wanted: tuple[int, int], loaded: str
) -> None:
    (group,) = with_loading(package(*releases), [ROW], {ROW: ToolkitVersion(*wanted)}).alternatives
    assert group.libraries == tuple(f"/site/q/libq_cuda{each}.so" for each in releases)
    assert (group.loaded, group.none_for) == (f"/site/q/libq_cuda{loaded}.so", "")


def test_none_of_another_major_version_is_taken() -> None:
    (group,) = with_loading(package("118", "128"), [ROW], {ROW: ToolkitVersion(13, 0)}).alternatives
    assert (group.loaded, group.none_for) == (None, "CUDA 13.0")


def test_of_an_older_version_only_what_is_the_same_is_known() -> None:
    old = package("118", "121", version="1.0")
    (same,) = with_loading(old, [ROW], {ROW: ToolkitVersion(12, 1)}).alternatives
    assert same.loaded == "/site/q/libq_cuda121.so"
    (other,) = with_loading(old, [ROW], {ROW: ToolkitVersion(12, 4)}).alternatives
    assert (other.loaded, other.none_for) == (None, "")
    exact = replace(ROW, exact_before=True)
    (none,) = with_loading(old, [exact], {exact: ToolkitVersion(12, 4)}).alternatives
    assert (none.loaded, none.none_for) == (None, "CUDA 12.4")


def test_without_a_release_it_is_open_which_is_loaded() -> None:
    (group,) = with_loading(package("118", "128"), [ROW], {ROW: None}).alternatives
    assert (group.loaded, group.none_for) == (None, "")
    assert group.evidence == "2 libraries of q, of which the one for other's release is loaded"


def test_a_library_for_some_gpus() -> None:
    row = OnSomeGpus(files=r"q/_C\.so", numbers=((90, 90),), loaded_by="called on 9.0", source="a test")
    (only,) = with_loading(package("118"), [row], {}).called_on
    assert (only.library, only.numbers, only.evidence) == ("/site/q/_C.so", ((90, 90),), "called on 9.0")


def test_files_elsewhere_are_not_the_packages() -> None:
    other = Component("q", "2.1", "/site", ("/else/q/libq_cuda118.so", "/site/vendored/q/libq_cuda118.so"))
    assert with_loading(other, [ROW], {ROW: None}).alternatives == ()


ON_90 = OnSomeGpus(
    files=r"(?:.*/)?libsome\.so(?:\.\d+)*", numbers=((90, 90),), loaded_by="called on 9.0", source="a test"
)


@pytest.mark.parametrize(
    ("paths", "known"),
    [
        (("/site/some/lib/libsome.so.0", "/site/frame/_C.so"), ("/site/some/lib/libsome.so.0",)),
        (("frame.whl!/frame/lib/libsome.so", "frame.whl!/frame/_C.so"), ("frame.whl!/frame/lib/libsome.so",)),
        (("/site/some/lib/libsome.so.0",), ()),  # nothing calls it: it is what is asked about
        (("/site/some/lib/libsomeother.so", "/site/frame/_C.so"), ()),
        (("/site/some/lib/mylibsome.so", "/site/frame/_C.so"), ()),
    ],
)
def test_files_of_no_known_package_by_the_ends_of_their_paths(paths: tuple[str, ...], known: tuple[str, ...]) -> None:
    assert tuple(each.library for each in used_on_some(paths, {"q": [ROW, ON_90]})) == known


@pytest.mark.parametrize(
    ("own", "wheels", "known"),
    [
        (True, {"q.whl!/lib/libsome.so": "q"}, True),  # the package's own code calls it, and its wheel is whole
        (True, {"q.whl!/lib/libsome.so": "other"}, False),
        (False, {"q.whl!/lib/libsome.so": "q"}, False),  # others call it: it is what the wheel is for
        (True, {}, False),
    ],
)
def test_a_wheel_with_the_code_that_calls_its_libraries(own: bool, wheels: dict[str, str], known: bool) -> None:
    row = replace(ON_90, by_own_package=own)
    assert bool(used_on_some(["q.whl!/lib/libsome.so"], {"q": [row]}, wheels)) is known


PAIR = replace(ON_90, files=r"q/(libq)\.so", beside=r"\1_old.so", numbers=((75, 999),))


@pytest.mark.parametrize(
    ("paths", "known"),
    [
        (("q.whl!/q/libq.so", "q.whl!/q/libq_old.so"), ("q.whl!/q/libq.so",)),
        (("/bare/q/libq.so", "/bare/q/libq_old.so"), ("/bare/q/libq.so",)),
        (("q.whl!/q/libq.so", "q.whl!/q/libr_old.so"), ()),  # without the other one all GPUs use this one
        (("one/q/libq.so", "two/q/libq_old.so"), ()),
        (("q/libq.so",), ()),
    ],
)
def test_a_library_that_another_beside_it_spares_some_gpus(paths: tuple[str, ...], known: tuple[str, ...]) -> None:
    assert tuple(each.library for each in used_on_some(paths, {"q": [PAIR]})) == known
    location = paths[0].partition("q/libq.so")[0].rstrip("/") or "."
    component = Component("q", "1", location, paths if location != "." else ())
    assert tuple(each.library for each in with_loading(component, [PAIR], {}).called_on) == known
