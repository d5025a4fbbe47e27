"""`explain ID`: a finding's documentation, offline."""

from __future__ import annotations

import difflib
import inspect

from cudacompat.domain.errors import UsageError
from cudacompat.domain.rules import ALL_RULES


def explain(id_: str) -> str:
    """Return the page of the rule with this id; `UsageError` with the nearest ids if there is none."""
    pages = {rule.id: rule for rule in ALL_RULES}
    rule = pages.get(id_.strip().lower())
    if rule is None:
        near = difflib.get_close_matches(id_[:80], pages, n=3) or sorted(pages)
        raise UsageError(f"no finding is called {id_[:80]!r}; there are: {', '.join(near)}")
    return f"{rule.id}: {rule.title}\n\n{inspect.cleandoc(rule.doc)}"
