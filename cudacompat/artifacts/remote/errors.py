"""What can go wrong with a server, in words, and whether trying again may help."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AGAIN = (408, 429, 500, 502, 503, 504)


_LONGEST_PAUSE_S = 30.0  # that a server may ask for


class RemoteError(Exception):
    """The file could not be had; the text is one line. `sealed` is whether the server asks for a password, `passing`
    whether another try may do; `status` is that of its answer, `challenges` how it wants to be asked, `pause_s` for
    how many seconds it wants to be left alone."""

    def __init__(
        self,
        why: str,
        *,
        sealed: bool = False,
        passing: bool = False,
        status: int | None = None,
        challenges: tuple[str, ...] = (),
        pause_s: float = 0.0,
    ) -> None:
        super().__init__(why)
        self.sealed = sealed
        self.passing = passing
        self.status = status
        self.challenges = challenges
        self.pause_s = pause_s


class NoRangesError(RemoteError):
    """The server does not send parts of the file, or its parts do not fit together."""


class FileReplacedError(RemoteError):
    """The file behind the address became another one while it was read."""


def _of_status(status: int, challenges: Sequence[str] | None = None, pause: str | None = None) -> RemoteError:
    if status in (401, 403, 407):
        why = f"the server asks for a password (HTTP {status})"
        return RemoteError(why, sealed=True, status=status, challenges=tuple(challenges or ()))
    if status in (404, 410):
        return RemoteError(f"there is no such file (HTTP {status})", status=status)
    if status in (416, 501):
        return NoRangesError(f"the server does not send parts of the file (HTTP {status})")
    pause_s = min(float(pause), _LONGEST_PAUSE_S) if pause and re.fullmatch(r"\d{1,6}", pause) else 0.0
    return RemoteError(f"the server answers HTTP {status}", passing=status in _AGAIN, status=status, pause_s=pause_s)


def _is_transport(error: Exception) -> bool:
    from http.client import HTTPException

    return isinstance(error, OSError | HTTPException | ValueError)


def _untrusted(error: object) -> str | None:
    """What OpenSSL says against a server's certificate, None where it is not about that."""
    said = getattr(error, "verify_message", None)
    return said[:100] if isinstance(said, str) else None


def _words(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "the server sent nothing for too long"
    if (why := _untrusted(error)) is not None:
        return f"its certificate is not trusted ({why}); the variable SSL_CERT_FILE names a file of those to trust"
    if isinstance(error, OSError):
        reason = getattr(error, "reason", None) or error.strerror or str(error) or type(error).__name__
        return str(reason).lower()[:200]
    return (str(error) or type(error).__name__).splitlines()[0][:200]
