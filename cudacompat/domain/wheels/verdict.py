"""What becomes of a published wheel on a GPU, by its row of the table and the loading rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from packaging.version import Version

from cudacompat.domain.judge.compat import first_branch, is_before_all_known, judge, without_gpu
from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import CodeList, RowBasis, WheelLibrary, WheelRow
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome, Reason, Target
from cudacompat.domain.words.versions import ToolkitVersion

_RUNS_AS_IT_IS = (Outcome.NATIVE, Outcome.COMPATIBLE)


@dataclass(frozen=True, slots=True)
class WheelVerdict:
    """One wheel on one target: outcome and reason as of an artifact, and the oldest driver branch that will do (`None`
    where any driver for the GPU does). `none_for` is the CUDA release (`12.8`) of the framework beside it where the
    wheel has a library for each release and none for that one, `compiler` the assembler in it that does not know the
    target, in words (`ptxas 12.4 ends at sm_90a`), `requires` the framework that it pins and that does
    not run (`torch==2.6.0`), `beside` the library that lacks the target where the deciding one does not."""

    row: WheelRow
    target: Target
    outcome: Outcome
    reason: Reason | None
    min_driver: int | None
    none_for: str | None = None
    compiler: str | None = None
    requires: str | None = None
    beside: WheelLibrary | None = None


def judge_row(row: WheelRow, target: Target, cuda: str | None = None) -> WheelVerdict | None:
    """Return what becomes of the wheel on the target; `None` for one without device code.

    The lists of its deciding library are judged as modules; where reading gave another answer for this GPU (kernels
    that an image lacks, code that is linked at load), that one counts. `cuda` is the release of torch's CUDA
    (`12.4`), for wheels that bring a library for each.
    """
    if not row.has_code:
        return None
    if cuda is not None and not has_library_for(row, cuda):
        missing = Reason.LIBRARY_NOT_FOUND
        return WheelVerdict(row, target, Outcome.FAILS, reason=missing, min_driver=None, none_for=cuda)
    most = prevailing(row, target)
    outcome, reason, min_driver = most.outcome, most.reason, most.min_driver
    anyhow = prevailing(row, Target(target.id, target.name, target.capability)) if target.driver else most
    said = _answer(row, target, cuda)
    if said is not None and anyhow.outcome is outcome and not _alike(said, outcome):
        outcome, reason = said, Reason.NO_IMAGE if said is Outcome.FAILS else None
        if said in _RUNS_AS_IT_IS or said is Outcome.FAILS:
            min_driver = None
        elif said is Outcome.JIT:
            min_driver = _driver_of_jit(row, target) or min_driver
            if target.driver is not None and min_driver is not None and target.driver.branch < min_driver:
                outcome, reason = Outcome.FAILS, Reason.PTX_ISA_TOO_NEW
    elif said is not None and anyhow.outcome is not outcome and said in _RUNS_AS_IT_IS and reason in _OF_PTX:
        outcome, reason, min_driver = said, None, None
    if outcome.runs and is_vendors_wheel(row.package) and _most_lack_the_gpu(row, target):
        return WheelVerdict(row, target, Outcome.FAILS, reason=Reason.NO_IMAGE, min_driver=None)
    lacking = next((each for each in _called_beside(row) if _lacks_the_gpu(each, target)), None)
    if outcome.runs and lacking is not None:
        held = WheelVerdict(row, target, Outcome.PARTIAL, reason=None, min_driver=min_driver, beside=lacking)
        return _held_to_driver(held, _cuda_major(row, cuda))
    if outcome is Outcome.JIT and row.package == framework().name and _libraries_are_older(row, target):
        outcome, reason = Outcome.PARTIAL, None
    verdict = WheelVerdict(row, target, outcome, reason=reason, min_driver=min_driver)
    return _held_to_driver(verdict, _cuda_major(row, cuda))


def _libraries_are_older(row: WheelRow, target: Target) -> bool:
    """Whether a documented build of the framework brings cuBLAS and cuDNN of a CUDA release before the first that knows
    the GPU. Its own PTX is compiled there, theirs is not: cuDNN for CUDA 11 has nothing for 10.0 and newer."""
    first = first_with(str(target.capability.number))
    if row.basis is not RowBasis.DOCUMENTED or row.cuda is None or "." not in row.cuda or first is None:
        return False
    return ToolkitVersion.parse(row.cuda) < first.version


def _most_lack_the_gpu(row: WheelRow, target: Target) -> bool:
    """Whether the library with most modules of one of NVIDIA's wheels was built before the GPU: no machine code in it
    runs there, and PTX in less than half of its modules (cuDNN's engines before 9.7 on GPUs of 10.0 and newer, beside
    a libcudnn_ops that the driver compiles). One with machine code for the GPU chooses among its modules."""
    largest = max(row.libraries, key=lambda each: each.modules, default=None)
    if largest is None or largest.name == row.main:
        return False  # of the deciding library reading knows more than shares do
    running = _running_shares(largest, target)
    return not any(arch in running for arch in largest.sass) and sum(running.values()) < _HALF


def _called_beside(row: WheelRow) -> list[WheelLibrary]:
    """The libraries of a wheel that its programs call beside the deciding one."""
    pattern = distributions().called_beside.get(row.package)
    return [each for each in row.libraries if pattern is not None and pattern.search(each.name)]


def lacking_features(row: WheelRow, target: Target) -> WheelLibrary | None:
    """Return the library of single features that has nothing for the GPU: the largest that is not for single
    architectures alone, if it has code for older GPUs. One whose code is all for newer ones may be called there
    alone."""
    plain = [each for each in row.libraries if any(arch.isdigit() for arch in each.sass)]
    library = max(plain, key=lambda each: each.modules, default=None)
    older = library is not None and any(int(arch.rstrip("af")) < target.capability.number for arch in library.sass)
    return library if library is not None and older and _lacks_the_gpu(library, target) else None


def _lacks_the_gpu(library: WheelLibrary, target: Target) -> bool:
    """Whether most modules of a library have nothing for the GPU."""
    return max(_running_shares(library, target).values(), default=0) < _HALF


def _running_shares(library: WheelLibrary, target: Target) -> dict[str, float]:
    """By target of the machine code (`75`) and of the PTX (`+PTX 75`) that run on the GPU, with some driver, the share
    of the library's modules that have it."""
    bare = Target(target.id, target.name, target.capability)
    shares = {**library.sass, **{f"+PTX {arch}": share for arch, share in library.ptx.items()}}
    judged = {text: judge(bare, CodeList(text, 1).module(library.ptx_isa)).outcome.runs for text in shares}
    return {text: share for text, share in shares.items() if judged[text]}


_HALF = 0.5  # of the modules of a library


def has_library_for(row: WheelRow, cuda: str) -> bool:
    """Return whether the wheel has a library that is loaded beside a framework of this CUDA release (`12.8`): True for
    wheels without a library for each, and where only a major release is known."""
    return not row.by_cuda or "." not in cuda or _library_for(row, cuda) is not None


def _library_for(row: WheelRow, cuda: str) -> str | None:
    """The CUDA release, in digits (`128`), whose library is loaded beside a framework of this one."""
    own = cuda.replace(".", "")
    since = distributions().nearest_library_since.get(row.package)
    if own in row.by_cuda or not own.isdigit() or since is None or row.version < Version(since):
        return own if own in row.by_cuda else None
    same = sorted(int(each) for each in row.by_cuda if int(each) // 10 == int(own) // 10)
    lower = [each for each in same if each < int(own)]
    return str(lower[-1]) if lower else str(same[0]) if same else None


_OF_PTX = (Reason.PTX_ISA_TOO_NEW, Reason.JIT_DISABLED)


def _alike(said: Outcome, outcome: Outcome) -> bool:
    """Whether the two say the same: reading does not always part code of the GPU's own number from compatible code."""
    return said is outcome or (said in _RUNS_AS_IT_IS and outcome in _RUNS_AS_IT_IS)


def _answer(row: WheelRow, target: Target, cuda: str | None) -> Outcome | None:
    """What reading gave for this GPU, of the library for that CUDA release where there is one."""
    capability = str(target.capability)
    if row.by_cuda:
        own = row.by_cuda.get(_library_for(row, cuda or "") or "")
        if own is not None:
            found = own.get(capability)
            return Outcome(found) if found else None
        outcomes = [Outcome(each[capability]) for each in row.by_cuda.values() if capability in each]
        return max(outcomes, key=lambda each: each.strength, default=None)
    found = row.answers.get(capability)
    return Outcome(found) if found else None


def prevailing(row: WheelRow, target: Target) -> ModuleVerdict:
    """Return what becomes of most modules of the deciding library; the row has device code."""
    verdicts = _judged(row, target)
    counted: Counter[Outcome] = Counter()
    for verdict, modules in verdicts:
        counted[verdict.outcome] += modules
    most = max(counted, key=lambda outcome: (counted[outcome], outcome.strength))
    alike = [verdict for verdict, _ in verdicts if verdict.outcome is most]
    return max(alike, key=lambda verdict: verdict.min_driver or 0)


def _judged(row: WheelRow, target: Target) -> list[tuple[ModuleVerdict, int]]:
    """What becomes of each list of the deciding library, with the number of its modules."""
    return [(judge(target, each.module(row.ptx_isa)), each.modules) for each in row.lists]


def _driver_of_jit(row: WheelRow, target: Target) -> int | None:
    """The oldest driver that compiles what runs by JIT, which most modules are not: their PTX may want a newer one."""
    free = Target(target.id, target.name, target.capability)
    drivers = (each.min_driver for each, _ in _judged(row, free) if each.outcome is Outcome.JIT)
    return max((each for each in drivers if each is not None), default=None)


def _cuda_major(row: WheelRow, cuda: str | None) -> int | None:
    """The major release of the CUDA runtime that is loaded: of a wheel with a library for each release torch's, and
    without a torch the oldest of them."""
    releases = [int(each) for each in row.by_cuda if each.isdigit()]
    if not releases:
        return row.cuda_major
    own = _library_for(row, cuda or "")
    return int(own or min(releases)) // 10


def _held_to_driver(verdict: WheelVerdict, major: int | None) -> WheelVerdict:
    """The same, held to what a CUDA runtime of this major release asks of the driver."""
    first, driver = first_branch(verdict.target.capability) or 0, verdict.target.driver
    too_old = driver is not None and driver.branch < first and not is_before_all_known(driver)
    if (
        too_old or without_gpu(verdict.target) is Reason.DRIVER_TOO_OLD_FOR_GPU
    ) and verdict.outcome is not Outcome.FAILS:
        reason = Reason.DRIVER_TOO_OLD_FOR_GPU
        return WheelVerdict(verdict.row, verdict.target, Outcome.FAILS, reason=reason, min_driver=first)
    floor = runtime_floor(major) if major is not None else None
    if floor is None or verdict.outcome is Outcome.FAILS:
        return verdict
    windows = verdict.target.on_windows
    oldest = floor.oldest(windows=windows).parts[0]
    needed = max(verdict.min_driver or 0, oldest, first)
    if driver is not None and not takes_runtime(driver, floor, windows=windows):
        return WheelVerdict(
            verdict.row, verdict.target, Outcome.FAILS, reason=Reason.RUNTIME_NEEDS_DRIVER, min_driver=needed
        )
    return replace(verdict, min_driver=needed)
