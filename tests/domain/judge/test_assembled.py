"""What an assembler says about PTX, and what becomes of the verdict that rests on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.assembled import Proofs, as_the_driver_says, assembler_target
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import FatbinEntry
from cudacompat.domain.words.verdict import ArtifactVerdict, Assembly, Outcome, PtxProof, Reason
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion
from tests.helpers.build import artifact, image, module, target
from tests.helpers.each_row import each_case
from tests.helpers.rule_case import RuleCase

GPU = "9.0"


def kept(text: str, name: str = "compute_80", kernels: tuple[str, ...] = ("k1", "k2")) -> FatbinEntry:
    return replace(image(name, kernels=kernels), text=text)


def proofs(**said: PtxProof) -> Proofs:
    release = ToolkitVersion(13, 5)
    return {
        (text, ComputeCapability.parse(GPU), None): Assembly(
            proof, release, "sm_90", said=None if proof is PtxProof.PROVED else "line 4: Not a name"
        )
        for text, proof in said.items()
    }


def judged(*entries: tuple[FatbinEntry | str, ...], said: Proofs | None) -> ArtifactVerdict:
    verdict = judge_artifact(artifact([module(*each) for each in entries]), target(GPU), said)
    assert verdict is not None
    return verdict


def facts(proof: PtxProof) -> VerdictFacts:
    return VerdictFacts(judged((kept("a"),), said=proofs(a=proof)), Policy())


def test_without_an_assembler_nothing_is_said() -> None:
    verdict = judged((kept("a"),), said=None)
    assert (verdict.outcome, verdict.modules[0].assembly) == (Outcome.JIT, None)


def test_what_compiles_stays_jit_and_is_proved() -> None:
    verdict = judged((kept("a"),), said=proofs(a=PtxProof.PROVED))
    assert verdict.outcome is Outcome.JIT
    assert len(verdict.assembled(PtxProof.PROVED)) == 1


def test_what_is_refused_fails_with_the_drivers_error() -> None:
    verdict = judged((kept("a"),), said=proofs(a=PtxProof.REFUSED))
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILS, Reason.PTX_REFUSED)
    assert verdict.modules[0].cuda_error == 218
    assert verdict.min_driver is None


def test_one_refused_text_beside_good_ones_is_partial() -> None:
    others = kept("b", kernels=("other",))
    verdict = judged((kept("a"),), (others,), said=proofs(a=PtxProof.REFUSED, b=PtxProof.PROVED))
    assert verdict.outcome is Outcome.PARTIAL


def test_ptx_that_lacks_kernels_is_asked_too() -> None:
    lacking = kept("a", kernels=("k1",))
    assert judged((lacking, "sm_75"), said=proofs(a=PtxProof.REFUSED)).outcome is Outcome.FAILS
    assert len(judged((lacking, "sm_75"), said=proofs(a=PtxProof.PROVED)).assembled(PtxProof.PROVED)) == 1


def test_machine_code_that_fits_rests_on_no_text() -> None:
    verdict = judged((kept("a"), "sm_90"), said=proofs(a=PtxProof.REFUSED))
    assert (verdict.outcome, verdict.modules[0].assembly) == (Outcome.NATIVE, None)


@pytest.mark.parametrize("entry", [image("compute_80"), kept("unknown")])
def test_a_text_of_which_nothing_is_known_is_open_and_never_proved(entry: FatbinEntry) -> None:
    verdict = judged((entry,), said=proofs(a=PtxProof.PROVED))
    assert verdict.outcome is Outcome.JIT
    assert len(verdict.assembled(PtxProof.OPEN)) == 1


@each_case(
    ("entry", "gpu", "releases", "expected"),
    [
        (image("compute_80", "8.0"), "9.0", ("12.8", "13.5"), ("13.5", "sm_90")),
        (image("compute_90a", "8.0"), "9.0", ("13.5",), ("13.5", "sm_90a")),
        (image("compute_100f", "8.8"), "10.3", ("13.5",), ("13.5", "sm_103f")),
        (image("compute_52", "8.0"), "6.1", ("12.8", "13.5"), ("12.8", "sm_61")),  # CUDA 13 builds for no such GPU
        (image("compute_52", "8.0"), "6.1", ("13.5",), "ptxas 13.5 does not build for sm_61"),
        (image("compute_80", "9.0"), "9.0", ("12.8",), "ptxas 12.8 reads PTX up to 8.7, the text is 9.0"),
        (image("compute_80", "9.0"), "9.0", ("99.0",), ("99.0", "sm_90")),  # newer than the tables: tried
        (image("compute_80", "9.0"), "9.0", (), "there is no ptxas"),
    ],
)
def test_which_assembler_is_asked(
    entry: FatbinEntry, gpu: str, releases: tuple[str, ...], expected: tuple[str, str] | str
) -> None:
    chosen = assembler_target(entry, ComputeCapability.parse(gpu), [ToolkitVersion.parse(each) for each in releases])
    assert (chosen if isinstance(chosen, str) else (str(chosen[0]), chosen[1])) == expected


@pytest.mark.parametrize(
    ("driver", "proof"), [(None, PtxProof.OPEN), ("580.65.06", PtxProof.OPEN), ("590.44.01", PtxProof.PROVED)]
)
def test_a_text_beyond_ascii_is_proved_for_drivers_that_take_it(driver: str | None, proof: PtxProof) -> None:
    answer = Assembly(PtxProof.PROVED, ToolkitVersion(13, 5), "sm_90")
    release = DriverRelease.parse(driver) if driver else None
    assert as_the_driver_says(answer, release, ascii_only=False).proof is proof
    assert as_the_driver_says(answer, release, ascii_only=True) is answer


RULE_CASES = (
    RuleCase("ptx-refused", facts(PtxProof.REFUSED), facts(PtxProof.PROVED)),
    RuleCase("ptx-unproved", facts(PtxProof.OPEN), facts(PtxProof.REFUSED)),
)
