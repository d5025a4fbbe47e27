"""Layers upon layers: what is left in the container, and what has no place in it."""

from __future__ import annotations

import pytest

from cudacompat.artifacts.containers.image_tree import ImageTree, LayerEntry, TreeError
from cudacompat.artifacts.containers.tars import TarKind
from tests.helpers.each_row import each_case


def entry(text: str) -> LayerEntry[str]:
    """`a/b` is a file, `a/` a folder, `a -> b` a symbolic link, `a => b` a hard link."""
    for mark, kind in ((" -> ", TarKind.SYMBOLIC), (" => ", TarKind.HARD)):
        if mark in text:
            name, target = text.split(mark)
            return LayerEntry(kind, name, target)
    if text.endswith("/"):
        return LayerEntry(TarKind.FOLDER, text)
    return LayerEntry(TarKind.FILE, text, found=text)


def left(*layers: str) -> dict[str, str | None]:
    tree: ImageTree[str] = ImageTree()
    for layer in layers:
        tree.next_layer()
        for line in layer.split(", "):
            tree.add(entry(line))
    return dict(tree.files())


@each_case(
    ("layers", "expected"),
    [
        (("usr/lib/a.so", "usr/lib/.wh.a.so"), []),
        (("usr/lib/a.so, usr/lib/b.so", "usr/lib/.wh.a.so"), ["usr/lib/b.so"]),
        (("usr/lib/a.so", ".wh.usr"), []),
        (("usr/lib/a.so", ".wh.usr", "usr/lib/a.so"), ["usr/lib/a.so"]),
        (("usr/lib/a.so", "usr/lib/.wh.b.so"), ["usr/lib/a.so"]),
        # what a whiteout's own layer brings stays, in whatever order the two stand
        (("d/a", "d/.wh..wh..opq, d/b"), ["d/b"]),
        (("d/a", "d/b, d/.wh..wh..opq"), ["d/b"]),
        (("d/a, d/e/f", "d/e/g, d/.wh..wh..opq"), ["d/e/g"]),
        (("d/a", ".wh.d, d/b"), ["d/b"]),
        (("d/a", "d/b, .wh.d"), ["d/b"]),
        (("a", "a, .wh.a"), ["a"]),
        (("d/a", "d/.wh..wh..opq, d/.wh..wh..opq", "d/c", "d/.wh.c, d/x"), ["d/x"]),
        # a file in place of a folder, and the other way round
        (("d/a", "d"), ["d"]),
        (("d", "d/, d/a"), ["d/a"]),
        (("d/a", "d -> e"), []),
        # folders that are links, absolute, relative and out of the image
        (("usr/lib/, lib -> usr/lib", "lib/a.so"), ["usr/lib/a.so"]),
        (("usr/lib/, lib -> /usr/lib", "lib/a.so", "usr/lib/.wh.a.so"), []),
        (("usr/lib/a.so, lib -> usr/lib", "lib/.wh.a.so"), []),
        (("usr/lib/a.so, lib -> ../../../usr/lib", "lib/b.so"), ["usr/lib/a.so", "usr/lib/b.so"]),
        (("usr/lib/a.so, lib -> usr/lib", "lib/, lib/.wh.a.so"), ["usr/lib/a.so"]),
        # links are no files of their own, hard links are
        (("a, b -> a",), ["a"]),
        (("a, b => a", ".wh.a"), ["b"]),
        (("a", "b => ./a", ".wh.a"), ["b"]),
        (("./a, ./d/b",), ["a", "d/b"]),
    ],
)
def test_what_is_left(layers: tuple[str, ...], expected: list[str]) -> None:
    assert list(left(*layers)) == expected


def test_a_later_layer_replaces_the_bytes() -> None:
    tree: ImageTree[str] = ImageTree()
    for found in ("old", "new"):
        tree.next_layer()
        tree.add(LayerEntry(TarKind.FILE, "a", found=found))
    assert dict(tree.files()) == {"a": "new"}


@each_case(
    ("layers", "why"),
    [
        (("../a",), "leads out of the image"),
        (("d/../../a",), "leads out of the image"),
        (("/etc/a",), "absolute path"),
        (("a", "a/b"), "is a file"),
        (("a => b",), "not in the image"),
        (("d/a, b => d",), "not in the image"),
        (("a => ../b",), "leads out of the image"),
        (("d/.wh.",), "whiteout of nothing"),
        (("d/.wh...",), "whiteout of nothing"),
        (("a -> b, b -> a, a/c",), "leads nowhere"),
        (("d/" * 300 + "a",), "nested deeper"),
        (("a" * 5000,), "more than 4096"),
    ],
)
def test_what_has_no_place(layers: tuple[str, ...], why: str) -> None:
    with pytest.raises(TreeError, match=why):
        left(*layers)
