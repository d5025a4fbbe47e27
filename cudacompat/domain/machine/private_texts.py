"""Texts about a machine without what names its user: homes, tokens, ids of GPUs."""

from __future__ import annotations

import re

# Where a path ends inside a longer text.
_END = r"(?=[/\\:;,\s\"'`)\]|<>]|$)"


# `/home/ada/x`, file:///home/ada; not: /srv/home/ada, https://example.org/home/page
_HOMES = re.compile(r"((?<![\w.~-])(?:/var)?/home/|[/\\]Users[/\\])[^/\\:;,\s\"'`)\]|<>]+")


GPU_ID = re.compile(r"\b(GPU|MIG)-[0-9A-Fa-f][0-9A-Fa-f-]{3,}(?!\w)")


_TOKEN = re.compile(r"[^\s:;,\"'()]+")


_SYSTEM = ("/usr/", "/opt/", "/lib", "/etc/", "/bin/", "/var/lib/")


def _private(value: object, home: str | None) -> object:
    """The JSON value with the home directory and user names taken out of every text in it."""
    if isinstance(value, str):
        return anonymous(value, home)
    if isinstance(value, dict):
        return {key: _private(each, home) for key, each in value.items()}
    if isinstance(value, list):
        return [_private(each, home) for each in value]
    return value


def anonymous(text: str, home: str | None) -> str:
    """Return the text without this home directory, names of users in paths, and ids of GPUs."""
    if home:
        text = re.sub(re.escape(home.rstrip("/\\")) + _END, "~", text)
        user = re.split(r"[/\\]", home.rstrip("/\\"))[-1]
        if user and user != "root":
            component = re.compile(r"(?<=[/\\])" + re.escape(user) + _END)
            if re.search(r"\s", user):  # no word of a text: it stands in paths alone
                text = component.sub("<user>", text)
            text = _TOKEN.sub(
                lambda token: token[0] if token[0].startswith(_SYSTEM) else component.sub("<user>", token[0]), text
            )
    return GPU_ID.sub(r"\1-<uuid>", _HOMES.sub(r"\1<user>", text))
