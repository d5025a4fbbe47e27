"""`diff`: two paths, or two releases of a package, read, judged for every GPU and compared."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from cudacompat.app.inputs.baseline_file import called
from cudacompat.app.inputs.reading import ReadOptions, read
from cudacompat.domain.compare.diff import DiffReport, FailOn, Release, compare
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import StepError, UsageError
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease

OnFile = Callable[[str], None] | None

_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}(?:\[[^\]\s]{0,100}\])?\s*===?\s*[^=\s][^\s]{0,100}")
_UNREACHED = re.compile(r"ConnectionError|ConnectTimeout|connection broken|Max retries|ProxyError|SSLError")
_DOWNLOAD_S = 1800.0
_OLDEST = 3  # the major compute capability below which nothing reads today's files


def diff(
    old: str,
    new: str,
    targets: Sequence[Target] = (),
    driver: DriverRelease | None = None,
    fail_on: FailOn | None = None,
    on_file: OnFile = None,
    options: ReadOptions | None = None,
) -> DiffReport:
    """Return what changed from `old` to `new`, each a path or a release (`pkg==1.22`) that pip downloads.

    Without targets, every compute capability that is known is judged for. `UsageError` for what is neither a path nor
    a release, `StepError` where pip cannot get one.
    """
    for text in (old, new):
        if not _is_path(text) and not _RELEASE.fullmatch(text):
            raise UsageError(f"no such file or directory: {text} (and no release like onnxruntime-gpu==1.27.0)")
    judged = tuple(targets) or tuple(
        Target(str(row.capability), None, row.capability, driver=driver)
        for row in ARCHITECTURES
        if row.capability.major >= _OLDEST
    )
    return compare(_side(old, on_file, options), _side(new, on_file, options), judged, fail_on=fail_on)


def _is_path(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def _side(text: str, on_file: OnFile, options: ReadOptions | None) -> Release:
    if _is_path(text):
        return _read(text, text, on_file, options=options)
    with tempfile.TemporaryDirectory(prefix="cudacompat-") as folder:
        wheel = _download(text, Path(folder), on_file)
        side = _read(text, str(wheel), on_file, options=options)
        shown = str(wheel.parent) + os.sep  # the folder is gone when the report is read
        return replace(
            side,
            artifacts=tuple(replace(each, path=_shown(each.path, shown)) for each in side.artifacts),
            not_read=tuple(NotRead(_shown(each.path, shown), each.why) for each in side.not_read),
            names={path.removeprefix(shown): name for path, name in side.names.items()},
        )


def _shown(path: str, folder: str) -> ArtifactPath:
    parsed = ArtifactPath.parse(path)
    return parsed.with_outer(parsed.outer.removeprefix(folder))


def _read(label: str, path: str, on_file: OnFile, options: ReadOptions | None) -> Release:
    found = read([path], options, kernels=True, on_file=on_file)
    names = called([artifact.path for artifact in found.artifacts], [path], inside=True)
    return Release(
        label, found.artifacts, found.not_read, files=found.files, without_code=found.without_code, names=names
    )


def _download(release: str, folder: Path, on_file: OnFile) -> Path:
    """Have pip put the wheel of a release into the folder: for this Python and machine, without its dependencies, and
    never a source distribution, whose build would run a stranger's code."""
    from cudacompat.host.programs.process import run

    try:
        wanted = Requirement(release)
    except InvalidRequirement:
        raise UsageError(f"not a release like onnxruntime-gpu==1.27.0: {release}") from None
    if wanted.url or wanted.marker or len(wanted.specifier) != 1:
        raise UsageError(f"not a release like onnxruntime-gpu==1.27.0: {release}")
    if on_file is not None:
        on_file(f"{release} from the package index")
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--quiet"]
    ran = run(
        [sys.executable, "-I", "-m", "pip", "download", *options, "--dest", str(folder), "--", str(wanted)],
        timeout_s=_DOWNLOAD_S,
        cwd=Path(),  # PIP_FIND_LINKS=wheels is meant from here; isolated, Python imports nothing from here
    )
    wheels = sorted(folder.glob("*.whl"))
    if not ran.ok or len(wheels) != 1:
        raise StepError(f"pip could not get {release}: {_said(ran.stderr) or ran.why_failed or 'it left no wheel'}")
    return wheels[0]


def _said(stderr: str) -> str:
    """pip's own last error, in one line."""
    lines = [line.removeprefix("ERROR:").strip() for line in stderr.splitlines() if line.startswith("ERROR:")]
    lines = lines or [line.strip() for line in stderr.splitlines() if line.strip()]
    unreached = "; the package index could not be reached" if _UNREACHED.search(stderr) else ""
    return f"{lines[-1][:300]}{unreached}" if lines else ""
