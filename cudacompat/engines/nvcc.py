"""nvcc called by hand, by make, or by anything that leaves the targets to it."""

from __future__ import annotations

from cudacompat.domain.builds.engine import BuildSystem, Channel, Grammar, Knob, Proof, Recipe
from cudacompat.engines import cmake as plain_cmake
from cudacompat.engines.record import EngineRecord

_SOURCE = "nvcc's manual, --generate-code and NVCC_APPEND_FLAGS; run with nvcc 13.0 and 13.5"

ENGINE = EngineRecord(
    name="nvcc",
    title="nvcc, called directly",
    aliases=("cuda", "make"),
    plain=True,
    system=BuildSystem.NVCC,
    current=None,
    source=_SOURCE,
    unset="nvcc builds for its default target: sm_52 up to CUDA 12, sm_75 from CUDA 13",
    knobs=(
        Knob("NVCC_APPEND_FLAGS", Channel.ENVIRONMENT, Grammar.GENCODE, "nvcc itself, in every call of it", _SOURCE),
    ),
    file_knobs=plain_cmake.ENGINE.knobs,
    recipe=Recipe(packages=("g++", "make"), configure=(), build=(("make",), ("make", "install", "DESTDIR=/out"))),
    proved=(("nvcc", Proof.BUILT), ("env", Proof.BUILT), ("cmake", Proof.BUILT), ("dockerfile", Proof.DOCUMENTED)),
)
