"""Modules by their targets, the matrix at any width, and what the images hold of each kernel."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from cudacompat.domain.words.code import DeviceModule, KernelUsage
from cudacompat.report.code.kernels import kernel_rows
from cudacompat.report.code.lists import column_name, lists_of
from cudacompat.report.text.matrix import matrix
from cudacompat.report.text.page import Page
from tests.helpers.build import image, module

MANY = [
    f"sm_{each}" for each in ("50", "61", "70", "75", "80", "86", "89", "90a", "100", "100a", "103a", "120", "121a")
]
MODULES = [
    *(module(*MANY, "compute_80", "compute_120") for _ in range(29)),
    *(module(*MANY[:-2], "compute_80") for _ in range(4)),
    module("sm_90a", image("sm_100a", kernels=())),
]


def printed(modules: list[DeviceModule], width: int | None) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width or 80, highlight=False, markup=False, soft_wrap=True)
    matrix(Page(console, width), modules)
    return stream.getvalue().splitlines()


def test_the_most_frequent_list_is_first_and_each_says_what_it_lacks() -> None:
    groups = lists_of(MODULES)
    assert [len(group.modules) for group in groups] == [29, 4, 1]
    assert [column_name(each) for each in groups[1].lacking] == ["120", "121a", "120"]
    assert [str(target) for _, target in groups[1].lacking] == ["sm_120", "sm_121a", "compute_120"]
    assert [column_name(each) for each in groups[2].empty] == ["100a"]


def test_modules_that_are_alike_make_no_matrix() -> None:
    assert printed([module("sm_80", "sm_90"), module("sm_90", "sm_80")], 80) == []


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_it_fits_and_shows_every_mark(width: int) -> None:
    lines = printed(MODULES, width)[1:]
    assert max(map(len, lines)) <= width
    marks = [line.split()[1:] for line in lines if line.split()[0] in ("29", "4", "1")]
    cells = [cell for row in marks for cell in row if cell in ("x", ".", "o")]
    targets = len(MANY) + 2
    assert len(cells) == 3 * targets
    assert cells.count("x") == 29 // 29 * targets + (targets - 3) + 1
    assert cells.count("o") == 1


def test_a_wide_page_says_where_and_how_much() -> None:
    assert not any("first at" in line for line in printed(MODULES, 80))
    assert [line for line in printed(MODULES, 200) if ".nv_fatbin+0x0" in line and "kB" in line]


def test_many_lists_are_counted() -> None:
    numbers = [(a, b) for a in range(10) for b in range(a)]
    modules = [module(f"sm_{50 + a}", f"sm_{70 + b}") for a, b in numbers]
    assert printed(modules, 80)[-1].strip() == "and 33 more lists, of 33 modules: --format json has all"


def test_kernels_by_image() -> None:
    usage = (KernelUsage(32, 0), KernelUsage(40, 1024))
    first = module(replace(image("sm_80"), usage=usage), image("sm_90", kernels=("k1",)), "compute_90")
    second = module(image("sm_80", kernels=("k1",)))
    one, two = kernel_rows([first, second])
    assert (one.name, one.modules, one.lacking) == ("k1", 2, ())
    assert [(str(target), taken) for (_, target), taken in one.images] == [
        ("sm_80", usage[0]),
        ("sm_90", None),
        ("compute_90", None),
    ]
    assert (two.name, two.modules, [str(target) for _, target in two.lacking]) == ("k2", 1, ["sm_90"])
