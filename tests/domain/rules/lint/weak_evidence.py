"""`weak-evidence`: `use gpu = 1` taken for a proof."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "ci/smoke.sh": './whisper-cli -m m.bin -f a.wav 2>&1 | grep -q "use gpu *= 1" || exit 1\n',
        },
        good={
            "ci/smoke.sh": './whisper-cli -m m.bin -f a.wav 2>&1 | grep -q "using CUDA0 backend" || exit 1\n',
        },
        line="grep",
    ),
)
