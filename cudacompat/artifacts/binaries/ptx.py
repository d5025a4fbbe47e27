"""PTX text: is it any, what it is for, and the kernels it defines. Comments and strings never count."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, search
from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa

# Atomic groups: a text of a million comments is read once, not once per way to split it.
_BLANK = rb"(?>(?:\xef\xbb\xbf)?(?>\s++|//[^\n]*+(?:\n|\Z)|/\*(?s:.*?)(?:\*/|\Z))*+)"
_START = re.compile(_BLANK + rb"\.version\s++(\d{1,3})\.(\d{1,3})\b")
_TARGET = re.compile(rb"(?<![\w$%.])\.target\s++(?:sm|compute)_(\d{2,4})([af]?)\b")
_NOISE = re.compile(rb'//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?')
_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*+"?')
_ENTRY = re.compile(rb"\.entry\s++([A-Za-z_$%][\w$]*+)")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$%.")
_IN_NAME = _WORD - {ord(".")}
_BODY = re.compile(rb"[{;]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

_NAME = rb"([A-Za-z_$%][\w$]*+)"
_EXTERN = re.compile(rb"\.extern\s++(?!\.shared\b)")
_EXTERN_FUNCTION = re.compile(rb"\.extern\s++\.func\s++(?:\([^()]*+\)\s*+)?" + _NAME)
_EXTERN_VARIABLE = re.compile(
    rb"\.extern\s++(?=\.(?:global|const)\b)(?:\.\w++(?:\[\d++\]|\s*+\([^()]{0,400}+\))?\s*+(?:\d++\s*+)?){1,12}+"
    + _NAME
)
_FUNCTION = re.compile(rb"\.func\s++(?:\([^()]*+\)\s*+)?" + _NAME)

# The functions that the driver brings along. NVIDIA, "PTX Writer's Guide to Interoperability", System Calls:
# https://docs.nvidia.com/cuda/ptx-writers-guide-to-interoperability/#system-calls
SYSTEM_CALLS = frozenset((b"vprintf", b"__assertfail", b"malloc", b"free"))

MARK = Needle(b".version")
_ENTRY_WORD, _EXTERN_WORD, _FUNCTION_WORD = Needle(b".entry"), Needle(b".extern"), Needle(b".func")
_VERSION = re.compile(rb"\.version\s++\d{1,3}\.\d{1,3}\s")
_CONTROL = re.compile(rb"[^\t\n\r\x20-\x7e\x80-\xff]")
_CODE = re.compile(rb"(?<![\w$%.])\.(?:entry|func)\b")
_LONGEST = 64 << 20  # bytes of a text among other data
_SMALLEST_PIECE = 1 << 12
_PIECE = 1 << 16  # bytes of a text that are copied at a time

SNIFFED = 1 << 16  # comments before `.version` longer than this hide a PTX text from us


class PtxHead(NamedTuple):
    """What the first directives of a text say."""

    target: ArchTarget | None
    isa: PtxIsa
    beyond_ascii: bool = False  # whether the text, comments included, has other characters than ASCII


def may_be_ptx(head: bytes) -> bool:
    """Whether the first bytes of a file could begin a PTX text (cheap: only the first visible one counts)."""
    if is_wide(head):
        head = _narrow(head)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\f\v")[:1]
    return start in (b".", b"/") or (not start and bool(head))


def is_ptx(head: bytes) -> bool:
    """Whether a file's first bytes are those of a PTX text: `.version X.Y` after blanks and comments, also where each
    character has two bytes."""
    return _START.match(_narrow(head) if is_wide(head) else head) is not None


def is_wide(head: bytes) -> bool:
    """Whether the first bytes of a file are text of two bytes for a character: UTF-16, with its mark or without."""
    return head.startswith(_WIDE_MARKS) or (len(head) > 3 and head[0:4:2] == b"\0\0") or head[1:4:2] == b"\0\0"


def _narrow(head: bytes) -> bytes:
    """The ASCII of a wide text."""
    marked = head.startswith(_WIDE_MARKS)
    return head[2 if marked else 0 :].replace(b"\0", b"")


def read_head(text: bytes) -> PtxHead | None:
    """Return what a PTX text is for; None when it is no PTX text."""
    version = _START.match(text)
    if version is None:
        return None
    isa = _isa(version[1], version[2])
    found = _TARGET.search(text, version.end(), version.end() + SNIFFED)
    if found is not None and _is_noise(text, version.end(), found.start()):
        found = _TARGET.search(_NOISE.sub(b" ", text[version.end() : version.end() + SNIFFED]))
    if found is None:
        return PtxHead(None, isa, not text.isascii())
    return PtxHead(_target(found[1], found[2]), isa, not text.isascii())


@lru_cache(maxsize=256)
def _isa(major: bytes, minor: bytes) -> PtxIsa:
    """One object for all texts that say it: modules that differ in nothing else are judged once, by identity."""
    return PtxIsa(int(major), int(minor))


@lru_cache(maxsize=256)
def _target(number: bytes, suffix: bytes) -> ArchTarget:
    return ArchTarget(CodeKind.PTX, int(number), ArchSuffix(suffix.decode()))


def damage(text: bytes) -> str | None:
    """Return what keeps the driver from compiling a text that begins as PTX does; None where nothing is seen."""
    if text.startswith(_BYTE_ORDER_MARK):
        return "begins with a byte order mark, which the driver does not take (CUDA error 200)"
    if _count(text, b"{") != _count(text, b"}"):
        quiet = _without_noise(text)
        if quiet.count(b"{") > quiet.count(b"}"):
            return "ends within a body: the rest of the text is missing"
    return None


def _count(text: bytes, character: bytes) -> int:
    """How often a character stands in a text that has many: twice as fast as `count`, piece by piece."""
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return len(text) - sum(len(piece.replace(character, b"")) for piece in pieces)


def unresolved(text: bytes) -> tuple[str, ...]:
    """Return the functions and variables that a text uses, does not define, and that the driver does not bring
    along, in the order of their declarations. Shared memory without a size is none: the launch gives it one."""
    if not _leaves_out(text) or _only_system_calls(text):
        return ()
    text = _without_noise(text)
    places = list(_EXTERN_WORD.every(text))
    declared = {found[1] for at in places if (found := _EXTERN_FUNCTION.match(text, at))} - SYSTEM_CALLS
    declared |= {found[1] for at in places if (found := _EXTERN_VARIABLE.match(text, at))}
    if not declared:
        return ()
    functions = [found for at in _FUNCTION_WORD.every(text) if (found := _FUNCTION.match(text, at))]
    ends = [*(following.start() for following in functions[1:]), len(text)]
    defined = {found[1] for found, end in zip(functions, ends, strict=False) if _body(text, found.end(), end) > 0}
    uses = {name: _two_places(text, name) for name in declared - defined}
    used = sorted((found[0], name) for name, found in uses.items() if len(found) > 1)
    return tuple(name.decode("ascii", "replace") for _, name in used)


def _two_places(text: bytes, name: bytes) -> list[int]:
    """Where the word stands for the first two times; finding each of a few names takes a tenth of the time that a look
    at every word of a text does."""
    found: list[int] = []
    at = text.find(name)
    while at >= 0 and len(found) < 2:
        end = at + len(name)
        before = at > 0 and text[at - 1] in _IN_NAME
        if not before and not (end < len(text) and text[end] in _IN_NAME):
            found.append(at)
        at = text.find(name, end)
    return found


def _leaves_out(text: bytes) -> bool:
    """Whether anything but shared memory is declared to be elsewhere; many times as fast as a search for `_EXTERN`."""
    return any(_EXTERN.match(text, at) is not None for at in _EXTERN_WORD.every(text))


def _without_noise(text: bytes) -> bytes:
    """The text with its comments and strings blanked out. Where no comment is, as in what nvcc puts into a library, the
    few strings are found by their first character, ten times as fast."""
    return (_NOISE if b"/" in text else _STRING).sub(b" ", text)


def _has_long_comment(text: bytes) -> bool:
    """Whether a comment opens that may go over lines; one character is found ten times as fast as two."""
    return b"*" in text and b"/*" in text


def _only_system_calls(text: bytes) -> bool:
    """Whether all that a text declares and does not define are the driver's own functions, as far as that is to be
    seen without blanking comments out, which costs more than all else: nvcc declares vprintf and __assertfail in every
    unit that prints or asserts."""
    if _has_long_comment(text):
        return False
    end = 0
    for at in _EXTERN_WORD.every(text):
        if at < end:
            continue
        end = text.find(b";", at)
        declaration = text[at:end]
        if end < 0 or _misleading(declaration):
            return False
        function = _EXTERN_FUNCTION.match(declaration)
        if _EXTERN.match(declaration) is not None and (function is None or function[1] not in SYSTEM_CALLS):
            return False
    return True


def kernels(text: bytes) -> tuple[str, ...]:
    """Return the kernels a PTX text defines, in order; a declaration without a body is none."""
    names = _plain_kernels(text) if not _has_long_comment(text) else None
    if names is None:
        names = _plain_kernels(_without_noise(text))
    return tuple(names or ())


def _plain_kernels(text: bytes) -> dict[str, None] | None:
    """Return the kernels of a text; None when comments or strings stand where they could mislead.

    To blank those out of a whole text costs twenty times what looking at the places of interest does.
    """
    names: dict[str, None] = {}
    last = 0
    places = _ENTRY_WORD.every(text)
    at = next(places, -1)
    while at >= 0:
        line = text.rfind(b"\n", last, at) + 1 or last
        if _misleading(text[line:at]):
            return None
        last = at + len(_ENTRY_WORD.text)
        following = next(places, -1)
        entry = _ENTRY.match(text, at)
        if entry is not None and (at == 0 or text[at - 1] not in _WORD):
            stop = _body(text, entry.end(), following if following >= 0 else len(text))
            if _misleading(text[entry.end() : abs(stop)]):
                return None
            if stop > 0:
                names[entry[1].decode("ascii", "replace")] = None
        at = following
    return names


def _misleading(text: bytes) -> bool:
    return b"//" in text or b'"' in text


def window(buffer: Buffer, start: int, end: int) -> bytes:
    """Return the text that lies in a window, up to its first NUL."""
    stop = buffer.find(b"\0", start, end)
    return bytes(buffer[start : end if stop < 0 else stop])


def find_text(buffer: Buffer, start: int, end: int) -> tuple[int, bytes] | None:
    """Return the first PTX text among the data in `[start, end)`, and where it begins; None where there is none.

    A program that compiles when it runs keeps such texts among its strings. They end with a NUL, or (strings of Rust)
    with nothing: so the text goes to its last brace before a control character or the next text. What has no function,
    or no number for its target, is a piece that a program puts together, and is passed over.
    """
    at = start
    while (at := search(MARK, buffer, at, end=end)) >= 0:
        if _VERSION.match(bytes(buffer[at : min(at + 32, end)])):
            text = _among_data(buffer, at, end)
            if _CODE.search(text) is not None and (head := read_head(text)) is not None and head.target is not None:
                return at, text
        at += len(MARK.text)
    return None


def _among_data(buffer: Buffer, start: int, end: int) -> bytes:
    end = min(end, start + _LONGEST)
    text = b""
    size = _SMALLEST_PIECE  # growing: a head without a text costs little, a long text few steps
    while start + len(text) < end:
        seen = max(len(MARK.text), len(text) - 32)
        text = bytes(buffer[start : min(start + size, end)])
        stop = _CONTROL.search(text, seen)
        following = _VERSION.search(text, seen, stop.start() if stop else len(text))
        if following or stop:
            text = text[: following.start() if following else stop.start() if stop else 0]
            break
        size *= 4
    last = text.rfind(b"\n}")
    return text[: last + 2] if last >= 0 else text[: text.rfind(b"}") + 1]


def _body(text: bytes, at: int, limit: int) -> int:
    """Return where the body of an entry opens, or minus where its declaration ends without one.

    The `;` of a `.pragma` between name and body ends nothing.
    """
    for stop in _BODY.finditer(text, at, limit):
        if stop[0] == b"{":
            return stop.start()
        if b".pragma" not in text[at : stop.start()]:
            return -stop.start()
        at = stop.end()
    return -limit


def _is_noise(text: bytes, start: int, at: int) -> bool:
    return any(mark in text[start:at] for mark in (b"//", b"/*", b'"'))
