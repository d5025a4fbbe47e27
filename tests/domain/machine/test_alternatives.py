"""Libraries of which a loader takes one: recognised by their shape, and what that makes of findings."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.app.check import judge_read
from cudacompat.domain.machine.alternatives import Alternatives, CalledOn, Loaded, recognised
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import BinaryArtifact, ReadResult
from cudacompat.domain.words.finding import Finding, Severity
from tests.helpers.build import artifact, image, module, target
from tests.helpers.each_row import each_case

KERNELS = ("quantize", "dequantize", "gemm_sm80_f16")


def library(path: str, *targets: str, kernels: tuple[str, ...] = KERNELS) -> BinaryArtifact:
    return replace(artifact([module(*(image(each, kernels=kernels) for each in targets))]), path=path)


def groups(*paths: str, kernels: tuple[str, ...] = KERNELS) -> list[tuple[str, ...]]:
    return [group.libraries for group in recognised([library(path, "sm_80", kernels=kernels) for path in paths])]


def judged(*libraries: BinaryArtifact, capability: str, loaded: Loaded | None = None) -> list[Finding]:
    read = ReadResult(libraries, (), len(libraries), 0, ())
    return list(judge_read(read, (target(capability),), Policy(), loaded=loaded).findings)


def told(findings: list[Finding]) -> list[tuple[Severity, str, str]]:
    return [(f.severity, f.path or "", f.message) for f in findings]


@each_case(
    "paths",
    [
        ("pkg/libq_cuda118.so", "pkg/libq_cuda130.so"),
        ("w.whl!/pkg/libq_cu121.so", "w.whl!/pkg/libq_cu124.so"),
        ("pkg/libq-cuda11.so", "pkg/libq-cuda12.so", "pkg/libq-cuda13.so"),
        ("pkg/libq_cuda12.4.so.1", "pkg/libq_cuda12.8.so.1"),
        ("pkg/q_sm80.cubin", "pkg/q_sm90a.cubin"),
        ("pkg/_C_gemm_90a.abi3.so", "pkg/_C_gemm_100a.abi3.so"),
        ("pkg/sm90/ops.abi3.so", "pkg/sm100/ops.abi3.so"),
        ("lib/cuda_v12/libq.so", "lib/cuda_v13/libq.so"),
        ("C:\\pkg\\q_cuda118.dll", "C:\\pkg\\q_cuda128.dll"),
    ],
)
def test_names_or_folders_that_differ_in_a_release_or_an_architecture(paths: tuple[str, ...]) -> None:
    assert groups(*paths) == [paths]


@each_case(
    "paths",
    [
        ("pkg/libq_a.so", "pkg/libq_b.so"),  # no number at all
        ("pkg/flash_2_cuda.so", "pkg/flash_3_cuda.so"),  # versions of an algorithm
        ("a/libq_cuda118.so", "b/libq_cuda130.so"),  # of two packages
        ("cuda-12.4/lib/libq.so", "cuda-13.0/lib/libq.so"),  # two toolkits
        ("pkg/libq_64.so", "pkg/libq_32.so"),  # whatever these are
        ("pkg/cu11.so", "pkg/cu12.so"),  # nothing in their names is the same
        ("pkg/libq_cuda118.so", "pkg/libq_sm90.so"),  # a release and an architecture
        ("pkg/libq_cuda118.a", "pkg/libq_cuda130.a"),  # nothing that is loaded
        ("bin/run_cuda118", "bin/run_cuda130"),  # programs
        ("pkg/libq_cuda118.so",),
        ("pkg/q_sm90.cubin", "pkg/q_sm90a.cubin"),  # of one architecture, and both may be loaded
    ],
)
def test_what_may_be_loaded_side_by_side_is_no_group(paths: tuple[str, ...]) -> None:
    assert groups(*paths) == []


def test_other_kernels_make_other_libraries_whatever_their_names() -> None:
    some = library("pkg/libq_cuda118.so", "sm_80", kernels=("a", "b", "c", "d"))
    other = library("pkg/libq_cuda130.so", "sm_80", kernels=("a", "x", "y", "z"))
    assert recognised([some, other]) == ()
    unread = library("pkg/libq_cuda130.so", "sm_80", kernels=())
    assert recognised([unread, replace(unread, path="pkg/libq_cuda118.so")]) == ()


def test_kernels_are_the_same_but_for_numbers_in_their_names() -> None:
    some = library("pkg/q_sm80.so", "sm_80", kernels=("_Z9gemm_sm80v", "_Z9copy_sm80v"))
    other = library("pkg/q_sm100.so", "sm_100", kernels=("_Z10gemm_sm100v", "_Z10copy_sm100v"))
    (group,) = recognised([some, other])
    assert group.architectures == (80, 100)
    assert group.evidence == (
        "2 libraries differ in the architecture that their names say and share 2 kernels: a loader takes one"
    )


def test_one_alternative_serves_so_the_others_are_one_note() -> None:
    said = judged(
        library("pkg/libq_cuda118.so", "sm_80"),
        library("pkg/libq_cuda124.so", "sm_90"),
        library("pkg/libq_cuda130.so", "sm_90", "sm_120"),
        capability="12.0",
    )
    (note,) = [f for f in said if f.id == "no-runnable-code"]
    assert (note.severity, note.path) == (Severity.NOTE, "pkg/libq_cuda118.so")
    assert note.message == (
        "no code in this file runs on 12.0 (nor libq_cuda124.so); its alternative libq_cuda130.so does"
    )
    assert note.why == (
        "3 libraries differ in the CUDA release that their names say and share 3 kernels: a loader takes one"
    )
    assert all(f.severity is not Severity.ERROR for f in said)


def test_where_none_serves_the_group_has_one_error() -> None:
    said = judged(library("pkg/libq_cuda118.so", "sm_80"), library("pkg/libq_cuda130.so", "sm_90"), capability="12.0")
    (error,) = [f for f in said if f.severity is Severity.ERROR]
    assert error.message == "no code in this file runs on 12.0; nor does its alternative"
    assert "share 3 kernels" in (error.why or "")


def test_an_alternative_of_another_file_forgives_nothing_else() -> None:
    said = judged(
        library("pkg/libq_cuda118.so", "sm_80"),
        library("pkg/libq_cuda130.so", "sm_120"),
        library("pkg/libother.so", "sm_80"),
        capability="12.0",
    )
    assert [f.path for f in said if f.severity is Severity.ERROR] == ["pkg/libother.so"]


def test_the_one_made_for_this_gpu_has_to_run_whatever_its_alternatives_do() -> None:
    said = judged(library("pkg/q_sm80.so", "compute_80"), library("pkg/q_sm90.so", "sm_100"), capability="9.0")
    assert [f.path for f in said if f.severity is Severity.ERROR] == ["pkg/q_sm90.so"]


def test_a_hole_in_the_only_alternative_that_runs_in_part_is_an_error() -> None:
    holed = artifact([module(image("sm_120", kernels=KERNELS)), module(image("sm_80", kernels=("rms_norm", "rope")))])
    said = judged(
        library("pkg/libq_cuda118.so", "sm_80"), replace(holed, path="pkg/libq_cuda130.so"), capability="12.0"
    )
    assert [f.severity for f in said].count(Severity.ERROR) == 1


class TestKnownLoaders:
    OLD = library("pkg/q_cuda118.so", "compute_80")
    NEW = library("pkg/q_cuda130.so", "sm_90")
    GROUP = Alternatives(("pkg/q_cuda118.so", "pkg/q_cuda130.so"), "as its loader says")

    def test_only_the_loaded_one_counts(self) -> None:
        takes_new = Loaded((replace(self.GROUP, loaded="pkg/q_cuda130.so"),))
        assert [(f.severity, f.path) for f in judged(self.OLD, self.NEW, capability="12.0", loaded=takes_new)] == [
            (Severity.ERROR, "pkg/q_cuda130.so")
        ]
        takes_old = Loaded((replace(self.GROUP, loaded="pkg/q_cuda118.so"),))
        said = judged(self.OLD, self.NEW, capability="12.0", loaded=takes_old)
        assert [f.severity for f in said if f.path == "pkg/q_cuda130.so"] == [Severity.NOTE]

    def test_what_is_not_loaded_is_quiet_unless_undecided(self) -> None:
        takes_new = Loaded((replace(self.GROUP, loaded="pkg/q_cuda130.so"),))
        said = judged(self.OLD, library("pkg/q_cuda130.so", "sm_120"), capability="12.0", loaded=takes_new)
        assert told([f for f in said if f.path == "pkg/q_cuda118.so"]) == []

    def test_what_is_undecided_stays_so(self) -> None:
        takes_new = Loaded((replace(self.GROUP, loaded="pkg/q_cuda130.so"),))
        unread = replace(
            artifact([module(image("sm_80", kernels=None)), module(image("compute_90", "99.0"))]),
            path="pkg/q_cuda118.so",
        )
        said = judged(unread, library("pkg/q_cuda130.so", "sm_120"), capability="12.0", loaded=takes_new)
        assert "undecided" in {f.id for f in said}

    def test_the_note_says_what_is_loaded_and_not_that_it_runs(self) -> None:
        takes_old = Loaded((replace(self.GROUP, loaded="pkg/q_cuda118.so"),))
        open_ = replace(artifact([module(image("compute_80", "99.0"))]), path="pkg/q_cuda118.so")
        said = judged(open_, self.NEW, capability="12.0", loaded=takes_old)
        (note,) = [f for f in said if f.path == "pkg/q_cuda130.so"]
        assert note.message == "no code in this file runs on 12.0; q_cuda118.so is loaded instead"

    def test_where_none_is_for_what_is_looked_for_the_files_say_nothing(self) -> None:
        none = Loaded((replace(self.GROUP, none_for="CUDA 14.0"),))
        assert judged(self.OLD, self.NEW, capability="7.5", loaded=none) == []

    def test_a_library_that_is_not_used_on_this_gpu(self) -> None:
        only = Loaded(called_on=(CalledOn("pkg/hopper.so", ((90, 90),), "called on Hopper only"),))
        hopper = library("pkg/hopper.so", "sm_90a")
        (note,) = [f for f in judged(hopper, capability="8.0", loaded=only) if f.id == "no-runnable-code"]
        assert (note.severity, note.message, note.why) == (
            Severity.NOTE,
            "no code in this file runs on 8.0, and is not used there",
            "called on Hopper only",
        )
        broken = library("pkg/hopper.so", "sm_80")
        assert Severity.ERROR in {f.severity for f in judged(broken, capability="9.0", loaded=only)}

    def test_libraries_that_are_not_used_for_one_reason_have_one_note_and_serve_for_no_other(self) -> None:
        unused = ("pkg/q_cuda118.so", "pkg/q_cuda130.so")
        only = Loaded((self.GROUP,), tuple(CalledOn(path, ((90, 99),), "called on Hopper only") for path in unused))
        old, new = library(unused[0], "sm_90"), library(unused[1], "sm_90")
        (note,) = [f for f in judged(old, new, capability="8.0", loaded=only) if f.id == "no-runnable-code"]
        assert note.severity is Severity.NOTE
        assert note.message == "no code in this file runs on 8.0 (nor q_cuda130.so), and is not used there"
        other = Loaded((self.GROUP,), (CalledOn(unused[1], ((90, 99),), "called on Hopper only"),))
        broken, idle = library(unused[0], "sm_90"), library(unused[1], "sm_80")
        assert Severity.ERROR in {f.severity for f in judged(broken, idle, capability="8.0", loaded=other)}
