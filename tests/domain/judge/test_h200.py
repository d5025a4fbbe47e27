"""The judge and the readers, held to what a real driver did: NVIDIA H200, driver 580.159.04, every file of the record
in every mode of its JIT. Each kernel has to run where we say so, from the image that we say is picked, and to fail
with the error that our reason stands for."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cudacompat.app.inputs.targets import jit_from
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import FatbinEntry, ReadResult
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, JitPolicy, ModuleVerdict, Outcome, Target
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers import h200
from tests.helpers.each_row import each_row
from tests.helpers.h200 import Answer, Case

# Where "undecided" is right, and why it is not told. Every other case has to be decided.
OPEN = {
    "header/header-sm_90-cubin-sm_80*": "its header contradicts its payload",
    "header/header-sm_90-cubin-sm_120": "its header contradicts its payload",
    "header/header-sm_8*-cubin-sm_90*": "its header contradicts its payload",
    "header/header-compute_*-text-*": "its header contradicts its payload",
    "ptx-choice/compute_80a-flag*": "its header contradicts its payload",
    "kind/kind-elf-payload-ptx": "its header contradicts its payload",
    "kind/kind-ptx-payload-cubin": "its header contradicts its payload",
    "kind/kind-0x*": "an image of a kind that no compiler writes and the driver knows what to do with",
    "nvcc/lto_90": "LTO-IR alone is not checked",
    "nvfatbin/lto_[89]0": "LTO-IR alone is not checked",
    "*unresolved*": "lazily loaded one kernel fails, eagerly all",
    "outside/sm_90-relocatable-*": "lazily loaded one kernel fails, eagerly all",
    "outside/compute_80-relocatable-function-outside": "waits for a link",
    "outside/compute_80-text-device-runtime": "waits for a link",
    "outside/compute_80*-variable*": "runs, but what is in a variable that nobody defines",
    "program/relink-*-without-ptx": "which unit defines the function that another calls is not read",
    "program/relink-two-kernels-one-calls": "which unit defines the function that another calls is not read",
    "damaged/*": "damaged",
}
# Decided all the same: within those patterns, what must not be undecided.
DECIDED = (
    "kind/kind-0x20+sm_90",
    "kind/kind-0x10+sm_90",
    "kind/kind-0x80+compute_80",
    "kind/kind-0x40-ptx-compute_80",
    "kind/kind-0x100*",
    "outside/sm_90-relocatable-malloc",
    "outside/sm_90-relocatable-free",
    "outside/sm_90-relocatable-function-inside",
    "outside/compute_80-text-unused-variable",
    "damaged/fatbin-after-fatbin*",
    "damaged/fatbin-size-hides-second",
    "damaged/*-trailing-noise",
    "damaged/ptx-comments-first",
    "damaged/ptx-target-modifier",
    "damaged/ptx-crlf",
)
# What only a compiler of PTX can see. Said green and failing: no other case may be.
INVISIBLE = {"damaged/ptx-syntax-error"}
# The driver loads it no better than garbage, but the program that knows its container finds the fatbin in it.
CONTAINED = {"damaged/fatbin-8-zeros-before"}


def matches(case: Case, patterns: object) -> bool:
    return any(fnmatch.fnmatchcase(case.id, pattern) for pattern in patterns)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("h200")
    h200.unpack(folder)
    return folder


@functools.cache
def read(path: Path, kernels: bool = True) -> ReadResult:
    return read_paths([str(path)], kernels=kernels)


@functools.cache
def judged(path: Path, jit: JitPolicy) -> ArtifactVerdict | None:
    machine = h200.record().machine
    capability = ComputeCapability.parse(machine["compute_capability"])
    target = Target("gpu", machine["name"], capability, DriverRelease.parse(machine["driver"]), jit)
    result = read(path)
    if not result.artifacts:
        return None
    (artifact,) = result.artifacts
    return judge_artifact(artifact, target)


@dataclass(frozen=True)
class Prediction:
    """What we say of one kernel: the verdict of the module that holds it, `None` where none does."""

    kernel: str
    verdict: ModuleVerdict | None

    @property
    def undecided(self) -> bool:
        return self.verdict is not None and self.verdict.outcome is Outcome.UNDECIDED

    @property
    def runs(self) -> bool:
        if self.verdict is None:
            return False
        if self.kernel in self.verdict.missing:
            return False
        return self.verdict.outcome.runs or self.verdict.outcome is Outcome.PARTIAL


def predictions(case: Case, path: Path, jit: JitPolicy) -> list[Prediction]:
    verdict = judged(path, jit)
    modules = verdict.modules if verdict is not None else ()
    found = []
    for kernel in case.asked:
        holding = [v for v in modules if kernel in v.module.kernels]
        assert len(holding) <= 1, (case.id, kernel, holding)
        # where names could not be read, the module that is damaged or unread speaks for all
        blind = [v for v in modules if v.outcome is Outcome.UNDECIDED]
        found.append(Prediction(kernel, holding[0] if holding else blind[0] if blind else None))
    return found


@each_row("case", h200.record().cases, lambda case: case.id)
def test_every_kernel_does_what_we_say(case: Case, files: Path) -> None:
    for mode, environment in h200.record().modes.items():
        if not case.was_asked(mode):
            continue
        answers = case.answers(mode)
        for said in predictions(case, files / case.file, jit_from(environment)):
            context = (case.id, mode, said, answers)
            if answers is None:  # the driver crashed or hung: anything but good
                assert not said.runs, context
                continue
            answer = answers[said.kernel]
            if said.undecided:
                assert matches(case, OPEN), context
                assert "forced" in mode or not matches(case, DECIDED), context
            elif said.runs and case.id in INVISIBLE | CONTAINED:
                assert not answer.ran, context
            elif case.id in CONTAINED:
                assert answer.error == 200, context
            elif said.runs:
                assert answer.ran, context
                assert from_the_image_we_say(case, said, answer), context
            else:
                assert answer.error in errors(said), context


def errors(said: Prediction) -> set[int]:
    """The errors that fit what we say."""
    verdict = said.verdict
    if verdict is None:  # no such kernel, or no device code at all
        return {200, 209, 218, 223, 300, 500, 999}
    if verdict.outcome is Outcome.PARTIAL or said.kernel in verdict.missing:
        return {500}
    assert verdict.cuda_error is not None, verdict
    if verdict.module.bare and verdict.module.entries[0].kind is CodeKind.PTX and verdict.cuda_error == 218:
        return {218, 222, 223}  # the compiler's first complaint about a text that is for another GPU anyway
    return {verdict.cuda_error}


def from_the_image_we_say(case: Case, said: Prediction, answer: Answer) -> bool:
    verdict = said.verdict
    assert verdict is not None
    if verdict.relinked:
        return True  # several units, each with an image of its own
    (index,) = (n for n, entry in enumerate(verdict.module.entries, 1) if entry is verdict.picked)
    assert verdict.picked is not None
    assert verdict.picked.target is not None
    if case.images is not None or case.units is not None:
        return answer.tag == index
    number = verdict.picked.target.number
    # machine code of nvcc may come through PTX of a lower target
    return answer.compiled_for == number or (verdict.picked.kind is CodeKind.SASS and answer.compiled_for < number)


@each_row("case", h200.record().cases, lambda case: case.id)
def test_the_file_as_a_whole(case: Case, files: Path) -> None:
    """The artifact's outcome follows from what its kernels did, whatever the modules are."""
    for mode in ("default", "jit-disabled", "jit-forced"):
        verdict = judged(files / case.file, jit_from(h200.record().modes[mode]))
        answers = case.answers(mode)
        if verdict is None or verdict.outcome is Outcome.UNDECIDED or case.id in INVISIBLE | CONTAINED:
            continue
        assert answers is not None, case.id
        # what is no fault of the file, or perhaps none, is told apart, and does not run
        special = {
            name
            for v in verdict.modules
            for name in (v.module.kernels if v.outcome in (Outcome.SPECIAL, Outcome.UNCLEAR) else v.missing)
            if v.evidence is not None
        }
        assert not any(answers[name].ran for name in special), (case.id, mode, verdict)
        ran = [answer.ran for name, answer in answers.items() if name not in special or len(special) == len(answers)]
        if all(ran):
            assert verdict.outcome.runs, (case.id, mode, verdict)
        elif any(ran):
            assert verdict.outcome is Outcome.PARTIAL, (case.id, mode, verdict)
        else:
            assert verdict.outcome is Outcome.FAILS, (case.id, mode, verdict)
        assert verdict.basis is Basis.MEASURED


def test_what_is_open_is_listed_and_what_is_listed_is_open(files: Path) -> None:
    open_cases = {
        case.id
        for case, mode in h200.asked()
        if any(said.undecided for said in predictions(case, files / case.file, jit_from(h200.record().modes[mode])))
    }
    for pattern in OPEN:
        assert fnmatch.filter(open_cases, pattern), f"nothing is open any more about {pattern}"
    every = [case.id for case in h200.record().cases]
    for pattern in DECIDED:
        assert fnmatch.filter(every, pattern), pattern
    # undecided is the exception: of what compilers and fatbin writers make soundly, hardly anything
    sound = [case for case in h200.record().cases if case.group not in ("damaged", "header", "kind")]
    assert len([case for case in sound if case.id in open_cases]) <= 26
    assert len(sound) >= 350


def test_nothing_that_fails_is_called_good(files: Path) -> None:
    """The false green, counted over all cases and modes: none but what only a compiler of PTX can see."""
    green = set()
    for case, mode in h200.asked():
        answers = case.answers(mode)
        for said in predictions(case, files / case.file, jit_from(h200.record().modes[mode])):
            if said.runs and (answers is None or not answers[said.kernel].ran):
                green.add(case.id)
    assert green == INVISIBLE | CONTAINED


def test_the_record_is_whole(files: Path) -> None:
    record = h200.record()
    assert (record.machine["name"], record.machine["compute_capability"]) == ("NVIDIA H200", "9.0")
    assert len(record.cases) >= 456
    failing = [case for case in record.cases if not any(a.ran for a in (case.answers("default") or {}).values())]
    running = [case for case in record.cases if all(a.ran for a in (case.answers("default") or NONE).values())]
    assert len(failing) >= 170
    assert len(running) >= 230
    groups = Counter(case.group for case in record.cases)
    assert groups["program"] >= 52
    assert len(groups) >= 20
    truth = json.loads((h200.DATA / "truth.json").read_text())
    for row in truth["cases"]:
        assert hashlib.sha256((files / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["id"]


NONE = {"": Answer(1, None)}


# -- the variables


def test_the_variables_that_force_and_forbid_the_jit() -> None:
    """Per recorded environment, the policy that jit_from gives is the one that the two cases tell apart."""
    record = h200.record()
    both, only_ptx = (
        next(case for case in record.cases if case.id == name)
        for name in ("sass-over-ptx/sm_90-12.4+compute_90-isa-8.0-12", "ptx-only/compute_80-isa-8.7")
    )
    tried = Counter[JitPolicy]()
    for mode, environment in record.modes.items():
        (first,) = (both.answers(mode) or {}).values()
        (second,) = (only_ptx.answers(mode) or {}).values()
        ignores_machine_code = not first.ran or first.tag == 2
        expected = {
            (False, 0): JitPolicy.NORMAL,
            (True, 0): JitPolicy.FORCED,
            (False, 223): JitPolicy.DISABLED,
            (True, 223): JitPolicy.FORCED_AND_DISABLED,
        }[ignores_machine_code, second.error]
        assert jit_from(environment) is expected, (mode, environment)
        tried[expected] += 1
    assert set(tried) == set(JitPolicy)
    assert tried.total() >= 27


# -- what inspect reads


def expected_kind(image: dict[str, object]) -> CodeKind:
    header = image.get("header", {})
    assert isinstance(header, dict)
    usual = {"sass": 2, "ptx": 1}[str(image["kind"])]
    kinds = {1: CodeKind.PTX, 2: CodeKind.SASS, 8: CodeKind.LTO_IR, 0x40: CodeKind.PTX, 0x80: CodeKind.TILE_IR}
    return kinds.get(int(header.get("kind", usual)), CodeKind.UNKNOWN)


def expected_target(image: dict[str, object], *, kernels: bool) -> str:
    """As the header says; where it leaves the suffix out and the text is read, as the text says."""
    header = image.get("header", {})
    assert isinstance(header, dict)
    found = re.fullmatch(r"(?:sm|compute)_(\d+)([af]?)", str(image["target"]))
    assert found is not None
    number, suffix = header.get("arch", found[1]), header.get("suffix", found[2])
    suffix = found[2] if kernels and image["kind"] == "ptx" and not suffix else suffix
    prefix = {CodeKind.SASS: "sm", CodeKind.PTX: "compute", CodeKind.TILE_IR: "tile"}[expected_kind(image)]
    return f"{prefix}_{number}{suffix}"


def check_entry(entry: FatbinEntry, image: dict[str, object], context: object, *, bare: bool, kernels: bool) -> None:
    kind = expected_kind(image)
    assert entry.kind is kind, context
    assert entry.compression.value == str(image["compression"]).removesuffix("-frame"), context
    if kind is CodeKind.UNKNOWN:
        assert entry.target is None, context
        return
    assert str(entry.target) == expected_target(image, kernels=kernels), context
    if image["kind"] == "ptx" and kind is CodeKind.PTX and (kernels or "version" not in image.get("header", {})):  # type: ignore[operator]
        assert str(entry.ptx_isa) == image["ptx_isa"], context
    if image["kind"] == "sass" and (bare or entry.toolkit is not None):
        assert str(entry.toolkit) == image["toolkit"], context
    matching = (image["kind"], kind) in (("sass", CodeKind.SASS), ("ptx", CodeKind.PTX))
    if not kernels or not matching:
        assert entry.kernels is None, context
        return
    assert set(entry.kernels or ()) == set(image["kernels"]), context  # type: ignore[call-overload]
    assert bool(entry.unresolved) == ("unresolved" in image), context


@pytest.mark.parametrize("kernels", [True, False])
def test_the_images_of_every_file(files: Path, kernels: bool) -> None:
    seen = 0
    for case in h200.record().cases:
        if case.images is None:
            continue
        (artifact,) = read(files / case.file, kernels).artifacts
        (module,) = artifact.modules
        assert len(module.entries) == len(case.images), case.id
        assert module.bare == case.group.startswith("bare-"), case.id
        for entry, image in zip(module.entries, case.images, strict=True):
            check_entry(entry, image, (case.id, entry, image), bare=module.bare, kernels=kernels)
            seen += 1
    assert seen >= 460


def test_the_images_of_every_translation_unit(files: Path) -> None:
    seen = 0
    for case in h200.record().cases:
        if case.units is None:
            continue
        (artifact,) = read(files / case.file).artifacts
        modules = [module for module in artifact.modules if module.section == ".nv_fatbin"]
        assert len(modules) == len(case.units), case.id
        units = {tuple(sorted(n for i in unit for n in i["kernels"])): unit for unit in case.units.values()}
        for module in modules:
            names = tuple(sorted(n for entry in module.entries for n in entry.kernels or ()))
            for entry, image in zip(module.entries, units[names], strict=True):
                check_entry(entry, image, (case.id, entry, image), bare=False, kernels=True)
                seen += 1
    assert seen >= 30


def test_what_compilers_were_told_to_make_is_there(files: Path) -> None:
    """nvcc's and nvFatbin's files, by the flags that made them."""
    seen = 0
    for case in h200.record().cases:
        if case.group not in ("nvcc", "nvfatbin"):
            continue
        (artifact,) = read(files / case.file).artifacts
        found = {str(entry.target) for module in artifact.modules for entry in module.entries}
        wanted = set(re.findall(r"\b(?:sm|compute|lto)_\d+[af]?\b", re.sub(r"arch=compute_\w+,code=", "", case.build)))
        if "-arch=sm_90a" in case.build:
            wanted |= {"compute_90", "compute_90a"}
        if wanted:
            assert found == wanted, case.id
            seen += 1
    assert seen >= 26
