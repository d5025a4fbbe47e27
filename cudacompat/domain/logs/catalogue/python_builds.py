"""Lines that come when extensions for Python are built: pip and what it calls."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="pip-subprocess-failed",
        title="a build that pip started failed",
        patterns=("error: subprocess-exited-with-error",),
        sample="error: subprocess-exited-with-error",
        cause="pip prints this heading above the output of a failed build. The reason is in that output.",
        does_not_mean="pip",
        fix="Read the first error below this line; pip install -v shows the full output.",
        role=Role.HEADING,
        sources=("pip 23.2.1 pip/_internal/exceptions.py", "Dao-AILab/flash-attention#298"),
    ),
    Signature(
        id="pip-wheel-failed",
        title="pip could not build {package}",
        patterns=(
            "Failed building wheel for <package:word>",
            "Failed to build installable wheels for some pyproject.toml based projects (<package:text>)",
            "Could not build wheels for <package:text>, which is required to install",
            "Failed to build installable wheels for some pyproject.toml based projects",
            "error: failed-wheel-build-for-install",
        ),
        sample="ERROR: Failed building wheel for llama-cpp-python",
        cause="What pip prints whenever a build ends badly; the reason is above.",
        does_not_mean="the Python version",
        fix="Read the first error of CMake, nvcc or the compiler above; pip install -v shows the full output.",
        role=Role.END,
        distinct=("package",),
        sources=("pip 23.2.1 pip/_internal/wheel_builder.py and commands/install.py",),
    ),
)
