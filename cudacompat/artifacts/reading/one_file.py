"""One file in, what it holds out: the reading that needs to know of no other file."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cudacompat.artifacts.binaries.buffer import (
    Buffer,
    FileBuffer,
    FileChangedError,
    UnreadableError,
    in_words,
    is_sparse,
)
from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.containers.base import (
    BrokenOffError,
    Budget,
    BudgetSpentError,
    ByteStream,
    FileAllowance,
    Member,
    Source,
)
from cudacompat.artifacts.containers.folders import NOT_REGULAR, EntryKind, why_not
from cudacompat.artifacts.containers.openers import TAR, Opener, opener_of
from cudacompat.artifacts.files.binary import read_binary
from cudacompat.artifacts.files.promises import broken_promise
from cudacompat.artifacts.files.sniff import HEAD, OPEN, Kind, is_installer
from cudacompat.artifacts.reading.first_look import (
    LARGEST_THIN,
    is_data,
    lies_beside,
    not_opened,
    payload,
    size_of,
    sniffed,
)
from cudacompat.artifacts.reading.found import PlaceContents, Terms
from cudacompat.artifacts.reading.work import FileResult, Work
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.paths import ArtifactPath

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.given import Given

OnFile = Callable[[str], None]

_ENDLESS = 1 << 62  # bytes of a member whose container does not say
_INSTALLER = "an installer of Makeself whose archive is not opened; --noexec --target DIR unpacks it"
_NO_MEMORY = "it does not fit in memory"

# What the libraries that inflate raise for bytes that are not as they should be. Some of their errors derive from none
# of these, and their modules are slow to import or not there: those are told by name.
_DAMAGED = (OSError, EOFError, ValueError, LookupError, RuntimeError, OverflowError, AttributeError)
_DAMAGED_NAMES = ("BadZipFile", "LargeZipFile", "LZMAError", "error")  # zlib's and struct's are called just error


def read_one(
    work: Work,
    budget: Budget,
    *,
    kernels: bool,
    gpus: frozenset[ComputeCapability] | None = None,
    on_file: OnFile | None = None,
    wish: PlatformWish | None = None,
    given: Given | None = None,
    wanted: Wanted | None = None,
) -> FileResult:
    """Return what one file holds. Everything that goes wrong is in the result.

    With `kernels`, images are inflated for the names of their kernels; without, headers are all that is read. `gpus`
    are those that will be judged for, None where any may be: of images that none of them can pick, less is inflated.
    `on_file` is told of the file, and of each member of a container, before it is read. `wish` is the platform whose
    image is read where there are several; `given` stands in the place of a file, `wanted` is what else is asked of the
    images.
    """
    if work.kind is EntryKind.PROBLEM:
        return FileResult(not_read=(NotRead(ArtifactPath.of_file(work.path), work.why),))
    reader = _FileReader(work, budget, kernels=kernels, gpus=gpus, on_file=on_file, wish=wish, wanted=wanted)
    return reader.read(given)


class _FileReader:
    def __init__(
        self,
        work: Work,
        budget: Budget,
        *,
        kernels: bool,
        gpus: frozenset[ComputeCapability] | None,
        on_file: OnFile | None,
        wish: PlatformWish | None,
        wanted: Wanted | None,
    ) -> None:
        self._wanted = wanted
        self._work = work
        self.budget = budget
        self._kernels = kernels
        self._gpus = gpus
        self._on_file = on_file or _nobody
        self._allowance = FileAllowance(0, budget)
        self.found = PlaceContents()
        self.terms = Terms(wish or PlatformWish(), budget.limits.rows, budget.clock)
        self._bounded = False

    @contextlib.contextmanager
    def apart(self, place: ArtifactPath) -> Iterator[PlaceContents]:
        """Collect what is read meanwhile by itself; `place` is the member that it comes from."""
        around, self.found = self.found, PlaceContents(place)
        try:
            yield self.found
        finally:
            self.found = around

    def read(self, given: Given | None) -> FileResult:
        """Read the file, down to where a limit stops it."""
        members, inflated = self.budget.members, self.budget.inflated
        path, cut = ArtifactPath.of_file(self._work.path), None
        try:
            self.budget.clock()
            if given is not None:
                self._on_file(path)
                self._allowance = FileAllowance(self.budget.limits.of_file(0), self.budget)
                given.read(self, path)
            elif self._work.kind is EntryKind.IMAGE:
                self._image_folder(path)
            else:
                self._file(path)
        except BudgetSpentError as error:
            if error.whole:
                cut = str(error)
            else:
                self.refuse(path, str(error))
        except MemoryError:
            self._bounded = True
            self.refuse(path, _NO_MEMORY)
        except FileChangedError as error:
            self._bounded = True
            self.found = PlaceContents()  # what was read is of two states of the file
            self.refuse(path, why_not(error))
        except OSError as error:
            self._bounded = True  # the next reading may find it otherwise
            self.refuse(path, why_not(error))
        return FileResult(
            tuple(self.found.artifacts),
            tuple(self.found.not_read),
            self.found.files,
            without_code=self.found.without_code,
            more_rows=self.found.more_rows,
            members=self.budget.members - members,
            inflated=self.budget.inflated - inflated,
            cut=cut,
            bounded=cut is not None or self._bounded or self._allowance.refused or self.found.more_rows > 0,
            images=tuple(self.found.images),
            compilers=tuple(self.found.compilers),
        )

    def refuse(self, path: ArtifactPath, why: str) -> None:
        """Say of something that it was not read."""
        self.found.refuse(path, why, self.budget.limits.rows)

    def grant(self, count: int) -> None:
        """So many bytes more have come of what is read: it may inflate to more."""
        if self.budget.limits.per_file is not None:
            self._allowance.left += self.budget.limits.per_file * count

    def container(self, path: ArtifactPath, stream: ByteStream) -> None:
        """Read a container whose bytes come from the front, once."""
        source = Source(path.name, None, stream, pay=self.grant)
        self._container(path, source, source.peek(HEAD), 0)

    def _image_folder(self, path: ArtifactPath) -> None:
        from cudacompat.artifacts.containers.layouts import CopiedImage, LayoutFolder, is_copied_image
        from cudacompat.artifacts.reading.image_reading import read_images

        self._on_file(path)
        self._allowance = FileAllowance(self.budget.limits.of_file(0), self.budget)
        folder = CopiedImage(path) if is_copied_image(path) else LayoutFolder(path)
        read_images(self, path, folder.images(self.terms.wish), layer=folder.layer)

    def _file(self, path: ArtifactPath) -> None:
        handle = os.open(path, OPEN)
        with os.fdopen(handle, "rb", buffering=0) as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                self.refuse(path, NOT_REGULAR)
                return
            self._on_file(path)
            size = before.st_size
            self._allowance = FileAllowance(self.budget.limits.of_file(size), self.budget)
            self._whole(path, file, size, sparse=is_sparse(before))
            after = os.fstat(handle)
            if (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns) and (
                self.found.artifacts or self.found.not_read
            ):
                raise FileChangedError

    def _whole(self, path: ArtifactPath, file: io.FileIO, size: int, *, sparse: bool) -> None:
        source = Source(path, size, file, pay=_nothing, file=file)
        head, kind = sniffed(source, size)
        if kind is Kind.CONTAINER:
            self._container(path, source, head, 0)
        elif kind is Kind.OTHER and (at := payload(source)) is not None:
            file.seek(at)
            behind = Source(path.name, size - at, file, pay=_nothing)
            self._container(path, behind, behind.peek(HEAD), 0)
        elif self._is_passed_over(path, source, kind, size):
            self._pass_over(path, head)
        else:
            self._binary(path, FileBuffer(file.fileno(), size, sparse=sparse, clock=self.budget.clock), kind)

    def _pass_over(self, path: ArtifactPath, head: bytes) -> None:
        why = _INSTALLER if is_installer(head) else broken_promise(path.name, head)
        if why is None:
            self.found.plain()
        else:
            self._unread(path, why)

    def _is_passed_over(self, path: ArtifactPath, source: Source, kind: Kind, size: int) -> bool:
        """Whether nothing more of a file on the disk is read."""
        if kind is Kind.THIN_AR and not self._work.named:
            return lies_beside(path, source.peek(LARGEST_THIN))
        plain = kind is Kind.OTHER and not is_data(source, size, named=self._work.named)
        return size == 0 or plain

    def _binary(self, path: ArtifactPath, buffer: Buffer, kind: Kind) -> None:
        self.found.files += 1
        try:
            artifact, problems, compiler = read_binary(
                path,
                buffer,
                kind,
                allowance=self._allowance,
                kernels=self._kernels,
                gpus=self._gpus,
                wanted=self._wanted,
            )
        except MemoryError:
            self._bounded = True
            artifact, problems, compiler = None, (_NO_MEMORY,), None
        for why in problems:
            self.refuse(path, why)
        if compiler is not None:
            self.found.compilers.append(compiler)
        if artifact is not None:
            self.found.artifacts.append(artifact)
        elif not problems:
            promised = broken_promise(path.name, bytes(buffer[:HEAD])) if kind is Kind.OTHER else None
            if promised is None:
                self.found.without_code += 1
            else:
                self.refuse(path, promised)

    def _container(self, path: ArtifactPath, source: Source, head: bytes, depth: int) -> None:
        """Read a container of which these are the first bytes."""
        opener = opener_of(head)
        if opener is None or opener.open is None:
            self.found.files += 1
            self.refuse(path, not_opened(opener))
        elif depth >= self.budget.limits.depth:
            self._bounded = True
            self.refuse(path, f"containers nested deeper than {self.budget.limits.depth}")
        else:
            self._opened(path, source, opener, depth)

    def _opened(self, path: ArtifactPath, source: Source, opener: Opener, depth: int) -> None:
        assert opener.open is not None  # noqa: S101
        try:
            if opener is TAR:
                from cudacompat.artifacts.reading.tar_reading import read_tar  # few files are archives

                read_tar(self, path, source, depth=depth)
                return
            for member in opener.open(source, self.budget):
                self.member(path.member(member.name), member, depth + 1)
                del member  # or its bytes stay while those of the next are inflated
        except BrokenOffError as error:
            self.refuse(path, str(error))
        except UnreadableError as error:
            self.refuse(path, f"damaged {opener.called}: {error}")
        except MemoryError:
            self._bounded = True
            self.refuse(path, _NO_MEMORY)
        except Exception as error:
            if not _is_damage(error):
                raise
            self.refuse(path, f"damaged {opener.called}: {in_words(error)}")

    def member(self, path: ArtifactPath, member: Member, depth: int) -> None:
        """Read a member of a container that is `depth` containers deep."""
        if member.sealed is not None:
            self.found.files += 1
            self.refuse(path, member.sealed)
        elif member.size == 0:
            self._pass_over(path, b"")
        else:
            try:
                self._bytes(path, member, depth)
            except UnreadableError as error:
                if member.alone:
                    raise
                self._unread(path, str(error))
            except MemoryError:
                self._bounded = True
                self._unread(path, _NO_MEMORY)
            except Exception as error:
                if not _is_damage(error):
                    raise
                self._unread(path, f"damaged member: {in_words(error)}")

    def _unread(self, path: ArtifactPath, why: str) -> None:
        self.found.files += 1
        self.refuse(path, why)

    def _bytes(self, path: ArtifactPath, member: Member, depth: int) -> None:
        cost, spend = member.cost, self._allowance.spend
        source = Source(member.name, member.size, member.open(), pay=lambda count: spend(count * cost))
        head, kind = sniffed(source, _ENDLESS if member.size is None else member.size)
        self.found.blank |= len(head) == HEAD and not any(head)
        at = payload(source) if kind is Kind.OTHER else None
        if kind is Kind.OTHER and at is None and not is_data(source, size_of(member, source, head), named=False):
            self._pass_over(path, head)
            return
        if member.too_large is not None:
            raise UnreadableError(member.too_large)
        opener = opener_of(head) if kind is Kind.CONTAINER else None
        if member.alone and opener is not None and opener.joins:
            path = path.outside
        self._on_file(path)
        if at is not None:
            source.skip(at)
            self._container(path, source, source.peek(HEAD), depth)
            return
        if kind is Kind.CONTAINER:
            self._container(path, source, head, depth)
            return
        if member.size is not None and not self._allowance.has(member.size * cost):
            spend(member.size * cost)  # before so much memory is asked for
        held = source.load() if member.replay is None else member.replay(lambda count: spend(count * cost))
        self._binary(path, held, kind)


def _is_damage(error: Exception) -> bool:
    if isinstance(error, FileChangedError):
        return False
    return isinstance(error, _DAMAGED) or type(error).__name__ in _DAMAGED_NAMES


def _nobody(_: str) -> None:
    pass


def _nothing(_: int) -> None:
    pass
