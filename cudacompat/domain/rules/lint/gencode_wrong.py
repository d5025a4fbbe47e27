"""Flags about architectures that nvcc refuses.

What it finds: `arch=sm_80` in a -gencode pair, machine code older than the arch before it, PTX of another arch, two
codes without brackets, a number without sm_; the same in `-arch=compute_90 -code=sm_80`; `-arch=sm_80` together with
`-code`; several `-arch` in one command.

Why it matters: nvcc stops ("Value of -arch option ('sm_80') must be a virtual code architecture", "Incompatible code
generation requested"). Of several -arch the last one counts, with no more than a warning. All measured with nvcc 13.0
and 13.5.

Example: `nvcc -gencode arch=sm_80,code=sm_80 -c kernels.cu`.

What to do: `-gencode arch=compute_80,code=sm_80`: after arch= the virtual target, after code= the targets of the
binary: sm_NN of the same number or a newer one, compute_NN of the very same.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from cudacompat.domain.project.list_coverage import flag_settings
from cudacompat.domain.project.model import Project, SourceFile, TextSpan
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.shell_words import shell_words

_PAIR = re.compile(
    r"(?:-gencode|--generate-code)(?:=|[\s\"',]{1,40})arch=(?P<kind>sm|compute)_(?P<arch>\d{2,3}[af]?)"
    r",\s?code=(?:\[(?P<several>[a-z]{1,7}_\d{2,3}[af]?(?:,[a-z]{1,7}_\d{2,3}[af]?)*)\]"
    r"|(?P<code>[a-z]*_?\d{2,3}[af]?(?:,[a-z]*_?\d{2,3}[af]?)*)(?![\w$\[{(]))"
)
_CODE = re.compile(r"(?:(sm|compute|lto)_)?(\d{2,3})([af]?)")
_ARCH_VALUE = re.compile(r"compute_(\d{2,3}[af]?)")
_ONE_EACH = "use one -gencode option for each target"
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|/\*|REM\s)", re.IGNORECASE | re.MULTILINE)
_ARCH = ("-arch", "--gpu-architecture")
_CODE_OPTION = ("-code", "--gpu-code")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each pair and each command that nvcc refuses."""
    for file in project.files:
        if "code=" in file.text:
            yield from _pairs(file)
    seen: set[tuple[str, int]] = set()
    for command in project.commands:
        given = [(setting.place, setting.value or "") for setting in flag_settings(command)]
        if command.program == "nvcc" and all(word.known for word in command.words):
            given.append((command.place, shlex.join(word.text for word in command.words)))
        for place, text in given:
            if place.at not in seen:
                seen.add(place.at)
                yield from _options(place, text)


def _pairs(file: SourceFile) -> Iterator[Finding]:
    after, comment = 0, -1  # where the line ends that was looked at last, and where a comment begins in it
    for match in _PAIR.finditer(file.text):
        if match.start() >= after:
            begin = file.text.rfind("\n", 0, match.start()) + 1
            after = file.text.find("\n", match.start()) + 1 or len(file.text) + 1
            found = _COMMENT.search(file.text, begin, after - 1)
            comment = found.end() if found is not None else -1
        if 0 <= comment <= match.start():
            continue
        fault = _fault(match)
        if fault is None:
            continue
        message, help_, span = fault
        edits = (
            (Edit(file.name, match.start() + span[0], match.start() + span[1], new=span[2]),)
            if span is not None
            else ()
        )
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=message,
            path=file.name,
            line=file.place(match.start("kind"), match.start("kind")).line,
            span=(match.start("kind"), match.end()),
            found=" ".join(match[0].split())[:160],
            why="nvcc stops with an error",
            help=help_,
            fix=Fix(help_, edits, safe=True) if edits else None,
        )


def _fault(match: re.Match[str]) -> tuple[str, str, tuple[int, int, str] | None] | None:
    """What is wrong with a pair, its cure, and the edit (from, to, text) in the match where one is certain."""
    arch = match["arch"]
    start = match.start("kind") - match.start()
    if match["kind"] == "sm":
        return (
            f"arch=sm_{arch}: nvcc needs a virtual target after arch=",
            f"arch=compute_{arch},{match[0].partition(',')[2]}",
            (start, start + 2, "compute"),
        )
    if match["several"]:
        return _first_against_arch(arch, match["several"].split(","))
    codes = match["code"].split(",")
    if len(codes) > 1:
        at = match.start("code") - match.start()
        text = f"[{match['code']}]"
        return (
            f"code={match['code']}: several values need brackets",
            f"code={text}",
            (at, at + len(match["code"]), text),
        )
    return _against_arch(arch, codes[0])


def _first_against_arch(arch: str, codes: Sequence[str]) -> tuple[str, str, None] | None:
    """What is wrong with the first of these, and a cure that loses none."""
    fault = next(filter(None, (_against_arch(arch, code) for code in codes)), None)
    return (fault[0], _ONE_EACH, None) if fault is not None and len(codes) > 1 else fault


def _against_arch(arch: str, code: str) -> tuple[str, str, None] | None:
    parts = _CODE.fullmatch(code)
    if parts is None:
        return None
    kind, number, suffix = parts[1], int(parts[2]), parts[3]
    own = int(arch.rstrip("af"))
    if kind is None:
        return f"code={code}: nvcc requires sm_{code} or compute_{code}", f"code=sm_{code}", None
    if kind == "compute" and f"{number}{suffix}" != arch:
        return f"code={code} after arch=compute_{arch}: PTX must have the number of arch", f"code=compute_{arch}", None
    if kind == "sm" and number < own:
        return (
            f"code={code} after arch=compute_{arch}: machine code cannot be older than its arch",
            f"arch=compute_{code.removeprefix('sm_')},code={code}",
            None,
        )
    if kind == "sm" and arch.endswith("a") and suffix != "a":
        return f"code={code} after arch=compute_{arch}: code must be sm_{arch}", f"code=sm_{arch}", None
    return None


def _options(place: TextSpan, text: str) -> Iterator[Finding]:
    try:
        words = shell_words(text)
    except ValueError:
        return
    arch, code = _values(words, _ARCH), _values(words, _CODE_OPTION)
    different = list(dict.fromkeys(arch))
    finding = None
    if len(different) == 1 and code and different[0].startswith("sm_"):
        finding = (
            Severity.ERROR,
            f"-arch={different[0]} together with -code: nvcc needs a virtual target after -arch",
            f"-arch={different[0].replace('sm_', 'compute_')} -code={','.join(code)}",
        )
    elif len(different) == 1 and (fault := _of_virtual(different[0], code)) is not None:
        finding = (Severity.ERROR, *fault)
    elif any(re.fullmatch(r"\d{2,3}[af]?|\d{1,2}\.\d", each) for each in different):
        wrong = next(each for each in different if each[0].isdigit())
        number = wrong.replace(".", "")
        finding = (Severity.ERROR, f"-arch={wrong}: nvcc requires sm_{number}", f"-arch=sm_{number}")
    elif any(re.fullmatch(r"sm_\d+[af]?(?:,\w+)+", each) for each in different):
        finding = (
            Severity.ERROR,
            f"-arch={different[0]}: nvcc accepts one target here",
            _ONE_EACH,
        )
    elif len(different) > 1 and all(each.startswith(("sm_", "compute_")) for each in different):
        finding = (
            Severity.WARNING,
            f"nvcc uses only the last of {' and '.join(f'-arch={each}' for each in different)}",
            _ONE_EACH,
        )
    if finding is not None:
        severity, message, help_ = finding
        yield Finding(
            RULE.id,
            severity,
            message,
            path=place.file,
            found=text[:160],
            why="measured with nvcc 13.0 and 13.5",
            help=help_,
            line=place.line,
            span=place.span,
        )


def _of_virtual(arch: str, code: Iterable[str]) -> tuple[str, str] | None:
    """What is wrong with the targets of -code behind a virtual one of -arch, and its cure."""
    own = _ARCH_VALUE.fullmatch(arch)
    codes = [each for value in code for each in value.split(",")]
    fault = _first_against_arch(own[1], codes) if own is not None else None
    if fault is None:
        return None
    return _as_options(fault[0]), _as_options(fault[1])


def _as_options(text: str) -> str:
    """The words about a pair as those about -arch and -code."""
    return text.replace(",code=", " code=").replace("arch=", "-arch=").replace("code=", "-code=")


def _values(words: list[str], options: tuple[str, ...]) -> list[str]:
    found = []
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options:
            found.append(value if equals else words[index + 1] if index + 1 < len(words) else "")
    return [each for each in found if each]


RULE = Rule("gencode-wrong", "Architecture flags that nvcc rejects", __doc__, check)
