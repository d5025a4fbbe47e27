"""Passwords for registries out of the files that docker login and podman login write. Programs that keep passwords
(credential helpers) are never run."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST = 1 << 20
_END = re.compile(r"/(?:v[12]/?)?$")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name with a password, None where no file has them. `helper` is the program or token that would know them
    and is not used."""

    basic: str | None = None
    helper: str | None = None

    @property
    def header(self) -> str | None:
        """What the header Authorization says."""
        return None if self.basic is None else f"Basic {self.basic}"

    def __repr__(self) -> str:
        return f"Credentials({'***' if self.basic else None}, {self.helper!r})"


def credential_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where passwords may stand: in REGISTRY_AUTH_FILE alone where that is set, else in podman's file of this
    session and in Docker's config.json."""
    named = environment.get("REGISTRY_AUTH_FILE")
    if named:
        return (Path(named),)
    found = []
    runtime, home = environment.get("XDG_RUNTIME_DIR"), environment.get("HOME") or environment.get("USERPROFILE")
    if runtime:
        found.append(Path(runtime, "containers", "auth.json"))
    docker = environment.get("DOCKER_CONFIG") or (str(Path(home, ".docker")) if home else "")
    if docker:
        found.append(Path(docker, "config.json"))
    return tuple(found)


def credentials_for(keys: Sequence[str], files: Sequence[Path]) -> Credentials:
    """Return what the files have under the first of these keys; files that cannot be read have nothing."""
    helper: str | None = None
    for document in _documents(files):
        entries = document.get("auths")
        entries = entries if isinstance(entries, dict) else {}
        known = {_plain(key): value for key, value in entries.items() if isinstance(value, dict)}
        for key in keys:
            basic = _basic(known.get(key, {}))
            if basic is not None:
                return Credentials(basic)
            if isinstance(known.get(key, {}).get("identitytoken"), str):
                helper = helper or "an identity token"
        helper = helper or _helper(document, keys)
    return Credentials(helper=helper)


def _documents(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for path in files:
        try:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                document = json.loads(file.read(_LARGEST))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            yield document


def _plain(key: str) -> str:
    """A key without scheme and version, as `https://index.docker.io/v1/` has them."""
    return _END.sub("", re.sub(r"^https?://", "", key))


def _basic(entry: Mapping[str, object]) -> str | None:
    packed = entry.get("auth")
    if isinstance(packed, str) and packed:
        try:
            plain = base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            return None
        return base64.b64encode(plain.rstrip(b"\0")).decode() if b":" in plain else None
    user, password = entry.get("username"), entry.get("password")
    if isinstance(user, str) and isinstance(password, str) and user:
        return base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _helper(document: Mapping[str, object], keys: Sequence[str]) -> str | None:
    own = document.get("credHelpers")
    for key, value in own.items() if isinstance(own, dict) else ():
        if _plain(str(key)) in keys and isinstance(value, str):
            return f"docker-credential-{value}"
    store = document.get("credsStore")
    return f"docker-credential-{store}" if isinstance(store, str) and store else None
