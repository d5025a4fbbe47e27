"""How many examples hypothesis tries: all of them with HYPOTHESIS_PROFILE=ci, as .ci/run sets it, a fifth otherwise."""

from __future__ import annotations

import os

from hypothesis import settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
_FEWEST = 10

# An example may take as long as a loaded machine makes it take.
settings.register_profile("ci", deadline=None, print_blob=True)
settings.register_profile("quick", deadline=None, max_examples=20)


def at_most(examples: int) -> int:
    """Return the number of examples for `max_examples` of a test that wants another number than hypothesis's own."""
    return examples if PROFILE == "ci" else min(examples, max(_FEWEST, examples // 5))
