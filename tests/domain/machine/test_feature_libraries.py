"""Libraries of single features for other GPUs, beside one that serves: a note where the rest of the package runs."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.finding import Severity
from tests.domain.machine.test_alternatives import judged
from tests.helpers.build import artifact, image, module
from tests.helpers.each_row import each_case


def library(
    path: str, *targets: str, modules: int = 1, kernels: tuple[str, ...] = ("rms_norm", "rope")
) -> BinaryArtifact:
    one = [module(*(image(each, kernels=kernels) for each in targets)) for _ in range(modules)]
    return replace(artifact(one), path=path)


MAIN = library("pkg/_C.abi3.so", "sm_80", "sm_120", modules=3)


@each_case(
    ("main", "feature", "spared"),
    [
        (MAIN, library("pkg/_C_cutlass_90a.abi3.so", "sm_90a", kernels=("hopper", "sparse")), True),
        (MAIN, library("pkg/_C_fa.abi3.so", "sm_90a", "sm_100a", modules=2), True),
        (MAIN, library("pkg/_C_fa.abi3.so", "sm_90a", modules=3), False),  # not the smaller part of the package
        (MAIN, library("pkg/_C_fa.abi3.so", "sm_90"), False),  # a plain target: an architecture was forgotten
        (MAIN, library("pkg/_C_fa.abi3.so", "sm_90a", "sm_80"), False),
        (MAIN, library("pkg/other.so", "sm_90a"), False),  # nothing in its name says that they are of one package
        (MAIN, library("else/_C_fa.so", "sm_90a"), False),
        (MAIN, library("pkg/_C_fa.a", "sm_90a"), False),  # for linkers
        (library("pkg/_C.so", "sm_80", modules=3), library("pkg/_C_fa.so", "sm_90a"), False),  # nothing serves
        (library("pkg/_C.so", "sm_90a", modules=3), library("pkg/_C_fa.so", "sm_90a"), False),  # all for one
    ],
)
def test_a_feature_for_other_gpus_is_a_note_beside_what_runs(
    main: BinaryArtifact, feature: BinaryArtifact, spared: bool
) -> None:
    said = [each for each in judged(main, feature, capability="12.0") if each.path == feature.path]
    assert [each.severity for each in said if each.id == "no-runnable-code"] == [
        Severity.NOTE if spared else Severity.ERROR
    ]


def test_the_note_says_what_serves() -> None:
    said = judged(MAIN, library("pkg/_C_fa.abi3.so", "sm_90a"), capability="12.0")
    (note,) = [each for each in said if each.path == "pkg/_C_fa.abi3.so"]
    assert note.message == "no code in this file runs on 12.0; _C.abi3.so next to it does"
    assert note.why == "all of its modules are for other GPUs, and _C.abi3.so next to it holds more that run"


def test_a_gap_in_what_serves_spares_nothing() -> None:
    holed = replace(
        artifact(
            [
                *(module(image("sm_120", kernels=("a", "b")), image("sm_80", kernels=("a", "b"))) for _ in range(4)),
                module(image("sm_80", kernels=("rms_norm", "rope"))),
            ]
        ),
        path="pkg/_C.so",
    )
    said = judged(holed, library("pkg/_C_fa.so", "sm_90a"), capability="12.0")
    assert {each.path for each in said if each.severity is Severity.ERROR} == {"pkg/_C.so", "pkg/_C_fa.so"}
