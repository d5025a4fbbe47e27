"""Large images are inflated to where they stay, and are what small ones are."""

from __future__ import annotations

import lz4.block
import pytest

from cudacompat.artifacts.binaries import compression
from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.binaries.compression import inflate

LZ4 = 0x2000
DATA = b"some bytes of an image " * 5000


@pytest.mark.parametrize("large", [len(DATA), len(DATA) + 1], ids=["in place", "copied"])
def test_an_lz4_image_is_the_same_whatever_its_size(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(compression, "_LARGE", large)
    raw = lz4.block.compress(DATA, store_size=False)
    image = inflate(raw, LZ4, len(DATA))
    assert image == DATA
    assert isinstance(image, bytearray) == (large == len(DATA))


@pytest.mark.parametrize("large", [1, 1 << 30], ids=["in place", "copied"])
@pytest.mark.parametrize("cut", [1, 20])
def test_a_damaged_lz4_image_is_told_in_the_same_words(monkeypatch: pytest.MonkeyPatch, large: int, cut: int) -> None:
    monkeypatch.setattr(compression, "_LARGE", large)
    raw = lz4.block.compress(DATA, store_size=False)[:-cut]
    with pytest.raises(UnreadableError, match=r"corrupt compressed data \(LZ4BlockError\)"):
        inflate(raw, LZ4, len(DATA))


def test_an_image_that_is_shorter_than_it_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = lz4.block.compress(DATA, store_size=False)
    monkeypatch.setattr(compression, "_LARGE", 1)
    with pytest.raises(UnreadableError):
        inflate(raw, LZ4, len(DATA) + 1)
