"""koboldcpp by its CMake build, which makes the library with CUDA that koboldcpp.py loads.

It installs nothing, so there is no recipe for an image."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.builds.engine import BuildSystem, DeadSetting, Marker, Proof, Switch, Window
from cudacompat.domain.builds.setting_facts import Channel
from cudacompat.engines import ggml
from cudacompat.engines.record import EngineRecord

_LISTS = "CMakeLists.txt:44,85-147 of LostRuins/koboldcpp at v1.76 (2da346a5)"
_CONFIGURED = f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5: 73 CUDA sources"
_MAKEFILE = "Makefile:190-209 of LostRuins/koboldcpp at v1.76"

ENGINE = EngineRecord(
    name="koboldcpp",
    title="koboldcpp (ggml)",
    aliases=("kobold.cpp", "kobold-cpp"),
    system=BuildSystem.CMAKE,
    repositories=("lostruins/koboldcpp",),
    current="1.76",
    source=_CONFIGURED,
    unset="its CMakeLists takes 52;61;70;75, of which CUDA 13 has 75 alone; its Makefile calls nvcc with -arch=native",
    knobs=(replace(ggml.list_knob(Window()), reader="its CMakeLists and CMake", source=_CONFIGURED),),
    switches=(
        Switch(
            name="LLAMA_CUBLAS",
            channel=Channel.DEFINE,
            reader="its CMakeLists",
            source=_LISTS,
            unset_is_on=True,
        ),
    ),
    env_knobs=(replace(ggml.environment_knob(Window()), source=_CONFIGURED),),
    dead=(
        ggml.not_from_the_environment(Window()),
        DeadSetting(
            "CUDA_DOCKER_ARCH",
            "its Makefile alone reads it, for one architecture (make LLAMA_CUBLAS=1 CUDA_DOCKER_ARCH=sm_120)",
            _MAKEFILE,
            "its Makefile",
        ),
        DeadSetting.unread("GGML_CUDA", f"{_LISTS}, where the option is LLAMA_CUBLAS", "ggml's own CMakeLists"),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _LISTS, "PyTorch and its extensions"),
    ),
    caches=(ggml.CMAKE_CACHE,),
    products=("**/koboldcpp_cublas*.so", "**/koboldcpp_cublas*.dll"),
    markers=(Marker("CMakeLists.txt", r"project\(\s*\"llama\.cpp\"", beside="koboldcpp.py"),),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)
