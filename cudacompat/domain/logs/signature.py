"""What a known line of a log is: its text as a template, its cause, what it does not mean, and its cure.

A pattern is the message as it is printed, with these placeholders; everything else is literal:

- ``<...>``        anything on the same line (up to 300 characters)
- ``<+>``          anything, also across a few lines (up to 600 characters)
- ``<name:word>``  characters other than whitespace and quotes
- ``<name:text>``  any characters other than quotes; ends where the next literal begins
- ``<name:num>``, ``<name:ver>``, ``<name:list>``  a number, a dotted version, numbers with commas
- ``<name:arch>``  an item of a list of architectures: `86`, `120-real`, `8.9`, `12.0+PTX`
- ``<name:cudavar>``  a variable with CUDA in its name
- ``<name:cudalib>``, ``<name:cudaso>``  a library of the toolkit as the linker, or the loader, names it
- ``<name:cudafile>``  a file that is called like one, on any system
- ``<name:cusym>``, ``<name:abi>``  a function of libcuda, a version of glibc or libstdc++
- ``<name:(one|two*)>``  one of these words; a star stands for whatever follows in the same word,
  hyphens among it
- ``<q>``          a quotation mark that has to be there
- ``<start>``, ``<end>``  where a line begins and ends, but for spaces
- ``<cuda>``       the words with which programs introduce the text of a CUDA error

Whitespace in a pattern matches any whitespace or none, so that a message broken over lines is still found; a
quotation mark matches every quotation mark, escaped or not, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.finding import Severity

_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00b4"
_ANY_QUOTE = rf"\\{{0,3}}[{_QUOTES}]{{0,2}}"
_TOKEN = re.compile(
    r"<(?:(?P<name>[a-z_]+):)?(?P<kind>\.\.\.|\+|word|text|num|ver|list|arch|cudavar|cudalib|cudaso|cudafile|cusym|abi|q|start|end|cuda|\([\w|*]+\))>"
)
_PIECE = re.compile(rf"\s+|[{_QUOTES}]+|[^\s{_QUOTES}]+")
_LIBRARIES = (
    "cudart|cublas(?:Lt)?|cudnn|cufft|curand|cusparse|cusolver|cudadevrt|culibos|cupti|nvrtc|nvJitLink|nvToolsExt|"
    "nvinfer|nccl(?!-)|npp[a-z]{0,5}|cutensor|nvidia-ptxjitcompiler|nvidia-nvvm"
)
_NUMBERS = "|".join(str(row.capability.number) for row in ARCHITECTURES)
_CAPABILITIES = "|".join(re.escape(str(row.capability)) for row in ARCHITECTURES)
_REGEX = {
    "...": r".{0,300}?",
    "+": r"[\s\S]{0,600}?",
    "word": rf"[^\s{_QUOTES}\\]{{1,200}}",
    "text": rf"[^\n{_QUOTES}]{{0,200}}",
    "num": r"\d{1,20}",
    "ver": r"\d{1,5}(?:\.\d{1,6}){0,3}",
    "list": r"(?:\d{1,5}[a-z]?(?:,\d{1,5}[a-z]?)*|__CUDA_ARCH_LIST__)",
    "arch": rf"(?:(?:{_NUMBERS})[af]?(?:-real|-virtual)?|(?:{_CAPABILITIES})[af]?(?:\+PTX)?)(?![\w.])",
    "cudavar": r"[A-Z0-9_]{0,40}(?:CUDA|CUBLAS|COMPUTE_CAP|GPU_ARCH|NVCC)[A-Z0-9_]{0,40}",
    "cudalib": rf"(?:cuda|nvidia-ml|{_LIBRARIES})(?![\w-])",
    "cudaso": rf"lib(?:{_LIBRARIES})[\w-]{{0,20}}\.so[\d.]{{0,20}}",
    "cudafile": r"(?:lib)?cu[a-zA-Z]{2,12}[\w.-]{0,30}",
    "cusym": r"cu[A-Z]\w{2,60}",
    "abi": r"(?:GLIBC|GLIBCXX|CXXABI)_\d[\d.]{0,12}",
    "q": rf"\\{{0,3}}[{_QUOTES}]",
    "start": r"(?m:^)[ \t]{0,40}",
    "end": r"[ \t]{0,40}(?m:$)",
    # "CUDA error: T", "CUDA error 2 at f.cu:10: T", "CUDA failed with error T", "Cuda failure 'T'",
    # "cudaMalloc failed: T", "GPU last error detected in file f.H line 5: T", "GPUassert: T"
    # and "failed to initialize CUDA: T", "could not set the CUDA device: T", "CUDA: T", "cuCtxPopCurrent failed: T",
    # "CUDA error !!! <T>", "[CUDA] error at f.cu:10: T", "Cuda Error in loadKernel: 3 (T)",
    # "Failed to allocate device vector A (error code T)!" of NVIDIA's samples
    "cuda": r"(?:(?i:failed to|could not|cannot|unable to) [a-z]{2,12} (?:the )?(?i:cuda)(?: [a-z]{1,12}){0,2}"
    r"|(?:(?i:cuda|gpu)\w{0,40}|cu[A-Z]\w{2,40})\]?(?: \w{1,12}){0,2}?"
    r"\s*(?i:error|failure|failed with error|failed|exception|assert)"
    rf"(?i: detected)?(?:!\s*Error code)?(?:\s*(?:code)?\s*\d{{1,3}})?(?:\s+(?:at|in file|in)\s+\S{{1,200}})?"
    rf"(?:,? (?:at |in )?line:? ?\d{{1,6}})?(?::?\s*\d{{1,3}}(?=\s?\())?|CUDA(?=: )|\(error code(?= ))"
    rf"[\s:=\-(!<{_QUOTES}\\]{{1,8}}",
}
_COLON = re.compile(r"\b(error|warning):")  # MSBuild prints nvcc's messages as "x.cu(3): error : identifier …"
_QUOTE_OR_BREAK = re.compile(rf"[{_QUOTES}\\\\]+|(?<=\berror)(?=:)|(?<=\bwarning)(?=:)")
_PIECE_LENGTH = 13
EVERYWHERE = ("/usr/local/cuda/bin/nvcc", "compute_")  # in every line of a verbose build
_LEAST_PIECE = 10
_LEAST_SECOND = 8
_LEAST_HALF = 5
_SELDOM = re.compile(r"[A-Z]{2}|[^A-Za-z:., ]")
_NAME = re.compile(r"(?=.*[a-z0-9])(?=.+[A-Z_0-9])[\w.-]{7,}")
_LAZY = frozenset({"word", "text"})
_CUDA_WEIGHT = 8  # what `<cuda>` counts for when patterns are compared by their literal length


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template as a regular expression, which is compiled when it is first wanted: most are for logs of others.
    `anchors` are literals that every match contains once its whitespace is taken out; `weight` is the number of its
    literal characters: of two patterns that match, the heavier one says more."""

    expression: str
    anchors: tuple[str, ...]
    weight: int

    @property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression."""
        return _compiled(self.expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


@cache
def pieces_of(template: str, everywhere: tuple[str, ...] = EVERYWHERE) -> tuple[str, ...]:
    """Return short literals of a template: a line that it matches contains at least one of them, most often all, even
    where a margin has cut one of them in two. `everywhere` is what stands in most lines of a verbose build."""
    runs = [run for literal in _literals(template) for run in _QUOTE_OR_BREAK.split(literal)]
    runs = sorted({" ".join(run.split()) for run in runs}, key=len, reverse=True)
    useful = [run for run in runs if len(run) >= _LEAST_PIECE] or runs[:1]
    if len(useful) == 1:
        useful += [run for run in runs[1:2] if len(run) >= _LEAST_SECOND]
    useful = [run for run in useful if run not in everywhere] or useful
    pieces: list[str] = []
    for run in useful[:3]:
        if len(run) <= _PIECE_LENGTH + 6:
            pieces.append(run)
        else:
            starts = (0, (len(run) - _PIECE_LENGTH) // 2, len(run) - _PIECE_LENGTH)
            pieces += [run[start : start + _PIECE_LENGTH].strip() for start in starts]
    if len(pieces) == 1:  # a colour or a margin in the middle must not hide it
        pieces += [half for half in pieces[0].split(" ", 1) if len(half) >= _LEAST_HALF and _SELDOM.search(half)]
    names = [word for run in runs for word in run.split() if _NAME.fullmatch(word)]
    pieces += sorted(names, key=len)[-1:]  # a word that is a name says enough where lines are broken between words
    telling = [piece for piece in pieces if not any(piece in path for path in everywhere)]
    return tuple(dict.fromkeys(telling or pieces))


def _literals(template: str) -> list[str]:
    position, literals = 0, []
    for token in _TOKEN.finditer(template):
        literals.append(template[position : token.start()])
        position = token.end()
    return [*literals, template[position:]]


def literals_between_places(templates: Iterable[str], place: str) -> list[str]:
    """Return templates with `place` for each placeholder that stands for a word; they end at each of the others."""
    found = []
    for template in templates:
        text = _TOKEN.sub(lambda token: f" {place} " if token["name"] else "\n", template)
        found += [literal for literal in text.split("\n") if literal.strip(f" {place}")]
    return found


@cache
def compile_template(template: str, *, whole: bool = False) -> Pattern:
    """Return the pattern of a template; `ValueError` if it holds no literal text to look for. With `whole` it is a
    name, and longer names do not count."""
    parts: list[str] = []
    literals: list[str] = []
    weight = 0
    position = 0
    tokens = list(_TOKEN.finditer(template))
    for token in [*tokens, None]:
        literal = template[position : token.start() if token else len(template)]
        for piece in _PIECE.findall(literal):
            if piece.isspace():
                parts.append(r"\s*")
            elif piece[0] in _QUOTES:
                parts.append(_ANY_QUOTE)
            else:
                parts.append(_COLON.sub(r"\1\\s?:", re.escape(piece)))
        words = ["".join(run.split()) for run in re.split(rf"[{_QUOTES}]", literal)]
        literals += words
        weight += sum(map(len, words))
        if token is not None:
            position = token.end()
            kind, name = token["kind"], token["name"]
            last = not template[position:].strip(_QUOTES)  # a quotation mark may be missing, so it ends nothing
            regex = (_one_of(kind) if kind[0] == "(" else _REGEX[kind]) + ("?" if kind in _LAZY and not last else "")
            parts.append(f"(?P<{name}>{regex})" if name else f"(?:{regex})")
            weight += _CUDA_WEIGHT if kind == "cuda" else 0
    anchors = tuple(sorted({literal for literal in literals if literal}, key=len, reverse=True))
    if not anchors:
        raise ValueError(f"a pattern needs literal text: {template!r}")
    # a message starts where a word starts, and a number in it ends where its digits end
    head = r"(?<![A-Za-z0-9_])" if template[0].isalnum() or template.startswith("<cuda>") else ""
    tail = r"(?![A-Za-z0-9_])" if whole else r"(?!\d)" if template[-1].isdigit() else ""
    return Pattern(head + "".join(parts) + tail, anchors, weight)


def _one_of(words: str) -> str:
    """The regular expression of `(one|two*)`."""
    return "(?:" + words[1:-1].replace("*", r"\w{0,40}(?:-\w{1,40}){0,6}") + ")"


class GpuMeaning(Enum):
    """What can be said of the GPU in question (or of the architecture that the line names) beside a line's cause."""

    BUILT_BY = "built-by"  # which releases of CUDA build for it
    NO_IMAGE = "no-image"  # what would run on it, and what the log says was built
    PTX_OF_DRIVER = "ptx-of-driver"  # how new the PTX may be for the log's driver
    DRIVER_NEEDED = "driver-needed"  # from which driver on it runs
    OWN_ARCH = "own-arch"  # whether the code that ran was its own


class Role(Enum):
    """Whether a line names a fault, or only says that something failed."""

    CAUSE = "cause"  # names a fault
    END = "end"  # says that something failed; the reason is an error before it (make, pip, docker build)
    HEADING = "heading"  # says that something failed; the reason is before or after it (cargo, pip, ggml's path)
    GENERAL = "general"  # names a fault that any program can have: the cause where no other line names one
    CHAIN_END = "chain-end"  # names no GPU or no driver; the reason may be a line of the driver before it
    ECHO = "echo"  # another program saw the failure; alone it says nothing of the GPU (a proxy's 502)


class Refinement(Enum):
    """When a line means more than it says: another signature is then taken in its place."""

    OWN_CODE = "own-code"  # the GPU's own code was running
    DEFAULT_TARGET = "default-target"  # code for nvcc's default target was running, and no list was given
    PTX_RUNS = "ptx-runs"  # the program's own list holds PTX that the driver can compile
    CODE_RUNS = "code-runs"  # the program's own list holds machine code that runs on the GPU


@dataclass(frozen=True, slots=True)
class Signature:
    """One kind of log line.

    `title` is one line and may name the pattern's values in braces. `after` names the signatures of which this one
    is a consequence when they occur in the same log. `role` says whether the line is a cause at all. `distinct` are
    the values that make two occurrences two findings. `code` and `names` are the number and names of a CUDA error;
    `statuses` are further numbers that mean it, with the library that returns them: ("cublas", 13).
    `command` and `fix` may hold {gpu}, {engine}, {number}, {toolkit}, {driver}. `derived` ones have no pattern: they
    follow from several lines together, and their sample shows those. `refined` names the signatures that take the place
    of this one, and when; `cases` are other texts, for what else the log tells. `wheel` is the package of whose wheels
    the one for the GPU is the command, where it is known. `of_pin` is whether the pattern's `package` and `version` are
    a pin, whose local version may name its index.
    """

    id: str
    title: str
    sample: str
    cause: str
    does_not_mean: str
    fix: str
    sources: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    command: str | None = None
    severity: Severity = Severity.ERROR
    role: Role = Role.CAUSE
    after: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    code: int | None = None
    names: tuple[str, ...] = ()
    statuses: tuple[tuple[str, int], ...] = ()
    derived: bool = False
    gpu: GpuMeaning | None = None
    refined: tuple[tuple[Refinement, str], ...] = ()
    cases: tuple[Case, ...] = ()
    wheel: str | None = None
    of_pin: bool = False

    @property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """All numbers that mean it, each with the library that returns it."""
        return self.statuses if self.code is None else (("cuda", self.code), *self.statuses)

    @property
    def templates(self) -> tuple[str, ...]:
        """Its patterns and the names of its CUDA error."""
        return self.patterns + self.names


@dataclass(frozen=True, slots=True)
class SignatureGroup:
    """The signatures of one source of messages.

    `place` is where the group stands among the others, the lowest first. Without a place it joins the group of the same
    title: its lines stand there in front of the one called `before`, or behind all.
    """

    title: str
    signatures: tuple[Signature, ...] = ()
    place: int = 0
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAddition:
    """What an engine adds to a line that any program may print: lines of its own from which it follows, and sentences
    behind its cause and its cure. Its cases go before those of the line."""

    id: str
    after: tuple[str, ...] = ()
    cause: str = ""
    fix: str = ""
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLines:
    """What an engine brings to the catalogue: its lines, what it adds to lines of others, and what stands in most lines
    of its verbose build, which therefore says nothing; `signs` are what tells that a log is of its world."""

    groups: tuple[SignatureGroup, ...] = ()
    additions: tuple[LineAddition, ...] = ()
    everywhere: tuple[str, ...] = ()
    signs: tuple[LogSign, ...] = ()
