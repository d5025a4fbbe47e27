"""Where the page of a finding is published, for formats that link to it. Nothing is assumed: whoever publishes the
documentation names its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cudacompat.domain.words.errors import UsageError

VARIABLE = "CUDACOMPAT_DOCS_URL"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~/\-]*)?")
_NOW: ContextVar[str | None] = ContextVar("documentation", default=None)


@contextmanager
def documented_at(address: str | None) -> Iterator[None]:
    """Have findings linked to the documentation at this address meanwhile, to none without one. `UsageError` for what
    is no address of a web page."""
    if address and _ADDRESS.fullmatch(address) is None:
        raise UsageError(f"{VARIABLE}: expected an address such as https://docs.example.org/cudacompat")
    token = _NOW.set(address.rstrip("/") if address else None)
    try:
        yield
    finally:
        _NOW.reset(token)


def page_of(rule: str) -> str | None:
    """Return the address of the page of a rule, None where none is known."""
    base = _NOW.get()
    return f"{base}/rules/{rule}/" if base else None
