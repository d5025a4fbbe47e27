"""Paths into containers, told apart from files that are called so."""

from __future__ import annotations

import pickle

import pytest

from cudacompat.domain.words.paths import ArtifactPath


def test_a_path_knows_its_parts() -> None:
    path = ArtifactPath.of_file("dir/a!/x.whl").member("in.zip").member("lib/b.so")
    assert path == "dir/a!/x.whl!/in.zip!/lib/b.so"
    assert (path.outer, path.inner, path.name) == ("dir/a!/x.whl", "in.zip!/lib/b.so", "b.so")
    assert path.with_outer("y") == "y!/in.zip!/lib/b.so"
    assert (ArtifactPath.of_file("dir/x").inner, ArtifactPath.of_file("dir/x").name) == (None, "x")


def test_a_text_is_split_and_a_path_is_not() -> None:
    assert ArtifactPath.parse("x.whl!/a!/b").members == ("a", "b")
    path = ArtifactPath.of_file("a!/b.so")
    assert ArtifactPath.parse(path) is path
    assert ArtifactPath.parse("".join(path)).outer == "a"


@pytest.mark.parametrize("path", [ArtifactPath.of_file("a!/b"), ArtifactPath.of_file("x").member("")])
def test_it_is_the_same_in_another_process(path: ArtifactPath) -> None:
    again = pickle.loads(pickle.dumps(path))
    assert (again, again.outer, again.members) == (path, path.outer, path.members)


def test_a_member_lies_in_the_containers_around_it_and_in_no_folder_that_is_called_like_one() -> None:
    wheel = ArtifactPath("a!/x.whl", ("b.zip", "lib.so"))
    assert wheel.lies_in(ArtifactPath("a!/x.whl"))
    assert wheel.lies_in(ArtifactPath("a!/x.whl", ("b.zip",)))
    assert not wheel.lies_in(wheel)
    assert not wheel.lies_in("a")
    assert not wheel.lies_in(ArtifactPath("a!/x.whl", ("b",)))
    assert ArtifactPath.parse("x.tar!/lib.so").lies_in("x.tar")
