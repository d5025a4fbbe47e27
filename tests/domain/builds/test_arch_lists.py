"""Lists of architectures read in their grammars and extended in their own style."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import UnreadableListError, extended, read_list, wants_bare
from cudacompat.domain.builds.lists.writer import CodeTarget, spell
from cudacompat.domain.words.errors import UsageError
from tests.helpers.each_row import each_case

NEW = CodeTarget(120)


@each_case(
    ("grammar", "text", "becomes"),
    [
        (Grammar.CMAKE, "80-real;86-real;90-virtual", "80-real;86-real;90-virtual;120-real"),
        (Grammar.CMAKE, "121-real", "120-real;121-real"),
        (Grammar.CMAKE, "90a-real", "90a-real;120-real"),
        (Grammar.CMAKE, "86;80", "86;80;120-real"),  # not in order: at the end
        (Grammar.TORCH, "8.0;8.6+PTX", "8.0;8.6+PTX;12.0"),
        (Grammar.TORCH, "8.0 8.6", "8.0 8.6 12.0"),
        (Grammar.TORCH, "Ampere;8.9", "Ampere;8.9;12.0"),
        (Grammar.SPACED, "8.0 8.6+PTX", "8.0 8.6+PTX 12.0"),
        (Grammar.DOTTED, "8.0;8.6", "8.0;8.6;12.0"),
        (Grammar.DOTTED, "6.1,8.6", "6.1,8.6,12.0"),
        (Grammar.DOTTED, "61 86", "61 86 12.0"),
        (Grammar.NUMBERS, "80;90", "80;90;120"),
        (
            Grammar.GENCODE,
            "-O3 -gencode arch=compute_80,code=sm_80 -gencode arch=compute_86,code=[sm_86,compute_86] -lineinfo",
            "-O3 -gencode arch=compute_80,code=sm_80 -gencode arch=compute_86,code=[sm_86,compute_86] "
            "-gencode arch=compute_120,code=sm_120 -lineinfo",
        ),
        (
            Grammar.GENCODE,
            "--generate-code=arch=compute_80,code=sm_80",
            "--generate-code=arch=compute_80,code=sm_80 --generate-code=arch=compute_120,code=sm_120",
        ),
        (
            Grammar.GENCODE_LIST,
            "-gencode=arch=compute_80,code=sm_80",
            "-gencode=arch=compute_80,code=sm_80;-gencode=arch=compute_120,code=sm_120",
        ),
        (Grammar.CUPY, "arch=compute_80,code=sm_80", "arch=compute_80,code=sm_80;arch=compute_120,code=sm_120"),
    ],
)
def test_one_more_target_in_the_lists_own_style(grammar: Grammar, text: str, becomes: str) -> None:
    assert extended(read_list(grammar, text), NEW) == becomes


@each_case(
    ("grammar", "text", "said"),
    [
        (Grammar.CMAKE, "native", "not a list"),
        (Grammar.CMAKE, "all-major", "the compiler's own"),
        (Grammar.CMAKE, "OFF", "flags elsewhere"),
        (Grammar.CMAKE, "", "empty"),
        (Grammar.CMAKE, "8.6;12.0", "'8.6' is not an item"),
        (Grammar.CMAKE, "sm_86", "not an item"),
        (Grammar.CMAKE, "86,89", "parted by ','"),
        (Grammar.CMAKE, "86 89", "parted by 'a space'"),
        (Grammar.CMAKE, '"86', "not an item"),
        (Grammar.CMAKE, "${ARCHS};86", "not an item"),
        (Grammar.TORCH, "86;89", "not an item"),
        (Grammar.TORCH, "8.6,8.9", "parted by ','"),
        (Grammar.FIND_CUDA, "Auto", "builds"),
        (Grammar.ONE_NUMBER, "86", "takes one architecture"),
        (Grammar.GENCODE, "-arch=sm_80", "no -gencode"),
        (Grammar.CUPY, "current", "builds"),
        (Grammar.CUPY, "arch=compute_80,code=sm_80 x", "other words"),
    ],
)
def test_what_is_no_such_list_is_said_and_not_guessed(grammar: Grammar, text: str, said: str) -> None:
    with pytest.raises(UnreadableListError, match=said.replace("(", r"\(")) as refused:
        read_list(grammar, text)
    assert "\n" not in str(refused.value)


def test_a_grammar_that_cannot_say_the_target() -> None:
    with pytest.raises(UsageError, match="one-digit majors only"):
        extended(read_list(Grammar.FIND_CUDA, "8.0;8.6"), NEW)


def test_a_list_of_bare_numbers_is_told_from_one_with_suffixes() -> None:
    assert wants_bare(read_list(Grammar.CMAKE, "80;86"))
    assert wants_bare(read_list(Grammar.CMAKE, "86-real;86-virtual"))
    assert not wants_bare(read_list(Grammar.CMAKE, "80;86-real"))
    assert not wants_bare(read_list(Grammar.TORCH, "8.0;8.6"))


CODES = st.lists(
    st.builds(CodeTarget, st.sampled_from([75, 80, 86, 89, 90, 100, 121])), min_size=1, max_size=6, unique=True
)


@pytest.mark.parametrize(
    "grammar", [grammar for grammar in Grammar if grammar not in (Grammar.ONE_NUMBER, Grammar.FIND_CUDA)]
)
@given(CODES)
def test_what_is_spelled_is_read_again_and_keeps_its_items(grammar: Grammar, code: list[CodeTarget]) -> None:
    existing = read_list(grammar, spell(grammar, code))
    assert existing.code == tuple(code)
    again = read_list(grammar, extended(existing, NEW))
    assert sorted(each.number for each in again.code) == sorted([*(each.number for each in code), 120])
    assert [each for each in again.code if each.number != 120] == code
