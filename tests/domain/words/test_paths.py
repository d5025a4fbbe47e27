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
