"""A path that was named yielded no device code.

What it finds: a PATH on the command line in which no CUDA device code was found.

Why it matters: a gate that finds nothing to check must not be green. The device code may be in another file: of
whisper.cpp's build only libggml-cuda.so has any, whisper-cli and libwhisper have none.

Example: `cudacompat check build/bin/whisper-cli`.

What to do: name the library that holds the kernels, or the directory. Of a container image without device code choose a
tag that is built with CUDA. A list of packages is checked by the wheels that it names; a file that builds something is
read by `cudacompat lint`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from cudacompat.domain.wheels.list_files import may_list_packages
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(read: ReadResult) -> Iterable[Finding]:
    """One finding for each named path without device code."""
    images = {image.path for image in read.images}
    named = {file.label: file.given for file in read.fetched if file.release is not None}
    for path in read.barren:
        is_image, given = path in images, named.get(path, "")
        if re.fullmatch(r"[\w.-]+", given):  # a name alone, which may have been meant as a path
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                path=path,
                message=f"no such file or directory: {given}; the package of that name contains no CUDA device code",
                help="name a path that exists; if the package was meant, check a list of all packages (pip freeze)",
            )
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            path=path,
            message="no CUDA device code in the container image" if is_image else "contains no CUDA device code",
            help="use a tag of the image with CUDA; its programs run on the CPU only"
            if is_image
            else _help(path, beside=bool(read.artifacts)),
        )


def _help(path: str, *, beside: bool) -> str:
    """What to name instead: the command that reads a file of that kind, or the library. `beside` is whether other paths
    have code: a wheel without any may then need none."""
    if path.endswith(".txt"):
        return (
            "no line names a package with a version (NAME==VERSION) for this platform and Python; names alone are read "
            "in a requirements.txt"
        )
    if may_list_packages(path):
        return f"it names no package; if it builds something: cudacompat lint {shlex.quote(path)} with the same --gpu"
    if path.endswith(".whl") and beside:
        folder = shlex.quote(path.rpartition("/")[0] or ".")
        return f"if it needs none, name the directory {folder} in place of its files: there such files are only counted"
    if path.endswith(".whl"):
        return "what the wheel requires may have some: check a list of all packages (pip freeze), or those wheels"
    kernels = "check the file that contains the kernels (for ggml: libggml-cuda.so), or its directory"
    return f"{kernels}; a project's build files and pins are read by cudacompat lint"


RULE = Rule("no-device-code", "No device code in a path you named", __doc__, check)
