"""The options that commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cudacompat.domain.words.choices import Holes, JitPolicy, Require
from cudacompat.report.formats import Format as Format
from cudacompat.report.formats import formats_of, require


class Color(StrEnum):
    """When to colour text."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _applies(context: typer.Context, format_: Format) -> Format:
    """Refuse a format that the command does not have before anything is read."""
    require(context.info_name or "", format_.value)
    return format_


def _begin_so(context: typer.Context, incomplete: str) -> list[str]:
    """The formats of the command that begin with what was typed."""
    return [each for each in formats_of(context.info_name or "") if each.startswith(incomplete)]


FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        callback=_applies,
        autocompletion=_begin_so,
        help="How to write the result. FORMAT=FILE, repeatable, writes it to FILE as well.",
    ),
]
ColorOption = Annotated[Color, typer.Option("--color", help="Color the text. With auto, NO_COLOR turns colors off.")]
OutputOption = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="Write the result to FILE instead of stdout (-).")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress and no remarks on stderr; the result stays.")]
ExitZeroOption = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 instead of 1 when there are findings.")]
_SPEC = 'a product ("RTX 5070 Ti"), compute capability (12.0), architecture (sm_120), PCI id (10de:2c05)'
GpuOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu",
        metavar="SPEC",
        help=f"A GPU to check for, repeatable: {_SPEC}, or native (this machine's GPUs, the default).",
    ),
]
ComparedGpuOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu",
        metavar="SPEC",
        help=f"A GPU to compare for, repeatable: {_SPEC}, or native (this machine's GPUs). Default: every compute "
        "capability.",
    ),
]
DriverOption = Annotated[
    str | None,
    typer.Option("--driver", metavar="VER", help="The driver to check with, such as 580.65.06 or 570."),
]
JitOption = Annotated[
    JitPolicy | None,
    typer.Option("--jit", help="Check as with CUDA_FORCE_PTX_JIT=1 (forced) or CUDA_DISABLE_PTX_JIT=1 (disabled)."),
]
GpusFromOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gpus-from",
        metavar="FILE",
        help="Check for the GPUs in FILE, repeatable: saved facts of doctor, nvidia-smi (-q -x, csv, -L), the nodes of "
        "kubectl or Slurm, or a list.",
    ),
]
RequireOption = Annotated[
    Require | None,
    typer.Option(
        "--require",
        help="Lowest accepted result: native (built for the GPU), sass (any machine code) or runs "
        "(default; JIT included).",
    ),
]
HolesOption = Annotated[
    Holes | None, typer.Option("--holes", help="How to report files that run only in part (default: error).")
]
BaselineOption = Annotated[
    str | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Fail if device code recorded in FILE is missing (see --write-baseline)."
    ),
]
ConfigOption = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="Policy file (default: nearest cudacompat.toml or pyproject.toml)."),
]
AnyOfOption = Annotated[
    list[str] | None,
    typer.Option(
        "--any-of", metavar="GLOB", help="Files that match GLOB are alternatives; one of them must run (repeatable)."
    ),
]
PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Files, wheels, archives, container images or directories; - (standard input); "
        "packages (PKG, PKG==VERSION, PKG>=VERSION); "
        "https addresses; oci://REGISTRY/IMAGE:TAG.",
    ),
]
PlatformOption = Annotated[
    str | None,
    typer.Option(
        "--platform",
        metavar="PLATFORM",
        help="The platform of a container image or of a package's wheels: linux/amd64, linux/arm64, win_amd64 or a "
        "platform tag (default: this machine's).",
    ),
]
PythonOption = Annotated[
    str | None,
    typer.Option(
        "--python", metavar="VER", help="The Python version to choose the wheels of a package for, such as 3.12."
    ),
]
