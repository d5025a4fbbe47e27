"""Jetson boards, and what `toolkits` and `generate` say of them."""

from __future__ import annotations

import pytest

from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.tables.jetpack import BOARDS, board
from tests.helpers.run import inside


def test_each_board_is_of_the_tegra_line() -> None:
    tegra = {row.capability.number for row in ARCHITECTURES if row.tegra}
    assert {row.number for row in BOARDS} <= tegra
    assert board(110) is None  # Thor takes the packages of Arm servers


@pytest.mark.parametrize(
    ("gpu", "told", "ends"),
    [
        ("Jetson Nano", "JetPack 4.6 with CUDA 10.2 is the last for it", True),
        ("7.2", "JetPack 5.1 with CUDA 11.4 is the last for it", True),
        ("Jetson AGX Orin", "JetPack 6.2 has CUDA 12.6 and its own images", False),
        ("Jetson AGX Thor", None, False),
        ("RTX 4090", None, False),
    ],
)
def test_what_is_said_of_it(gpu: str, told: str | None, ends: bool) -> None:
    listed, planned = inside("toolkits", "--gpu", gpu), inside("generate", "cmake", "--gpu", gpu)
    assert (listed.code, planned.code) == (0, 0)
    for text in (" ".join(listed.out.split()), " ".join(planned.out.split())):
        assert ("JetPack" in text) is (told is not None)
        assert told is None or told in text
    assert ("does not start there" in " ".join(planned.out.split())) is ends
