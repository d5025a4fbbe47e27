"""ik_llama.cpp, a fork of llama.cpp from the middle of 2024, whose ggml went a way of its own."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.builds.engine import BuildSystem, Marker, Native, Proof, Window
from cudacompat.engines import ggml
from cudacompat.engines.record import EngineRecord

_LISTS = "ggml/src/CMakeLists.txt:228-258 of ikawrakow/ik_llama.cpp at 8337e4cd"
_CONFIGURED = f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5: 228 CUDA sources"
_IQK = "ggml/src/iqk/iqk_common.h"  # what llama.cpp, whose project name it keeps, does not have

ENGINE = EngineRecord(
    name="ik_llama.cpp",
    title="ik_llama.cpp (ggml)",
    aliases=("ik-llama.cpp", "ik-llama-cpp", "ik_llama"),
    system=BuildSystem.CMAKE,
    repositories=("ikawrakow/ik_llama.cpp",),
    current=None,
    source=_CONFIGURED,
    unset=(
        "it asks CMake for `native`: in an image build there is no GPU, and nvcc takes its default, sm_52 up to CUDA "
        "12 and sm_75 from CUDA 13"
    ),
    native=Native(_LISTS, Window(), (("GGML_NATIVE", "OFF"),), cmake=(3, 24)),
    knobs=(replace(ggml.list_knob(Window()), source=_CONFIGURED),),
    switches=(ggml.cuda_on("GGML_CUDA", Window(), "ggml/CMakeLists.txt:117 there"),),
    fixed=(replace(ggml.NATIVE_OFF, source="ggml/CMakeLists.txt:46-57 of ikawrakow/ik_llama.cpp at 8337e4cd"),),
    env_knobs=(replace(ggml.environment_knob(Window()), source=f"{_CONFIGURED}, with this variable"),),
    dead=ggml.dead(Window(), also=(ggml.not_from_the_environment(Window()),)),
    caches=(ggml.CMAKE_CACHE,),
    products=("**/libggml.so*", "**/libggml.a", *ggml.PRODUCTS),
    markers=(Marker("CMakeLists.txt", r"project\(\s*\"llama\.cpp\"", beside=_IQK),),
    recipe=ggml.RECIPE,
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)
