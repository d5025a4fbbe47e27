"""What `survey` is to read: lists, folders and buckets of wheels in, names out; a wheel at hand for each name."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cudacompat.app.inputs.named import FetchOptions, at_hand
from cudacompat.app.inputs.text_files import read_whole
from cudacompat.artifacts.files.opened import opened
from cudacompat.artifacts.remote.zip_table import digest_of_zip
from cudacompat.domain.words.errors import StepError, UsageError
from cudacompat.domain.words.secrets import masked
from cudacompat.domain.words.wheel_tags import Platform

_LARGEST_LIST = 16 << 20  # bytes
_MOST = 1_000_000  # wheels of one run
_PIECE = 1 << 20  # bytes
_WITH_OPTIONS = re.compile(r"(?P<what>\S+)(?P<options>(?:\s+--(?:python|platform)[=\s]\s*\S+){1,2})")
_OPTION = re.compile(r"--(python|platform)[=\s]\s*(\S+)")


def wanted(lists: Sequence[str]) -> tuple[str, ...]:
    """Return what the lists name, each once: on each line of a list PKG, PKG==VERSION, an address or the path of a
    wheel, `--python` and `--platform` behind it where they are others than those of the run, comments after `#`. A
    directory, or the address of a folder or bucket, stands for the wheels in it, a wheel for itself. `UsageError` for a
    file that cannot be read, `StepError` for a bucket that cannot."""
    names: dict[str, None] = {}
    for path in lists:
        names.update(dict.fromkeys(_named(path)))
        if len(names) > _MOST:
            raise UsageError(f"more than {_MOST} wheels are named")
    return tuple(names)


def _named(path: str) -> Iterator[str]:
    if _is_store(path):
        yield from _of_store(path)
    elif Path(path).is_dir():
        yield from sorted(str(each) for each in Path(path).rglob("*.whl") if each.is_file())
    elif path.endswith(".whl"):
        yield path
    elif "://" in path:
        raise UsageError(
            f"cannot read {masked(path)}: a directory of wheels is a directory, file://, s3://, gs:// or az://"
        )
    else:
        text = read_whole(path, _LARGEST_LIST, "is not a list of wheels").decode("utf-8", "replace")
        for line in text.splitlines():
            name = line.partition("#")[0].strip()
            if name and _is_store(name):
                yield from _of_store(name)
            elif name:
                yield name


def _is_store(text: str) -> bool:
    if "://" not in text:
        return False
    from cudacompat.artifacts.remote.store import is_store

    return is_store(text)


def _of_store(address: str) -> tuple[str, ...]:
    from cudacompat.artifacts.remote.errors import RemoteError
    from cudacompat.artifacts.remote.store import wheels_in

    try:
        return wheels_in(address)
    except RemoteError as error:
        raise StepError(f"cannot read {masked(address)}: {error}") from None


def meant(line: str, fetch: FetchOptions) -> tuple[str, FetchOptions]:
    """Return what a line of a list names, and how it is fetched: `--python` and `--platform` behind it say whose wheel
    is meant. `UsageError` for a platform or a Python that is none."""
    match = _WITH_OPTIONS.fullmatch(line)
    if match is None:
        return line, fetch
    options = dict(_OPTION.findall(match["options"]))
    asked = Platform.parse(options.get("platform"), options.get("python"))
    tags = asked.tags if "platform" in options else fetch.platform.tags
    python = asked.python if "python" in options else fetch.platform.python
    return match["what"], replace(fetch, platform=Platform(tags, python))


@dataclass(frozen=True, slots=True)
class WheelAtHand:
    """The path of a wheel, how many bytes the wheel has that was published, and its digest: of what was fetched, parts
    that hold no device code may be missing."""

    path: str
    size: int
    digest: str | None


@contextmanager
def wheel_of(name: str, fetch: FetchOptions) -> Iterator[WheelAtHand]:
    """Give the wheel that a line names, for as long as the context lasts; errors as of `at_hand` and `meant`."""
    name, fetch = meant(name, fetch)
    if not _is_store(name):
        with at_hand([name], fetch) as here:
            there = here.paths[0]
            fetched = here.fetched.get(there)
            size = fetched.size if fetched is not None else Path(there).stat().st_size
            yield WheelAtHand(there, size, (fetched.digest if fetched is not None else None) or _digest_of(Path(there)))
        return
    from cudacompat.artifacts.remote.errors import RemoteError
    from cudacompat.artifacts.remote.store import take_from_store

    with tempfile.TemporaryDirectory(prefix="cudacompat-", dir=fetch.folder) as folder:
        path = Path(folder, name.rpartition("/")[2])
        try:
            taken = take_from_store(name, path, fetch.most)
        except RemoteError as error:
            raise StepError(f"cannot get {masked(name)}: {error}") from None
        yield WheelAtHand(str(path), taken.size, taken.digest or _digest_of(path))


def digest_of(name: str, fetch: FetchOptions) -> str | None:
    """Return what tells a wheel on this machine from another of its name; `None` for what is fetched."""
    return _digest_of(Path(meant(name, fetch)[0]))


def _digest_of(path: Path) -> str | None:
    """The digest of a wheel's file (`digest_of_zip`)."""
    try:
        if path.suffix != ".whl" or not path.is_file():
            return None
        with opened(path) as file:
            size = path.stat().st_size
            with zipfile.ZipFile(file) as wheel:
                file.seek(wheel.start_dir)
            return digest_of_zip(size, iter(partial(file.read, _PIECE), b""))
    except zipfile.BadZipFile:
        return f"{size}-"
    except (OSError, ValueError):
        return None
