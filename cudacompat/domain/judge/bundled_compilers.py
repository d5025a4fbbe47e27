"""Whether a compiler that a package brings along knows a GPU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cudacompat.domain.tables.run_time_compilers import begins_above
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

_BLACKWELL = "ptxas-blackwell"  # beside an older ptxas, for GPUs of 10.0 and newer (the wheels of triton 3.3 to 3.9)
_FIRST_BLACKWELL = ComputeCapability(10, 0)
_ASSEMBLER = "ptxas"
_BEGINS = " begins at sm_"


def assembler_for(compilers: Sequence[str], capability: ComputeCapability) -> tuple[str, bool] | None:
    """Return the one of these compilers (`ptxas 12.4`) that a package runs for GPUs of this capability, in words with
    the newest target that it knows (for an older GPU the oldest), and whether it builds for them; `None` where nothing
    is known of it."""
    named = [each for each in compilers if each.startswith(_BLACKWELL) == (capability >= _FIRST_BLACKWELL)]
    chosen = next(iter(named or compilers), None)
    known = _known(chosen) if chosen is not None else None
    if chosen is None or known is None:
        return None
    oldest = min(known.targets, key=_order)
    if capability.number < int(oldest.rstrip("af")):
        return f"{chosen}{_BEGINS}{oldest}", False
    return f"{chosen} ends at sm_{_newest(known.targets)}", _builds(known, capability)


def newest_target(version: ToolkitVersion) -> str | None:
    """Return the newest target that the compilers of a CUDA release know (`sm_121`); `None` for a release that no table
    has."""
    known = release(version)
    return None if known is None else f"sm_{_newest(known.targets)}"


@dataclass(frozen=True, slots=True)
class LackingCompiler:
    """A compiler that does not build for a GPU, in words with the newest target that it knows, or, with `begins_above`,
    with the oldest, which is newer than the GPU."""

    compiler: BundledCompiler
    words: str
    begins_above: bool = False

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.compiler.path


@dataclass(frozen=True, slots=True)
class CompilingPackage:
    """The package that runs a compiler for all its kernels, its version (empty where that is not known), and the
    packages beside it that require it, by their normalised names."""

    name: str
    version: str = ""
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompilersOnTarget:
    """The compilers of one kind in one folder, of which a program runs one, a GPU, and the package that does, where
    that is known."""

    compilers: tuple[BundledCompiler, ...]
    target: Target
    package: CompilingPackage | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is known if the package's kernels, which it makes with one of these, can be made for the GPU."""
        if self.package is None or any(each.program != _ASSEMBLER for each in self.compilers):
            return False
        below = begins_above(self.package.name, self.target.capability)
        return below is not None or self._chosen is not None

    @property
    def _chosen(self) -> tuple[str, bool] | None:
        return assembler_for(tuple(self._names), self.target.capability)

    @property
    def _names(self) -> dict[str, BundledCompiler]:
        return {f"{name_of(each)} {each.release}": each for each in reversed(self.compilers)}

    @property
    def lacking(self) -> LackingCompiler | None:
        """The one that is run for the GPU, where it does not build for it."""
        found = self._chosen
        if found is None or found[1]:
            return None
        chosen = next(each for name, each in self._names.items() if found[0].startswith(f"{name} "))
        return LackingCompiler(chosen, found[0], begins_above=_BEGINS in found[0])


def by_folder(
    compilers: Iterable[BundledCompiler],
    targets: Sequence[Target],
    packages: Mapping[str, CompilingPackage] = MappingProxyType({}),
) -> list[CompilersOnTarget]:
    """Return these compilers as programs meet them: those of one kind in one folder together, for each GPU. `packages`
    are those that run them, by the path of the compiler."""
    groups: defaultdict[tuple[str, str], list[BundledCompiler]] = defaultdict(list)
    for each in compilers:
        groups[each.path.rpartition("/")[0], each.program].append(each)
    return [
        CompilersOnTarget(tuple(group), target, packages.get(group[0].path))
        for group in groups.values()
        for target in targets
    ]


def deciding(groups: Iterable[CompilersOnTarget]) -> tuple[str, ...]:
    """Return the paths of the compilers by which a package without kernels is judged, one for each folder: those of
    which it is known for every GPU whether they build for it."""
    known: dict[str, bool] = {}
    for group in groups:
        path = group.compilers[0].path
        known[path] = group.is_known and known.get(path, True)
    return tuple(path for path, is_known in known.items() if is_known)


def name_of(compiler: BundledCompiler) -> str:
    """Return what a program calls it by: an assembler by the name of its file, others by what they are."""
    if compiler.program != _ASSEMBLER:
        return compiler.program
    name = compiler.path.rpartition("/")[2].removesuffix(".exe")
    return name if name == _BLACKWELL else _ASSEMBLER


def _builds(known: CudaRelease, capability: ComputeCapability) -> bool:
    number = str(capability.number)
    return any(each.rstrip("af") == number for each in known.targets)


def serves(compiler: str, capability: ComputeCapability) -> tuple[str, bool] | None:
    """Return the compiler (`NVRTC 12.4`) with the newest target that it knows, in words, and whether the newest machine
    code that it makes for GPUs up to this one runs there: that of a lower minor version does. `None` where nothing is
    known of it."""
    known = _known(compiler)
    if known is None:
        return None
    plain = [int(each) for each in known.targets if each.isdecimal()]
    newest = max((each for each in plain if each <= capability.number), default=0)
    return f"{compiler} ends at sm_{_newest(known.targets)}", newest // 10 == capability.major


def _known(compiler: str) -> CudaRelease | None:
    try:
        return release(ToolkitVersion.parse(compiler.rpartition(" ")[2]))
    except ParseError:
        return None


def _newest(targets: Iterable[str]) -> str:
    return max(targets, key=_order)


def _order(target: str) -> tuple[int, int, str]:
    return int(target.rstrip("af")), len(target), target
