"""stable-diffusion.cpp, built with CMake around a ggml of its own."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.builds.engine import BuildSystem, Effect, Marker, Proof, Window
from cudacompat.engines import ggml
from cudacompat.engines.record import EngineRecord

_LISTS = "CMakeLists.txt of leejet/stable-diffusion.cpp at 97d29908 (master-827)"
_CONFIGURED = (
    f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5, whisper.cpp v1.9.3's ggml in place of its submodule: "
    "141 CUDA sources"
)

ENGINE = EngineRecord(
    name="stable-diffusion.cpp",
    title="stable-diffusion.cpp (ggml)",
    aliases=("stable-diffusion-cpp", "sd.cpp", "sd-cpp"),
    system=BuildSystem.CMAKE,
    repositories=("leejet/stable-diffusion.cpp",),
    current=None,
    source=_CONFIGURED,
    unset=ggml.UNSET,
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window()),
    knobs=(replace(ggml.list_knob(Window()), reader="ggml's CMakeLists and CMake", source=_CONFIGURED),),
    switches=(ggml.cuda_on("SD_CUDA", Window(), f"{_LISTS}: it sets GGML_CUDA"),),
    fixed=(ggml.NATIVE_OFF,),
    env_knobs=(replace(ggml.environment_knob(Window()), source=_CONFIGURED),),
    dead=ggml.dead(Window(), also=(ggml.not_from_the_environment(Window()),)),
    hazards=(ggml.fp4_hazard(Window()),),
    removed=(ggml.gone("SD_CUBLAS", Effect.IGNORED, "SD_CUDA", Window(), f"{_LISTS}, which has no such option"),),
    rewrites=(ggml.rewrite(Window()),),
    caches=(ggml.CMAKE_CACHE,),
    products=("build/bin/sd-cli", "build/bin/sd-server", "**/libstable-diffusion.so*", *ggml.PRODUCTS),
    markers=(Marker("CMakeLists.txt", r"project\(\s*\"?stable-diffusion\"?[\s)]"),),
    recipe=ggml.RECIPE,
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)
