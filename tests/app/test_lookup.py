"""`gpus` and names that no table has."""

from __future__ import annotations

import pytest

from tests.helpers.run import inside


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("RTX 9999", "NVIDIA GeForce RTX 5090"),
        ("GTX 1090", "GeForce GTX 1080"),
        ("H2000", "NVIDIA H200"),
        ("GeForce 4090ti", "NVIDIA GeForce RTX 4070 Ti"),
        ("Quadro RTX 9000", "Quadro RTX 8000"),
    ],
)
def test_a_name_that_no_gpu_has_comes_with_similar_ones(query: str, meant: str) -> None:
    ran = inside("gpus", query, "--format", "json")
    assert (ran.code, ran.json["gpus"]) == (3, [])
    assert meant in ran.json["similar"]
    assert f"similar: {', '.join(ran.json['similar'])}\n" in inside("gpus", query).out


@pytest.mark.parametrize("query", ["RTX 5090", "foo", "x" * 5000])
def test_there_is_nothing_similar_to_a_gpu_that_is_found_or_to_no_name(query: str) -> None:
    assert inside("gpus", query, "--format", "json").json["similar"] == []
