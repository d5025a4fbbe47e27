"""What the user named, put at hand: paths as they are; packages and addresses fetched, and removed again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.domain.words.code import FetchedFile, NotRead, ReadResult
from cudacompat.domain.words.errors import StepError, UsageError
from cudacompat.domain.words.image_platforms import ImagePlatform, PlatformWish, image_platform, of_machine
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.wheel_tags import Platform

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.given import Given

STDIN = "-"


class Told:
    """Is told of what is fetched: what and from where, how large it is, how much has come, and how it ended. This one
    does nothing with it; the ones that show it are made of this one."""

    def asking(self, package: str) -> None:
        """The package index is asked for a package."""

    def fetching(self, name: str, source: str) -> None:
        """A file is asked for; the source is a host, or pip."""

    def began(self, size: int | None) -> None:
        """It has so many bytes; None where the server does not say."""

    def came(self, count: int) -> None:
        """So many more bytes have come."""

    def fetched(self, file: FetchedFile) -> None:
        """It is here."""

    def remark(self, text: str) -> None:
        """Something to know about it."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Whose wheels are wanted (this machine's and this Python's where not said), how many bytes a file may have,
    who is told of what is fetched, and whose image is read where there are several (None: this machine's). `seconds` is
    how long standard input may take, `folder` where files are kept while they are read (None: the system's), and `run`
    a mark of many fetches that belong together: of these the index is asked once for each package."""

    platform: Platform = field(default_factory=Platform)
    most: int = 1 << 40
    told: Told = field(default_factory=Told)
    images: PlatformWish | None = None
    seconds: float = 900.0
    folder: str | None = None
    run: str = ""


def wish_of(platform: str | None) -> PlatformWish:
    """Return the platform whose images are read: the one that was asked for, else this machine's."""
    if platform is None:
        from platform import machine

        return PlatformWish(of_machine(machine()))
    try:
        return PlatformWish(image_platform(platform), asked=True)
    except UsageError:  # one of wheels alone, such as macosx_11_0_arm64: no image serves it
        return PlatformWish(ImagePlatform(platform, ""), asked=True)


@dataclass(frozen=True, slots=True)
class AtHand:
    """The paths to read in place of what was named, in its order, what was fetched for that by its path, and what is
    read in place of paths that are none."""

    paths: tuple[str, ...]
    fetched: dict[str, FetchedFile]
    given: dict[str, Given] = field(default_factory=dict)

    def renamed(self, found: ReadResult) -> ReadResult:
        """Return what was read, with the names that people know in place of those of temporary files."""
        if not self.fetched and not self.given:
            return found
        streams = (FetchedFile(name, name, each.came, travelled=each.came) for name, each in self.given.items())
        return replace(
            found,
            artifacts=tuple(replace(each, path=self._name(each.path)) for each in found.artifacts),
            images=tuple(replace(each, path=self._name(each.path)) for each in found.images),
            compilers=tuple(replace(each, path=self._name(each.path)) for each in found.compilers),
            not_read=tuple(NotRead(self._name(each.path), each.why) for each in found.not_read),
            barren=tuple(self.fetched[path].label if path in self.fetched else path for path in found.barren),
            files=found.files + sum(file.left_out for file in self.fetched.values()),
            without_code=found.without_code + sum(file.left_out for file in self.fetched.values()),
            fetched=(*self.fetched.values(), *streams),
        )

    def _name(self, path: str) -> ArtifactPath:
        parsed = ArtifactPath.parse(path)
        file = self.fetched.get(parsed.outer)
        return parsed if file is None else parsed.with_outer(file.label)


@contextmanager
def at_hand(names: Sequence[str], options: FetchOptions | None = None) -> Iterator[AtHand]:
    """Give what is named (paths, -, PKG, PKG==VERSION, https addresses) as paths, for as long as the context lasts.

    A path that exists is always that path, but for `-`, which is standard input. `UsageError` for what is nothing of
    these, `StepError` for what cannot be had; both before anything is read.
    """
    ways = require_named(names)  # before anything is fetched, all must be something
    if not any(ways):
        yield AtHand(tuple(names), {})
        return
    options = options or FetchOptions()
    fetched: dict[str, FetchedFile] = {}
    given: dict[str, Given] = {}
    paths: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cudacompat-", dir=options.folder) as folder:
        for number, (name, way) in enumerate(zip(names, ways, strict=True)):
            if way is None:
                paths.append(name)
                continue
            place = Path(folder, str(number))
            place.mkdir()
            there, file = way(name, place, options)
            if isinstance(there, Path):
                paths.append(str(there))
            else:
                paths.append(name)
                given[name] = there
            if file is not None:
                fetched[paths[-1]] = file
                if name != STDIN:
                    options.told.fetched(file)
        yield AtHand(tuple(paths), fetched, given)


def require_named(names: Sequence[str]) -> list[Way | None]:
    """Return how each name is fetched, None for a path; `UsageError` for the first that is no path, package or
    address."""
    if names.count(STDIN) > 1:
        raise UsageError("standard input (-) is named twice")
    return [_way(name) for name in names]


def require_there(names: Sequence[str]) -> None:
    """Raise `UsageError` for the first that is no path, address or release, nor a package that the table knows: what is
    said of it before anything else that is missing. The index is not asked."""
    from cudacompat.app.inputs.packages import is_package
    from cudacompat.domain.wheels.table import packages
    from cudacompat.environments.own import normalised

    require_named(names)
    for name in names:
        if name != STDIN and not _exists(name) and is_package(name) and normalised(name) not in packages():
            known = "no package of that name is known here; with --gpu the package index is asked"
            raise UsageError(f"no such file or directory: {name} ({known})")


Taken = tuple["Path | Given", FetchedFile | None]
Way = Callable[[str, Path, FetchOptions], Taken]


def _way(name: str) -> Way | None:
    """How a name is fetched; None for a path."""
    if name == STDIN:
        from cudacompat.app.inputs import standard_input

        return standard_input.take
    if _exists(name):
        return None
    from cudacompat.app.inputs.packages import is_package, is_release
    from cudacompat.artifacts.remote.connection import is_url, why_refused
    from cudacompat.artifacts.remote.image_reference import InvalidReferenceError, is_reference, parse_reference

    if is_reference(name):
        try:
            parse_reference(name)
        except InvalidReferenceError as error:
            raise UsageError(f"{_plain(name)}: {error}") from None
        from cudacompat.app.inputs import registry_images

        return registry_images.take
    if is_url(name):
        why = why_refused(name)
        if why is not None:
            raise UsageError(f"{_plain(name)}: {why}")
        return _address
    if is_release(name) or is_package(name):
        return _package
    raise UsageError(f"no such file or directory: {name}")


def _exists(path: str) -> bool:
    """Whether something is there, readable or not."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        import errno

        return error.errno != errno.ENAMETOOLONG
    return bool(path)


def _address(url: str, folder: Path, options: FetchOptions) -> tuple[Path, FetchedFile]:
    from cudacompat.artifacts.remote.errors import RemoteError

    label = _last_part(url)
    options.told.fetching(label, _host(url))
    try:
        return _taken(url, url, label, folder=folder, options=options)
    except RemoteError as error:
        if not label.endswith(".whl") or not error.passing:
            raise StepError(f"cannot get {_plain(url)}: {error}") from None
        return _by_pip(url, url, folder, options=options, why=f"cannot get {_plain(url)}: {error}")


def _package(name: str, folder: Path, options: FetchOptions) -> tuple[Path, FetchedFile]:
    from cudacompat.app.inputs.packages import chosen, listing_of, requirement_of
    from cudacompat.artifacts.remote.connection import is_url, why_refused
    from cudacompat.artifacts.remote.errors import RemoteError
    from cudacompat.host.programs import pip

    told, platform = options.told, options.platform
    wanted = requirement_of(name)
    told.asking(name)
    try:
        listing = listing_of(wanted.name, platform, options.run)
    except pip.PipError as error:
        raise StepError(f"pip could not get {name}: {error}") from None
    wheel = chosen(name, listing, platform)
    if wheel.yanked is not None:
        told.remark(f"{wheel.release} was yanked by its publisher: {wheel.yanked}")
    if wheel.link is not None and wheel.link.url.startswith("file:"):
        local = _local(wheel.link.url)
        if local is not None:
            size = local.stat().st_size
            return local, FetchedFile(name, wheel.link.file, size, travelled=0, release=wheel.release)
    if wheel.link is not None and is_url(wheel.link.url) and why_refused(wheel.link.url) is None:
        told.fetching(wheel.link.file, _host(wheel.link.url))
        try:
            return _taken(name, wheel.link.url, wheel.link.file, folder=folder, options=options, release=wheel.release)
        except RemoteError as error:
            told.remark(f"{wheel.link.file}: {error}; pip is asked for the whole file")
    return _by_pip(name, wheel.release, folder, options=options, release=wheel.release)


def _taken(
    name: str, url: str, label: str, folder: Path, options: FetchOptions, release: str | None = None
) -> tuple[Path, FetchedFile]:
    from cudacompat.artifacts.remote.take import take

    path = folder / _file_name(label)
    taken = take(url, path, options.told, most=options.most)
    return path, FetchedFile(
        _plain(name),
        label,
        taken.size,
        travelled=taken.travelled,
        left_out=taken.left_out,
        release=release,
        digest=taken.digest,
    )


def _by_pip(
    name: str, what: str, folder: Path, options: FetchOptions, why: str = "", release: str | None = None
) -> tuple[Path, FetchedFile]:
    from cudacompat.host.programs import pip

    options.told.fetching(_plain(what), "pip")
    options.told.began(None)
    begin = why or f"pip could not get {_plain(name)}"
    try:
        path = pip.download(what, folder, options.platform)
    except pip.PipError as error:
        if error.sealed:
            raise StepError(f"{begin}: {error.sealed[0]} asks for a password, or refuses the one given") from None
        if why:  # what it was asked for after; of a wheel for another Python pip says that alone
            raise StepError(why) from None
        unreached = f"; the package index could not be reached ({error.unreached[0]})" if error.unreached else ""
        raise StepError(f"{begin}: {_plain(str(error))}{unreached}") from None
    size = path.stat().st_size
    return path, FetchedFile(_plain(name), path.name, size, travelled=size, release=release)


def _local(url: str) -> Path | None:
    """The file that a file: address names, if it is there."""
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    path = Path(url2pathname(urlsplit(url).path))
    return path if path.is_file() else None


def _last_part(url: str) -> str:
    from urllib.parse import unquote, urlsplit

    last = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    return last or _host(url)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or ""


def _plain(text: str) -> str:
    from cudacompat.domain.words.secrets import masked

    return masked(text)


def _file_name(label: str) -> str:
    """A name for the disk: nothing of a server's that leads elsewhere."""
    safe = "".join(each if each.isalnum() or each in "._+-" else "_" for each in label)[-150:]
    return safe.lstrip(".") or "file"
