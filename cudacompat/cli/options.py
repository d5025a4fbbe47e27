"""The options that commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"


class Color(StrEnum):
    """When to colour text."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Require(StrEnum):
    """The least that every artifact must reach."""

    NATIVE = "native"
    SASS = "sass"
    RUNS = "runs"


class Holes(StrEnum):
    """What an artifact that runs only in part counts as."""

    ERROR = "error"
    WARN = "warn"
    IGNORE = "ignore"


class Jit(StrEnum):
    """What the environment of the run allows."""

    NORMAL = "normal"
    FORCED = "forced"
    DISABLED = "disabled"


FormatOption = Annotated[Format, typer.Option("--format", help="How to write the result.")]
ColorOption = Annotated[Color, typer.Option("--color", help="Colour the text; NO_COLOR is honoured.")]
OutputOption = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="Write the result to FILE instead of stdout.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Only errors in text; no progress.")]
ExitZeroOption = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in spite of findings (turns 1 into 0).")]
GpuOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu",
        metavar="SPEC",
        help='A GPU to judge for, repeatable: a product ("RTX 5070 Ti"), compute capability (12.0), architecture '
        "(sm_120), PCI id (10de:2c05), or native (this machine's GPUs, the default).",
    ),
]
DriverOption = Annotated[
    str | None,
    typer.Option("--driver", metavar="VER", help="The driver to judge with, such as 580.65.06 or 570."),
]
JitOption = Annotated[
    Jit | None,
    typer.Option("--jit", help="Judge as with CUDA_FORCE_PTX_JIT=1 (forced) or CUDA_DISABLE_PTX_JIT=1 (disabled)."),
]
RequireOption = Annotated[
    Require, typer.Option("--require", help="native: the GPU's own code; sass: machine code; runs: anything that runs.")
]
HolesOption = Annotated[Holes, typer.Option("--holes", help="What a file that runs only in part counts as.")]
AnyOfOption = Annotated[
    list[str] | None,
    typer.Option("--any-of", metavar="GLOB", help="Files that are alternatives: one of them has to run. Repeatable."),
]
PathsArgument = Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, wheels, archives or folders.")]
