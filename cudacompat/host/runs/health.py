"""Asking a health endpoint: is it green?"""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from cudacompat.domain.words.errors import UsageError

_TIMEOUT_S = 2.0


class Answer(NamedTuple):
    """Whether the endpoint is green (HTTP 200 to 299), and what it said."""

    green: bool
    said: str


def require_url(url: str) -> None:
    """`UsageError` for what is no http or https address."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"not an http or https address: {url}")


def ask(url: str, timeout_s: float = _TIMEOUT_S) -> Answer:
    """Return what the endpoint answers to a GET: no proxy, no redirect followed, the body not read."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"User-Agent": "cudacompat", "Connection": "close"})
        response = connection.getresponse()
        return Answer(200 <= response.status < 300, f"HTTP {response.status}")
    except ConnectionRefusedError:
        return Answer(False, "nothing listens there")
    except TimeoutError:
        return Answer(False, f"no answer within {timeout_s:g} s")
    except ssl.SSLError as error:
        return Answer(False, f"TLS: {error.reason or error}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(False, str(error) or type(error).__name__)
    finally:
        connection.close()
