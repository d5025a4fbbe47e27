"""Finds the modules in a stretch of a file: fatbins that are registered, fatbins and cubins elsewhere."""

from __future__ import annotations

from cudacompat.artifacts.binaries import cubin, fatbin, fatbin_headers, ptx
from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, FileBuffer, UnreadableError, search
from cudacompat.artifacts.binaries.elf import EM_CUDA
from cudacompat.artifacts.binaries.fatbin import MOST_ENTRIES, Fatbin
from cudacompat.artifacts.binaries.fatbin_headers import HEADER_SIZE, MAGIC, OLD_MAGIC
from cudacompat.artifacts.binaries.fatbin_images import NOTHING, KernelNames
from cudacompat.artifacts.binaries.kernels import KernelReader
from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.artifacts.binaries.repeated import Repeated
from cudacompat.artifacts.binaries.section import OFFICIAL, Section
from cudacompat.artifacts.binaries.sibling_names import HeadsOnly, are_left, settled
from cudacompat.artifacts.binaries.text_keeper import TextKeeper, Wanted
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchTarget, CodeKind

_FATBIN = Needle(MAGIC)
_CUBIN = Needle(b"\x7fELF\x02\x01\x01")
_CUDA_MACHINE = EM_CUDA.to_bytes(2, "little")
_SMALLEST_CUBIN = 64
_MOST_PROBLEMS = 20
_STEP = 1 << 20

TOO_OLD = "a fatbin from before CUDA 6, which nothing reads any more"


class Gatherer:
    """Collects modules and problems of one buffer."""

    def __init__(
        self,
        buffer: Buffer,
        allowance: Allowance,
        *,
        kernels: bool,
        gpus: frozenset[ComputeCapability] | None = None,
        wanted: Wanted | None = None,
    ) -> None:
        self.buffer = buffer
        self.modules: list[DeviceModule] = []
        self._problems: dict[str, None] = {}
        self._more_problems = 0
        self._room = MOST_ENTRIES
        self._program = False
        self._registers = False  # whether there is code for the runtime, so that texts are none of it
        self._keeper = TextKeeper(wanted) if wanted is not None and wanted.folder is not None else None
        self._names: KernelNames | None = None
        self._repeated = Repeated()
        self._gpus = gpus if wanted is None or wanted == Wanted() else None
        self._leaves_texts = False
        if kernels:
            self._names = KernelReader(
                buffer, allowance, gpus, keeper=self._keeper, usage=wanted is not None and wanted.usage
            )

    def problem(self, why: str) -> None:
        """Keep what is wrong with the file, the first few of many."""
        if why in self._problems or len(self._problems) < _MOST_PROBLEMS:
            self._problems[why] = None
        else:
            self._more_problems += 1

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the file, one line each."""
        more = (f"{self._more_problems} more problems of this kind",) if self._more_problems else ()
        return (*self._problems, *more)

    def official(self, start: int, end: int, section: str | None, registration: Registration) -> None:
        """Take the fatbins that lie back to back in `[start, end)`, nothing but zeros between them."""
        buffer, at = self.buffer, start
        damaged = False
        while at < end and self._room > 0:
            found = at if buffer[at : at + 4] == MAGIC else buffer.find(MAGIC, at, end)
            stop = found if found >= 0 else end
            if stop > at and not damaged:
                self._padding(at, stop, section)
            if found < 0:
                return
            if damaged and not fatbin_headers.is_fatbin(buffer, found, end):
                at = found + 4
                continue
            at, damaged = self._fatbin(found, end, section, registration)

    def strays(self, start: int, end: int, section: str | None, *, program: bool = False) -> None:
        """Search `[start, end)` for fatbins, what lies between them for cubins, and of a program what lies between
        those for PTX texts."""
        buffer = self.buffer
        self._program = program
        at = gap = start
        while self._room > 0:
            found = search(_FATBIN, buffer, at, end=end, also=(_CUBIN, ptx.MARK) if self._takes_texts else (_CUBIN,))
            if found < 0:
                break
            if fatbin_headers.is_fatbin(buffer, found, end):
                self._cubins(gap, found, section)
                at, _ = self._fatbin(found, end, section, Registration.STRAY)
                gap = at
            else:
                at = found + 1
        self._cubins(gap, end, section)

    @property
    def _takes_texts(self) -> bool:
        """Whether PTX texts among the data are code: a program that brings its code as a text registers none, and the
        texts of one that registers code may be anything."""
        return self._program and not self._registers

    def texts(self, start: int, end: int) -> None:
        """Search `[start, end)` for PTX texts, whatever it is."""
        self._program = True
        self._texts(start, end, None)

    def sections(self, sections: list[Section], prefix: str = "", *, linked: bool = False) -> None:
        """Take the modules of a host binary whose section table is known; no byte is read twice. `linked` is whether it
        is a finished library or program."""
        units = any(OFFICIAL.get(section.name) is Registration.RELOCATABLE for section in sections)
        self._leaves_texts = linked and not units
        taken: list[tuple[int, int]] = []
        for section in sorted(sections, key=_place):
            registration = OFFICIAL.get(section.name)
            if registration is None:
                continue
            if not section.present:
                if section.end > section.start:
                    self.problem("device code stripped to another file")
                continue
            start = max(section.start, taken[-1][1]) if taken else section.start
            if start < section.end:
                taken.append((start, section.end))
                self.official(start, section.end, prefix + section.name, registration)
        last = passed = 0
        for section in sorted(sections, key=_place):
            if not section.data or section.name in OFFICIAL:
                continue
            at = max(section.start, last)
            last = max(last, section.end)
            while passed < len(taken) and taken[passed][0] < section.end:
                begin, end = taken[passed]
                if begin > at:
                    self.strays(at, begin, prefix + section.name, program=True)
                at = max(at, end)
                if end > section.end:
                    break
                passed += 1
            if at < section.end:
                self.strays(at, section.end, prefix + section.name, program=True)

    def _texts(self, start: int, end: int, section: str | None) -> None:
        """Search `[start, end)` of a program for PTX texts, if those are code."""
        at = start
        while self._room > 0 and self._takes_texts:
            found = ptx.find_text(self.buffer, at, end)
            if found is None:
                return
            begin, text = found
            self.text(begin, text, len(text), section, Registration.STRAY)
            at = begin + len(text)

    def text(self, start: int, text: bytes, size: int, section: str | None, registration: Registration) -> None:
        """Take a PTX text of `size` bytes that lies at `start`. `UnreadableError` when it is none."""
        head = ptx.read_head(text)
        if head is None:
            raise UnreadableError("no PTX text")
        named = self._names is not None
        entry = FatbinEntry(
            CodeKind.PTX if head.target else CodeKind.UNKNOWN,
            head.target,
            head.isa,
            compression=Compression.NONE,
            size=size,
            uncompressed_size=None,
            toolkit=None,
            kernels=ptx.kernels(text) if named else None,
            kernels_why=None,
            unresolved=ptx.unresolved(text) if named else (),
            text=self._keeper.offer(text, head) if self._keeper is not None else None,
            beyond_ascii=head.beyond_ascii,
        )
        damage = ptx.damage(text) if named else None
        damage = damage if head.target else "its PTX names no target"
        self.add(DeviceModule(start, section, registration, entries=(entry,), damage=damage, bare=True))

    def cubin(self, start: int, end: int, section: str | None, registration: Registration) -> int:
        """Take the cubin at `start`; return where it ends. `UnreadableError` when it is none."""
        found = cubin.read_cubin(self.buffer, start, end)
        end = min(end, found.end) if registration is Registration.STRAY else end
        names = NOTHING
        if self._names is not None:
            whole = fatbin_headers.Payload(fatbin_headers.ELF, start, end - start, flags=0, key=0, inflated=None)
            names = self._names.of(whole, None)
        if found.relocatable and registration is Registration.STRAY:
            registration = Registration.RELOCATABLE
        entry = FatbinEntry(
            CodeKind.SASS,
            ArchTarget(CodeKind.SASS, found.number, found.suffix),
            None,
            compression=Compression.NONE,
            size=end - start,
            uncompressed_size=None,
            toolkit=found.toolkit,
            kernels=names.kernels,
            kernels_why=names.why,
            unresolved=names.unresolved,
            usage=names.usage,
        )
        self.add(DeviceModule(start, section, registration, entries=(entry,), damage=names.damage, bare=True))
        return found.end

    def _fatbin(self, at: int, limit: int, section: str | None, registration: Registration) -> tuple[int, bool]:
        """Take the fatbin at `at`; return where to go on, and whether it was damaged."""
        form = Repeated.form(self.buffer, at, limit, registration) if self._keeper is None else None
        found = self._repeated.get(form, at, self._room) if form is not None else None
        if found is None:
            found = self._read_fatbin(at, limit, registration)
            if form is not None:
                self._repeated.put(form, at, found)
        if registration is Registration.STRAY and (found.relocatable_ptx or found.relocatable_cubin):
            registration = Registration.RELOCATABLE
        self.add(DeviceModule(at, section, registration, entries=found.entries, damage=found.damage))
        return max(found.end, at + HEADER_SIZE), found.damage is not None

    def _read_fatbin(self, at: int, limit: int, registration: Registration) -> Fatbin:
        found = self._by_siblings(at, limit) if registration is Registration.REGISTERED else None
        if found is None:
            found = fatbin.read_fatbin(self.buffer, at, limit, names=self._names, room=self._room)
        return found

    def _by_siblings(self, at: int, limit: int) -> Fatbin | None:
        """Take the fatbin at `at` with the kernels of its texts from the machine code beside them; None where they are
        to be read."""
        if self._gpus is None or self._names is None or not self._leaves_texts:
            return None
        left = are_left(fatbin.read_fatbin(self.buffer, at, limit, names=None, room=self._room).entries, self._gpus)
        if not left:
            return None
        names = HeadsOnly(self._names, self.buffer, left)
        return settled(fatbin.read_fatbin(self.buffer, at, limit, names=names, room=self._room), self._gpus)

    def add(self, module: DeviceModule) -> None:
        """Keep a module, and say so when it is damaged."""
        self.modules.append(module)
        if self._keeper is not None:
            self._keeper.settle(module)
        broken = module.damage is not None and not module.bare  # what follows may be its rest
        self._registers = self._registers or broken or module.registration is not Registration.STRAY
        self._room -= 1 + len(module.entries)
        if module.damage is not None:
            self.problem(f"damaged device code at byte {module.offset}: {module.damage}")
        if self._room <= 0:
            self.problem(f"more than {MOST_ENTRIES} images in one file; the rest was not read")

    def _cubins(self, start: int, end: int, section: str | None) -> None:
        buffer, at = self.buffer, start
        gap = start
        while self._room > 0:
            at = search(_CUBIN, buffer, at, end=end)
            if at < 0 or at + _SMALLEST_CUBIN > end:
                break
            after = at + 1
            if buffer[at + 18 : at + 20] == _CUDA_MACHINE:
                try:
                    after = self.cubin(at, end, section, Registration.STRAY)
                    self._texts(gap, at, section)
                    gap = after
                except UnreadableError as error:
                    self.problem(f"damaged cubin at byte {at}: {error}")
            at = max(after, at + 1)
        self._texts(gap, end, section)

    def _padding(self, start: int, end: int, section: str | None) -> None:
        """Between fatbins lie zeros and nothing else."""
        at = start
        while (at := _after_hole(self.buffer, at, end)) < end:
            piece = bytes(self.buffer[at : min(at + _STEP, end)])
            at += len(piece)
            if piece.count(0) != len(piece):
                old = piece.lstrip(b"\0")[:4] == OLD_MAGIC
                where = f" of {section}" if section else ""
                self.problem(TOO_OLD if old else f"no fatbin at byte {start}{where}: {end - start} bytes skipped")
                return


def _after_hole(buffer: Buffer, at: int, end: int) -> int:
    return buffer.after_hole(at, end) if isinstance(buffer, FileBuffer) else at


def _place(section: Section) -> tuple[int, int]:
    return section.start, section.end
