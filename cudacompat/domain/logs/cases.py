"""One message, several causes: what else the log tells decides between them.

A case names conditions that all have to hold, and the texts that then take the place of the line's own. A condition is

- the name of a sign: something that other lines of the log show, such as `python` or `nix`;
- `arch<7.5`, `arch>=10.0`: the architecture that the line names (its value `arch`), else the GPU in question;
- `gpu<7.5`, `gpu>=10.0`: the GPU in question;
- `toolkit<13.2`, `nvrtc<13.0`, `driver>=580.0`: the release that the log names;
- `arch-suffix`: the architecture in the line ends in a or f;
- `also:ID`: another known line of the log.

A `!` in front asks for the contrary. What the log does not tell fulfils neither a comparison nor its contrary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cudacompat.domain.words.finding import Severity

_ARCH = re.compile(r"(?:.*_)?(\d{2,3})([af]?)")
_COMPARED = re.compile(r"(!?)(arch|gpu|toolkit|nvrtc|driver)(<|>=)(\d{1,3})\.(\d{1,2})")
CONDITION = re.compile(r"!?(?:arch-suffix|also:[a-z0-9-]+|[a-z][a-z0-9_]*)|" + _COMPARED.pattern)

Number = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a line means where all conditions of `when` hold: texts in the place of the line's own; `None` keeps that.
    An empty command takes the line's away. `wheel` is the package whose pin for the GPU is the command."""

    when: tuple[str, ...]
    title: str | None = None
    cause: str | None = None
    does_not_mean: str | None = None
    fix: str | None = None
    command: str | None = None
    wheel: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class LogSign:
    """Something that lines of a log show by the way: its name, what a line of it holds, and literals one of which is in
    each line that is worth a look for it alone."""

    name: str
    pattern: re.Pattern[str]
    needles: tuple[bytes, ...] = ()
    meaning: str = ""


# What tells whose world a log is from. The needles are seldom in logs: the lines of known messages are read, too.
SIGNS: tuple[LogSign, ...] = (
    LogSign(
        "python",
        re.compile(
            r"Traceback \(most recent call last\)|(?:site|dist)-packages[/\\]|\.py\", line \d|\.py:\d+: \w*Warning"
        ),
        (b"Traceback (most recent call last)",),
        "a Python program",
    ),
    LogSign(
        "pip",
        re.compile(
            r"\bpip3? install\b|\bpip subprocess\b|\buv pip\b|Failed building wheel|subprocess-exited-with-error"
        ),
        (b"Failed building wheel", b"subprocess-exited-with-error"),
        "a build or an installation by pip",
    ),
    LogSign(
        "poetry",
        re.compile(
            r"[/\\]poetry[/\\]|\bpoetry (?:install|add|lock|update|run)\b|Installing dependencies from lock file"
        ),
        (b"/poetry/", b"poetry install", b"poetry add", b"from lock file"),
        "an installation by poetry",
    ),
    LogSign(
        "uv",
        re.compile(
            r"\buv (?:sync|add|run|lock|pip|tool)\b|The build backend returned an error|[/\\]uv[/\\](?:builds|git)"
        ),
        (b"uv sync", b"uv add", b"uv run", b"The build backend", b"/uv/builds-v0"),
        "an installation by uv",
    ),
    LogSign(
        "pixi",
        re.compile(
            r"\bpixi (?:install|add|run|init|shell|update|lock|global)\b|\.pixi[/\\]|"
            r"\bpixi\.(?:toml|lock)\b|failed to solve the conda requirements"
        ),
        (b"pixi install", b"pixi add", b"pixi run", b"/.pixi/", b"pixi.toml", b"the conda requirements of"),
        "an environment of pixi",
    ),
    LogSign(
        "cargo",
        re.compile(
            r"\bcargo[ :](?:run|build|test|install|warning|rerun-if|rustc)|Running `target[/\\]|[/\\]\.cargo[/\\]|"
            r"custom build command for|panicked at |Finished `(?:dev|release)` profile"
        ),
        (b"cargo run", b"cargo build", b"Running `target", b"custom build command for", b"panicked at "),
        "a program built by cargo",
    ),
    LogSign(
        "jvm",
        re.compile(r"\bat [\w.$<>]+\([\w$]+\.(?:java|kt|scala):\d+\)|\bjava\.lang\.\w+"),
        (b".java:",),
        "a Java program",
    ),
    LogSign(
        "dotnet",
        re.compile(r"\bMicrosoft\.ML\.|\.cs:line \d|\bSystem\.[\w.]*Exception\b"),
        (b".cs:line ", b"Microsoft.ML."),
        "a .NET program",
    ),
    LogSign(
        "nix",
        re.compile(r"/nix/store/|\bNixOS\b|/run/opengl-driver|\bnixos\b"),
        (b"/nix/store/", b"NixOS", b"nixos "),
        "a Nix store",
    ),
    LogSign(
        "wsl",
        re.compile(r"microsoft-standard-WSL|/usr/lib/wsl/|\bWSL ?2?\b"),
        (b"microsoft-standard-WSL", b"/usr/lib/wsl/", b" WSL"),
        "WSL",
    ),
    LogSign(
        "windows",
        re.compile(r"\b[A-Za-z]:\\{1,2}[^\\\s]|\.dll\b|\bPS [A-Z]:\\|\bWDDM\b"),
        (b'.dll"', b"PS C:\\", b" WDDM ", b"\\Lib\\site-packages\\", b":\\Users\\", b":\\Program Files"),
        "Windows",
    ),
    LogSign(
        "apptainer",
        re.compile(r"\bapptainer\b|\bsingularity\b|\bSingularity>|\bApptainer>|\.sif\b", re.IGNORECASE),
        (b"pptainer", b"ingularity", b".sif"),
        "Apptainer or Singularity",
    ),
    LogSign("podman", re.compile(r"\bpodman\b|\bcrun\b"), (b"podman ",), "Podman"),
    LogSign("conda", re.compile(r"[/\\](?:mini|ana|mamba)\w*[/\\]|\bconda (?:install|create|env)\b"), (), "conda"),
    LogSign(
        "jetson", re.compile(r"\btegra\b|\bJetson\b|\bOrin\b|\bL4T\b|aarch64-jetson"), (b"tegra", b"Jetson"), "a Jetson"
    ),
    LogSign("triton", re.compile(r"\btriton\b|\bTRITON_|\bPTXASError\b"), (b"TRITON_", b"PTXASError"), "Triton"),
    LogSign("xla", re.compile(r"\bxla\b|\bjax(?:lib)?\b|\bXLA\b"), (b"XLA_FLAGS", b"jaxlib.xla"), "XLA"),
    LogSign(
        "nvcc_value_form",
        re.compile(r"Value '(?:sm|compute)_\d+[af]?' is not defined for option 'gpu-architecture'"),
        (),
        "an nvcc before CUDA 13, by its wording",
    ),
    LogSign(
        "nvcc_without_native",
        re.compile(r"Value 'native' is not defined for option 'gpu-architecture'"),
        (),
        "an nvcc before CUDA 11.6, by its wording",
    ),
    LogSign("bfloat16", re.compile(r"__nv_bfloat16|\bbfloat16\b|\bbf16\b|_bf16\b", re.IGNORECASE), (), "bfloat16 code"),
)


def condition_in_words(condition: str, signs: Mapping[str, str]) -> str:
    """Return what a condition asks for, for the page of a line: "the GPU is below 7.5". `signs` are the meanings of
    signs by their names."""
    name = condition.removeprefix("!")
    no = "not " if condition.startswith("!") else ""
    compared = _COMPARED.fullmatch(condition)
    if compared is not None:
        subject = {"arch": "the architecture in the line", "gpu": "the GPU"}.get(compared[2], f"the {compared[2]}")
        below = (compared[3] == "<") is not bool(compared[1])
        number = compared[4] if compared[2] == "driver" else f"{compared[4]}.{compared[5]}"
        return f"{subject} is {'below' if below else 'at least'} {number}"
    if name == "arch-suffix":
        return f"the architecture in the line has {no and 'no '}a suffix".replace("no a", "no")
    if name.startswith("also:"):
        return f"the log {'lacks' if no else 'also has'} {name.removeprefix('also:')}"
    return f"the log is {no}from {signs.get(name, name)}"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a log tells beside one line. `gpu` is the GPU's compute capability, `seen` the ids of the known lines."""

    signs: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    gpu: Number | None = None
    toolkit: Number | None = None
    nvrtc: Number | None = None
    driver: Number | None = None

    def case_of(self, cases: tuple[Case, ...], values: Mapping[str, str]) -> Case | None:
        """Return the first case that holds for a line with these values."""
        return next((case for case in cases if all(self.holds(each, values) for each in case.when)), None)

    def holds(self, condition: str, values: Mapping[str, str]) -> bool:
        """Whether a condition holds for a line with these values."""
        compared = _COMPARED.fullmatch(condition)
        if compared is not None:
            return self._compared(compared, values)
        name = condition.removeprefix("!")
        if name == "arch-suffix":
            found = bool((_arch(values) or (0, ""))[1])
        elif name.startswith("also:"):
            found = name.removeprefix("also:") in self.seen
        else:
            found = name in self.signs
        return found is not condition.startswith("!")

    def _compared(self, condition: re.Match[str], values: Mapping[str, str]) -> bool:
        subject = condition[2]
        known = {
            "gpu": self.gpu,
            "toolkit": self.toolkit,
            "nvrtc": self.nvrtc,
            "driver": self.driver,
        }.get(subject)
        if subject == "arch":
            named = _arch(values)
            known = divmod(named[0], 10) if named is not None else self.gpu
        if known is None:
            return False
        less = known < (int(condition[4]), int(condition[5]))
        return (less if condition[3] == "<" else not less) is not bool(condition[1])


def _arch(values: Mapping[str, str]) -> tuple[int, str] | None:
    """The number and the suffix of the architecture that a line names."""
    found = _ARCH.fullmatch(values.get("arch", ""))
    return (int(found[1]), found[2]) if found is not None else None
