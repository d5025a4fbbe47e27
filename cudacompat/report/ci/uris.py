"""Paths as other programs take them: URIs, the parts of a path into a container, and fingerprints that last."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote

from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.report.safe_text import safe

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~/\-]*)?")
# where the documentation is published, for formats that link to it: nothing is assumed, whoever publishes it names it
_DOCUMENTATION: ContextVar[str | None] = ContextVar("documentation", default=None)


def outer_of(path: str) -> str:
    """The file on disk: `outer.whl` of `outer.whl!/inner.so`."""
    return ArtifactPath.parse(path).outer


def inner_of(path: str) -> str | None:
    """What is inside the file on disk: `inner.so` of `outer.whl!/inner.so`, `a.zip!/b.so` of two levels."""
    return ArtifactPath.parse(path).inner


def relative_path(path: str) -> str | None:
    """The path with `/` between its parts and no `./` before them; `None` if it is absolute."""
    portable = path.replace("\\", "/") if os.sep == "\\" else path
    if portable.startswith("/") or (os.sep == "\\" and portable[1:2] == ":"):
        return None
    parts = [part for part in portable.split("/") if part not in ("", ".")]
    return "/".join(parts) or "."


def uri_of(path: str) -> str:
    """The URI reference of a file on disk: relative as it was named, `file:///…` if it was named absolute."""
    relative = relative_path(path)
    if relative is not None:
        return _quoted(relative)
    portable = path.replace("\\", "/") if os.sep == "\\" else path
    return "file:///" + _quoted(portable.lstrip("/"))


def _quoted(path: str) -> str:
    try:
        return quote(path, safe="/", errors="surrogateescape")  # the bytes that the file system has
    except UnicodeEncodeError:
        return quote(safe(path), safe="/")


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return a fingerprint for each, distinct among them.

    The same fault has the same fingerprint in every run and on every machine: it is made of the rule, the target and
    the path, of which only the file's name counts where it was named absolute; not of messages, offsets or line
    numbers, which every build moves. Findings that agree in all that are told apart by their order.
    """
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        key = "\0".join((finding.id, finding.target or "", _lasting(finding.path)))
        seen[key] += 1
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        result.append(f"{name}:{seen[key]}")
    return result


def _lasting(path: str | None) -> str:
    if path is None:
        return ""
    outer = outer_of(path)
    relative = relative_path(outer)
    if relative is None:
        relative = outer.replace("\\", "/").rsplit("/", 1)[-1]
    return ArtifactPath.parse(path).with_outer(relative)


@contextmanager
def documented_at(address: str, origin: str) -> Iterator[None]:
    """Have findings linked to the documentation at this address meanwhile. `UsageError` that names the origin for
    what is no address of a web page."""
    if _ADDRESS.fullmatch(address) is None:
        raise UsageError(f"{origin}: expected an address such as https://docs.example.org/cudacompat")
    token = _DOCUMENTATION.set(address.rstrip("/"))
    try:
        yield
    finally:
        _DOCUMENTATION.reset(token)


def page_of(rule: str) -> str | None:
    """Return the address of the page of a rule, None where none is known."""
    base = _DOCUMENTATION.get()
    return f"{base}/rules/{rule}/" if base else None
