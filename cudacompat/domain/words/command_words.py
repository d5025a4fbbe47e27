"""What stands in the command lines that are printed: the options that name GPUs, and the variables before a command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def gpu_words(specs: Iterable[str]) -> list[str]:
    """Return the words that name these GPUs to a command, each GPU once: `--gpu`, `RTX 5070 Ti`, `--gpu`, `9.0`."""
    return [word for spec in dict.fromkeys(specs) for word in ("--gpu", spec)]


def gpu_options(specs: Iterable[str]) -> str:
    """Return the same as a shell takes them: `--gpu 'RTX 5070 Ti' --gpu 9.0`; empty for no GPU."""
    return shlex.join(gpu_words(specs))


def check_options(specs: Iterable[str], driver: object | None) -> str:
    """Return the same with the driver, if one was named: `--gpu 9.0 --driver 550`."""
    named = () if driver is None else ("--driver", str(driver))
    return shlex.join((*gpu_words(specs), *named))


def variables_before(variables: Iterable[tuple[str, str]]) -> str:
    """Return assignments as a shell takes them before a command: `CMAKE_CUDA_ARCHITECTURES='80;120' MAX_JOBS=4`."""
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in variables)


def path_without(folder: str) -> str:
    """Return the command that takes a folder out of LD_LIBRARY_PATH, in this shell."""
    kept = f"printf %s \"$LD_LIBRARY_PATH\" | tr : '\\n' | grep -vxF {shlex.quote(folder)} | paste -sd:"
    return f'export LD_LIBRARY_PATH="$({kept})"'
