"""The rules of `lint`, in the order in which findings of one line are listed."""

from __future__ import annotations

from cudacompat.domain.lint.facts import Project
from cudacompat.domain.lint.inline import InlineUse
from cudacompat.domain.rule import Rule
from cudacompat.domain.rules import inline_ignore
from cudacompat.domain.rules.lint import dead_variable, no_nvcc_in_image, unquoted_semicolon

LINT_RULES: tuple[Rule[Project], ...] = (
    unquoted_semicolon.RULE,
    dead_variable.RULE,
    no_nvcc_in_image.RULE,
)
# of the comments in the files, after the others
INLINE_RULES: tuple[Rule[InlineUse], ...] = (inline_ignore.RULE,)
