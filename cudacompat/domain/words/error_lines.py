"""Whether a line reports an error: one answer for logs that are explained and for builds that are run here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.words.error_forms import FORMS, Weight
from cudacompat.domain.words.met_demands import is_met

# What a line of a terminal or a collector begins with, at most: the level of a message is in there.
_HEAD = 160
# Its own level says that a line is a warning or less: "W0402 10:11:12.1", "level=INFO", "[WARN]", "UserWarning: ",
# "nvcc warning : ". Not "ERROR", and not "Warning  Failed  12s  kubelet".
_LOW = re.compile(
    r"\blevel=(?:info|debug|trace|warn|notice)|\"(?:level|severity)\"\s*:\s*\"(?:info|debug|trace|warn|notice)"
    r"|(?<![\w.])[IWD](?:20\d\d)?(?:0[1-9]|1[0-2])[0-3]\d \d\d:\d\d:\d\d\."
    r"|(?:^|[\s\[|(:<])(?:INFO|DEBUG|TRACE|NOTICE|WARN|WARNING|NOTE)(?=[\]:|,>)]|\s+[-|\w\[(/'\"]|$)"
    r"|\b[Ww]arn(?:ing)?\s?[:#\[(,]|\(WW\) |\b[A-Z]\w*Warning: |\bWARN:\d|\[[IWV](?:\] |:\w)"
    r"|^[\d.:]{5,20} [IWD] "
    r"|^[\d-]{10}[ T][\d:.,]{8,16}: [IWD] \S|\bnpm warn\b|\bCMake Warning\b|\bnote:|\bdeprecated\b",
)
# Words of errors in a line that reports none.
_HARMLESS = re.compile(
    r"\berror: ?-?\d+(?:\.\d+|\.?\d*\s?%)"  # a measure: "Validation error: 84.6%"
    r"|\bNCCL INFO\b"
    r"|\b(?:0|no|without|zero|any) (?:\w+ )?(?:errors?|failures?|warnings?)\b"
    r"|\b(?:errors?|failures?|failed)\b\"?\s*[:=]\s*(?:0|none|null|false|nil|''|\"\")(?![.\d])"
    r"|(?:^|[,;:(|] ?)(?:0|no) (?:tests? )?failed\b"  # not "request 0 failed"
    r"|\berror[_ -]?(?:rate|handler|handling|log(?!:)|page|count|correction|budget)\b|--?W(?:no-)?error|error-limit"
    r"|\berror_code\b|\bcudaErrorNotReady\b|\bstrerror\b|\bperror\b"
    r"|(?<!== )(?<!ERROR\. )(?:\bCUBLAS_STATUS_SUCCESS\b|\bCUDNN_STATUS_SUCCESS\b|\bcudaSuccess\b)"
    r"|^-- (?:Looking|Performing|Check)|^checking (?:for|whether) |^\[\d+/\d+\] |^\[ *\d+%\] "
    r"|\" [123]\d\d \d|HTTP/[\d.]+\" [123]\d\d\b"  # an answered request for /error
    r"|\bdebconf: |\binvoke-rc\.d: |\bUnable to register cu\w+ factory\b|\(ignored\)|\bfailed with initial frozen solve"
    r"|: Could not collect$|\] Could not collect$"  # torch.utils.collect_env
    r"|\bcache (?:file |entry )?(?:was )?not found\b"  # TensorRT's on Jetson: made anew
    r"|^\s*\d+ \| "  # a line of source that a compiler shows
    r"|^\s*is not able to compile a simple test program"  # a heading of CMake's: what failed is after it
    r"|\d --> \d\d:"  # a line of a transcript
    r"|^\s*raise [\w.]+\(|^\s+(?:raise|except|throw|return|assert|if|elif)\b"  # a line of source in a traceback
    r"|\b(?:if|when|unless|in case|whether)\b.{0,60}\b(?:fail|cannot|can't|unable|not (?:supported|available))",
    re.IGNORECASE,
)
# Of the machine and not of its GPU: every boot prints some of these.
_OF_ANOTHER_DEVICE = re.compile(
    r"\bmodule verification failed: signature|\bACPI\b.{0,12}\b(?:Error|Exception|Warning)\b"
    r"|\bDirect firmware load for (?!nvidia)|\bucsi_ccg\b"
    r"|\bnvidia-gpu \S+: i2c timeout|\b[Cc]orrect(?:ed|able) [Ee]rror|\bregulatory\b"
)
# Programs that share a machine with those that use its GPU, as the system's journal, compose and the programs
# themselves name them, and what only a database says.
_OF_ANOTHER_PROGRAM = re.compile(
    r"\b(?:postgres(?:ql)?|mysqld|mariadbd?|redis(?:-server)?|mongod|nginx|apache2|httpd|sshd|postfix|dovecot|cron|CRON|"
    r"dhclient|wpa_supplicant|avahi-daemon|cupsd|bluetoothd|rsyslogd|chronyd|ntpd|named|smbd|snapd|fail2ban\S*)"
    r"(?:\[\d+\]: |-\d+ +\| |: )"
    r"|\bduplicate key value violates|\brelation \S+ does not exist|\bSQLSTATE\b|\bsyntax error at or near\b"
    r"|\bcould not serialize access|\bpassword authentication failed for user"
    r"|\b(?:psycopg2?|sqlalchemy|asyncpg)\S*Error",
)
_KERNEL_LINE = re.compile(r"^(?:<\d>)?\[\s*\d{1,7}\.\d{6}\] |\bkernel: ")
_OF_THE_GPU = re.compile(
    r"nvidia|nvrm|nouveau|\bxid\b|out of memory|oom|killed|segfault|general protection|panic|\boops\b|\bcuda\b",
    re.IGNORECASE,
)

# Lines that quote errors: tests by their names that did not fail, commits by their subjects.
_QUOTED_FROM_THE_START = re.compile(
    r"(?:\[gw\d+\]\s+(?:\[\s*\d+%\]\s+)?)?(?:PASSED|SKIPPED|XFAIL|XPASS)\b"  # pytest -v -n, -rs
    r"|\S+\.py::(?!.*\b(?:FAILED|ERROR)\b)\S"
    r"|\s*\[\s+(?:OK|RUN|PASSED|SKIPPED)\s+\]"  # googletest
    r"|\s*(?:--- (?:PASS|SKIP)|=== (?:RUN|PAUSE|CONT|NAME))\b|\s*Start\s+\d+: \S+$"  # go test, ctest
    r"|(?:\*\*Q: ?|[Ii]f |[Ww]hen )(?:[Yy]ou|[Ii]) (?:see|get|encounter|receive|run into|still)\b"  # a guide
    r"|\s*(?:\u2713|\u2714|\u221a|ok \d+)\s"  # mocha, jest, TAP
    r"|[\s*|\\/]{0,20}(?=[0-9a-f]{0,11}[a-f])[0-9a-f]{7,12} (?:\([^)]*\) )?(?!ERROR|FATAL|error:|fatal:)\S"  # git log
    r"|commit [0-9a-f]{40}\b|.{0,60}\b(?:HEAD is now at|HEAD position was) [0-9a-f]{7}"
    r"|\s*(?:Subject: |Commit message: |Merge pull request|Applying: |Auto-merging |Revert \")"
    r"|\s*[-*\u2022] (?:\[?[\w/.-]{1,24}\]?[:)] )?(?:[Ff]ix(?:e[ds])?|[Aa]dd(?:s|ed)?|[Hh]andled?|[Rr]emoved?"
    r"|[Dd]ocument|[Ii]mproved?|[Ii]gnored?|[Aa]void|[Rr]evert|[Uu]pdated?|[Bb]ump|[Rr]efactor)\b"  # a list of changes
)
_QUOTED_TO_THE_END = re.compile(
    r"\s(?:PASSED|SKIPPED|XFAIL|XPASS)(?:\s+\(.{0,300}\))?(?:\s+\[\s*\d+%\])?\s*$"
    r"|\.{3,}\s+(?:ok|OK|skipped|ignored|Passed|PASSED)\b"  # unittest, cargo, ctest
)
_LONGEST_NAME = 600  # of a test


def quotes_errors(text: str) -> bool:
    """Whether a line holds the texts of errors as names: a test that passed or was skipped, the subject of a commit."""
    if _QUOTED_FROM_THE_START.match(text) is not None:
        return True
    if len(text) > _LONGEST_NAME or not ("..." in text or "PASS" in text or "SKIPPED" in text or "XFAIL" in text):
        return False
    return _QUOTED_TO_THE_END.search(text) is not None


def is_harmless(text: str) -> bool:
    """Whether a line has words of errors and reports none: a measure, a count of zero, a line of source."""
    return _HARMLESS.search(text) is not None


def weight_of(text: str, forms: Iterable[int] | None = None) -> Weight | None:
    """Return how much of an error a line reports, `None` if it reports none. `forms` are the numbers of those whose
    literals are in it, where that is known (`FORMS_OF_NEEDLE`)."""
    if forms is None:
        forms = [n for n, form in enumerate(FORMS) if any(needle in text for needle in form.needles)]
    if all(FORMS[n].weight is Weight.BY_LEVEL for n in forms) and is_low(text):
        return None
    weights = {FORMS[n].weight for n in forms if FORMS[n].pattern.search(text) is not None}
    if Weight.ERROR not in weights and Weight.FAILED not in weights and weights and is_low(text):
        return None
    if not weights or is_harmless(text) or is_met(text) or _is_of_another_device(text) or quotes_errors(text):
        return None
    return next(weight for weight in (Weight.FAILED, Weight.ERROR, Weight.BY_LEVEL) if weight in weights)


def names_fault(text: str) -> bool:
    """Whether a line reports an error and says more than that something failed."""
    return weight_of(text) in (Weight.ERROR, Weight.BY_LEVEL)


def is_of_another_program(text: str) -> bool:
    """Whether a line is of a database or another service, which a log of a machine or of several containers has too."""
    return _OF_ANOTHER_PROGRAM.search(text) is not None


def is_low(text: str) -> bool:
    """Whether the line itself says that it is a warning or less."""
    return text.startswith("-- ") or _LOW.search(text[:_HEAD]) is not None


def _is_of_another_device(text: str) -> bool:
    if _OF_ANOTHER_DEVICE.search(text):
        return True
    return _KERNEL_LINE.search(text) is not None and _OF_THE_GPU.search(text) is None


ERROR_NEEDLES: tuple[str, ...] = tuple(dict.fromkeys(needle for form in FORMS for needle in form.needles))
FORMS_OF_NEEDLE: tuple[tuple[int, ...], ...] = tuple(
    tuple(n for n, form in enumerate(FORMS) if needle in form.needles) for needle in ERROR_NEEDLES
)
