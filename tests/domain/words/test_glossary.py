"""The glossary: every word has a page, and what a page names exists."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cudacompat.app.explain import page_of
from cudacompat.domain.rules import rule_called
from cudacompat.domain.words.glossary import SECTIONS, Term, term
from tests.helpers.each_row import each_case
from tests.helpers.run import ROOT, inside

TERMS = [each for _, terms in SECTIONS for each in terms]


def test_each_word_is_one_terms_alone() -> None:
    words = [word for each in TERMS for word in (each.name.lower(), *each.also)]
    assert sorted(words) == sorted(set(words))
    assert all(word == word.lower() for each in TERMS for word in each.also)


@each_case("found", TERMS, ids=lambda each: each.name)
def test_each_word_has_a_page_and_each_page_that_it_names_is_there(found: Term) -> None:
    assert all(rule_called(id_) is not None for id_ in found.see)
    for word in (found.name, *found.also):
        assert page_of(word, names=False) is not None


def test_a_word_is_explained_however_it_is_written() -> None:
    assert term("Forward_Compatibility") is term("compat")
    ran = inside("explain", "phantom")
    assert ran.code == 0
    assert ran.out.startswith("empty image: An image without the module's kernels")
    assert "cudacompat explain phantom-arch" in ran.out
    assert inside("explain", "JIT", "--format", "json").json["kind"] == "term"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("sm_120", ("RTX 50", "CUDA 12.8 and newer", "branch 570 or newer", "later minor versions of 12")),
        ("sm_90a", ("exactly 9.0",)),
        ("compute_86", ("PTX for 8.6", "every later compute capability")),
        ("sm_52", ("up to 12.9",)),
    ],
)
def test_a_target_is_explained(target: str, says: tuple[str, ...]) -> None:
    ran = inside("explain", target)
    assert ran.code == 0
    text = " ".join(ran.out.split())
    for each in says:
        assert each in text, text


def test_a_message_is_explained_as_it_was_copied() -> None:
    ran = inside("explain", "CUDA error: no kernel image is available for execution on the device")
    assert ran.code == 1
    assert "cuda-no-kernel-image" in ran.out
    unknown = inside("explain", "sm_199")
    assert unknown.code == 2
    assert unknown.err.count("\n") == 1


def test_the_page_of_the_documents_is_that_of_the_code() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/refresh_glossary.py", "--check"], cwd=ROOT)
    assert done.returncode == 0
