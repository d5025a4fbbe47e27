"""What a report must not carry on: tokens, passwords and home folders in command lines and in what programs printed.

Reports are uploaded and pasted. The forms are those that their issuers document and that secret scanners look for
(GitHub's list of supported patterns: https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

HIDDEN = "***"

_T = TypeVar("_T")

_ISSUED = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:
      hf_[A-Za-z0-9]{16,} | api_org_[A-Za-z0-9]{16,}                  # Hugging Face
    | gh[opusr]_[A-Za-z0-9]{20,} | github_pat_\w{20,}                 # GitHub
    | gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|oas|soat)-[\w.-]{16,}       # GitLab
    | sk-(?=[A-Za-z_-]*\d)[\w-]{20,}                                  # OpenAI, Anthropic
    | [rs]k_(?:live|test)_[A-Za-z0-9]{16,}                            # Stripe
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}                             # AWS, the id of a key
    | xox[abeoprs]-[\w-]{10,} | xapp-[\w-]{10,}                       # Slack
    | npm_[A-Za-z0-9]{30,}                                            # npm
    | pypi-AgE[\w-]{20,}                                              # PyPI
    | AIza[\w-]{30,} | ya29\.[\w-]{20,}                               # Google
    | nvapi-[\w-]{20,}                                                # NVIDIA NGC
    | dckr_(?:pat|oat)_[\w-]{16,}                                     # Docker
    | dop_v1_[0-9a-f]{40,} | r8_[A-Za-z0-9]{30,} | gsk_[A-Za-z0-9]{40,} | wandb_v1_\w{20,}
    | SG\.[\w-]{16,}\.[\w-]{16,} | AGE-SECRET-KEY-1[A-Z0-9]{40,}
    | eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?                         # JSON Web Token
    )""",
    re.VERBOSE,
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY")
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{16,}\s*\Z")

# user:password@ in a URL; a long user alone is a token, a short one (git@) is not
_USER_IN_URL = re.compile(
    r"((?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?:[^\s/?#\"'@:]*:[^\s/?#\"']*|[^\s/?#\"'@:]{20,})@"
)
_QUERY = re.compile(
    r"(?i)([?&;](?:sig|signature|[\w-]*token|key|api[_-]?key|password|passwd|secret|code"
    r"|x-(?:amz|goog)-(?:signature|credential))=)[^&\s\"'#;<>]+"
)
_WEBHOOK = re.compile(r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)[\w/-]+")
_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization\b[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token|digest|negotiate)\s+)?)[^\s\"',;]+"
    r"|(\bbearer\s+)[\w.~+/=-]{16,}"
    r"|(\b(?:set-)?cookie\s*:\s*)[^\n\"']+"
)

_VALUE = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'&;,)}\]]+)"
# Words that name nothing else than a secret: any value is one.
_STRONG = (
    r"(?:password|passwd|passphrase|secret|(?<=[A-Za-z0-9]_)pwd)"
    r"(?:[_-]?(?:access|signing|api))?(?:[_-]?(?:key|token|value))?"
)
_KEYS = r"(?:api|access|account|private|signing|encryption|session|license|shared[_-]?access|wandb)[_-]?key"
_NAMED = re.compile(rf"(?i)((?<![A-Za-z0-9])[\w.-]{{0,60}}?(?:{_STRONG}|{_KEYS})[\"']?\s*(?::=|=|:)\s*)({_VALUE})")
# `token` is a word of language models, too: what stands behind has to look like a secret.
_TOKEN = re.compile(rf"(?i)((?<![A-Za-z0-9])[\w.-]{{0,60}}?token[\"']?\s*(?:=|:)\s*)({_VALUE})")
_OPTION = re.compile(
    rf"(?i)((?<!\S)--?[\w-]{{0,60}}?(?:token|{_STRONG}|{_KEYS}|credentials?|auth)(?:=|[ \n]+))(?!-)({_VALUE})"
)
_LOOKS_SECRET = re.compile(r"(?=[^\s]*[A-Za-z])[\w.+/=~$-]{8,}")
_PLAIN_WORDS = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*")
_OF_LANGUAGE = re.compile(
    r"(?i)(?:max|min|num|n|bos|eos|eot|pad|unk|sep|cls|mask|start|end|special|unexpected|next)[_. -]?token$"
)
_NUMBER = re.compile(r"[-+]?[\d.]+")

_LOGIN = re.compile(
    r"(?i)(\blogin\s+\S+\s+password\s+|\blogin\b[^\n]{0,200}?\s-p[ =]|\blogin(?:\n[^\n]*){0,8}?\n-p\n)[^\s\"']+"
)
_USER_OPTION = re.compile(r"((?<!\S)(?:-u|--user|--proxy-user)(?:=|[ \n]+)[\"']?[^\s:\"'/]+:)(?!\d+(?!\S))[^\s\"']+")
_DOCKER_AUTH = re.compile(r"(\"(?:auth|identitytoken|registrytoken)\"\s*:\s*\")[^\"\n]+")
_WANDB = re.compile(
    r"(?i)(\bwandb\b[^\n]{0,60}?|\bwandb\b\n(?:login|--relogin)\n)(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])"
)

_HOME = re.compile(
    r"(?<![\w.~-])(?:/home/|/Users/|/var/home/|(?<!/)[A-Za-z]:[\\/]+Users[\\/]+)(?!Shared\b|Public\b)[^\s/\\:;,\"'<>|*?]+"
)
# One look that tells most texts from those worth more of them.
_HINT = re.compile(
    r"(?i)_|://|bearer|authorization|cookie|token|passw|passphrase|secret|pwd|key|auth|credential|login|-u|--user|wandb"
    r"|akia|asia|abia|acca|xox|xapp|gl[a-z]{2,5}-|sk-|pypi-|aiza|ya29|nvapi|sg\.|eyj|[?&;]"
)


# What one rule hides may be the mark of another: `token=-----BEGIN PRIVATE KEY-----`.
_MOST_PASSES = 4


def masked(text: str) -> str:
    """Return the text with what looks like a token, a password or a private key replaced by `***`; lines stay lines.

    A text that is masked stays as it is when it is masked again, as a report's are.
    """
    if _HINT.search(text) is None:
        return text
    for _ in range(_MOST_PASSES):
        hidden = _masked_once(text)
        if hidden == text:
            break
        text = hidden
    return text


def _masked_once(text: str) -> str:
    if "PRIVATE KEY" in text:
        text = "\n".join(_without_keys(text.split("\n")))
    text = _USER_IN_URL.sub(rf"\g<1>{HIDDEN}@", text)
    text = _QUERY.sub(rf"\g<1>{HIDDEN}", text)
    text = _WEBHOOK.sub(rf"\g<1>{HIDDEN}", text)
    text = _HEADER.sub(lambda match: (match[1] or match[2] or match[3]) + HIDDEN, text)
    text = _ISSUED.sub(HIDDEN, text)
    text = _NAMED.sub(_value_hidden, text)
    text = _TOKEN.sub(_token_hidden, text)
    text = _OPTION.sub(_option_hidden, text)
    text = _LOGIN.sub(rf"\g<1>{HIDDEN}", text)
    text = _USER_OPTION.sub(rf"\g<1>{HIDDEN}", text)
    text = _DOCKER_AUTH.sub(rf"\g<1>{HIDDEN}", text)
    return _WANDB.sub(rf"\g<1>{HIDDEN}", text)


def without_home(text: str, home: str = "") -> str:
    """Return the text with `~` for home folders: those below /home, /Users and C:\\Users, and `home` itself."""
    if len(home) > 1 and home in text:
        text = re.sub(rf"(?<![\w.~-]){re.escape(home)}(?![\w.-])", "~", text)
    return _HOME.sub("~", text) if "/" in text or "\\" in text else text


def _without_keys(lines: list[str]) -> list[str]:
    """The lines with private keys hidden: what stands behind the line that begins one, to the one that ends it; and
    before an end whose beginning is not there, the lines that look like one."""
    shown: list[str] = []
    inside = False
    for line in lines:
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if ends is not None and not inside and begins is None:
            for at in range(len(shown) - 1, -1, -1):
                if not _KEY_LINE.search(shown[at][-200:]):
                    break
                shown[at] = HIDDEN
        if begins is not None:  # on one line, as in a variable: hidden between them
            end = line[ends.start() :] if ends is not None and ends.start() > begins.end() else ""
            between = HIDDEN if len(line) - len(end) > begins.end() else ""
            shown.append(line[: begins.end()] + between + end)
            inside = not end
        elif ends is not None:
            shown.append(line[ends.start() :])
            inside = False
        else:
            shown.append(HIDDEN if inside and line else line)
    return shown


def _value_hidden(match: re.Match[str]) -> str:
    return match[1] + _quoted_alike(match[2])


def _token_hidden(match: re.Match[str]) -> str:
    value = match[2].strip("\"'")
    name = match[1].rstrip(" =:\"'")
    if not _LOOKS_SECRET.fullmatch(value) or _OF_LANGUAGE.search(name):
        return match[0]
    spoken = match[1].endswith((": ", "= ")) and name.lower() == "token"  # "unexpected token: identifier"
    if spoken and _PLAIN_WORDS.fullmatch(value):
        return match[0]
    return match[1] + _quoted_alike(match[2])


def _option_hidden(match: re.Match[str]) -> str:
    name = match[1].rstrip("= \n")
    if name.lower().endswith("token") and (_NUMBER.fullmatch(match[2]) or _OF_LANGUAGE.search(name)):
        return match[0]
    return match[1] + _quoted_alike(match[2])


def _quoted_alike(value: str) -> str:
    return f"{value[0]}{HIDDEN}{value[0]}" if value[0] in "\"'" else HIDDEN


# -- a whole report

# Places that somebody opens: a report's reader, or a viewer that shows the finding in its file.
_PLACES = frozenset({"path", "paths", "file", "folder", "root", "log", "source", "products"})
# What is to be used again as it stands: a saved machine, its packages (whose paths findings have), commands of a plan.
_USED_AGAIN = frozenset({"facts", "packages", "plan", "settings"})
# Names of kernels and modules, in their thousands.
_NEVER = frozenset({"verdicts", "places"})


def masked_report(report: _T, home: str = "") -> _T:
    """Return the report (a dataclass, with all that it holds) with every text masked; home folders, too, but where a
    place is named that somebody opens."""
    masked_: _T = _masked(report, home, homes=True)
    return masked_


def _masked(value: Any, home: str, *, homes: bool) -> Any:
    if isinstance(value, str):
        if isinstance(value, Enum):
            return value
        text = masked(value)
        return without_home(text, home) if homes else text
    if isinstance(value, tuple | list):
        return _masked_row(value, home, homes=homes)
    if isinstance(value, Mapping):
        changed = {key: _masked(each, home, homes=homes) for key, each in value.items()}
        return value if changed == value else changed
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _masked_fields(value, home, homes=homes)
    return value


def _masked_fields(value: Any, home: str, *, homes: bool) -> Any:
    changes = {}
    for name in (each.name for each in dataclasses.fields(value) if each.init and each.name not in _NEVER):
        before = getattr(value, name)
        place = name in _PLACES and not dataclasses.is_dataclass(before)
        after = _masked(before, home, homes=homes and not place and name not in _USED_AGAIN)
        if after is not before and after != before:
            changes[name] = after
    return dataclasses.replace(value, **changes) if changes else value


def _masked_row(values: tuple[Any, ...] | list[Any], home: str, *, homes: bool) -> Any:
    """Rows of text together, as `--token` and its value are two of them, and a key is many lines."""
    if values and all(type(each) is str and "\n" not in each for each in values):
        text = masked("\n".join(values))
        changed: list[Any] = (without_home(text, home) if homes else text).split("\n")
    else:
        changed = [_masked(each, home, homes=homes) for each in values]
    if changed == list(values):
        return values
    return type(values)(*changed) if hasattr(values, "_fields") else type(values)(changed)
