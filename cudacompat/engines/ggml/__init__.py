"""ggml, and what every build of its CUDA backend has in common: whisper.cpp, llama.cpp and their bindings.

Read at ggml-org/ggml d99724f2 (v0.21.0), ggml-org/whisper.cpp 371b5a75 (v1.9.3) and in their histories; lines marked as
run were run with nvcc 13.0 or 13.5 and CMake 3.25 to 4.4 on a machine without a GPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadKind,
    DeadSetting,
    Effect,
    Grammar,
    Hazard,
    Knob,
    LogName,
    Marker,
    Native,
    OwnList,
    Proof,
    Purpose,
    Recipe,
    RenamedOption,
    RequiredSetting,
    Rewrite,
    Switch,
    Window,
)
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign

CMAKELISTS = "ggml/src/ggml-cuda/CMakeLists.txt at ggml-org/whisper.cpp v1.9.3"

# RULE_LAUNCH_COMPILE for all languages: ggml/src/CMakeLists.txt:69-87 at ggml-org/whisper.cpp v1.9.3
FINDS_CCACHE = "GGML_CCACHE"

UNSET = (
    "ggml asks CMake for `native`; in an image build there is no GPU, CMake 3.28 and newer pass -arch=native on, and "
    "nvcc warns and takes its default: sm_52 up to CUDA 12, sm_75 from CUDA 13"
)

NATIVE_OFF = RequiredSetting(
    "GGML_NATIVE",
    "OFF",
    Channel.DEFINE,
    "ggml's CMakeLists",
    "no -march=native for the CPU half, and no `native` for the GPUs, on a machine that is not the target",
    "ggml/CMakeLists.txt:105-123 at ggml-org/whisper.cpp v1.9.3",
    purpose=Purpose.PORTABLE,
)


def cpu_variants(window: Window, source: str) -> tuple[RequiredSetting, ...]:
    """Return what builds the CPU half once for each generation of processors; its programs choose when they start."""
    why = "the CPU half for each generation of processors, of which the program loads the best that its machine has"
    apart = "backends as separate libraries next to the program, which CPU variants are"
    return tuple(
        RequiredSetting(name, "ON", Channel.DEFINE, "ggml's CMakeLists", said, source, window, Purpose.PORTABLE)
        for name, said in (("GGML_BACKEND_DL", apart), ("GGML_CPU_ALL_VARIANTS", why))
    )


def cuda_on(name: str, window: Window, source: str) -> Switch:
    """Return the option that switches the CUDA backend on, under the name of these versions."""
    return Switch(name=name, channel=Channel.DEFINE, reader="its CMakeLists", source=source, window=window)


def gone(
    name: str, effect: Effect, now: str | None, window: Window, source: str, *, by_make: bool = False
) -> RenamedOption:
    """Return an option that once switched the CUDA backend on, and what these versions do with it."""
    why = {
        Effect.STOPS: "the build stops at it",
        Effect.IGNORED: "nothing in this version reads it: the build has no CUDA, and runs on the CPU",
        Effect.WARNED: "it still works, with a warning that it will go",
    }
    return RenamedOption(name, effect, now, why[effect], source, window, by_make)


def native(window: Window, off: tuple[tuple[str, str | None], ...] = ()) -> Native:
    """Return that ggml asks CMake 3.24 and newer for `native` where CUDA is 11.6 or newer."""
    return Native(
        f"{CMAKELISTS}; ggml/CMakeLists.txt:105-123 there; run with CMake 3.25 to 4.4 without a GPU",
        window,
        (("GGML_NATIVE", "OFF"), ("SOURCE_DATE_EPOCH", None), *off),
        cmake=(3, 24),
        cuda=ToolkitVersion(11, 6),
    )


_BEFORE_13, _SINCE_11_8, _SINCE_12_8, _SINCE_12_9 = Window(None, "13.0"), Window("11.8"), Window("12.8"), Window("12.9")
_ROOMY = (("50-virtual;61-virtual;70-virtual", _BEFORE_13), ("75-virtual;80-virtual;86-real", Window()))
_WITH_BLACKWELL = (("120a-real", _SINCE_12_8), ("121a-real", _SINCE_12_9))
# What ggml's CMakeLists take for want of a list, oldest first, by the tag of whisper.cpp that has it first: read there.
OWN_LISTS: Mapping[str, tuple[tuple[str, Window], ...]] = {
    "1.5.3": (("52;61;70", Window()),),
    "1.7.0": (("52;61;70;75", Window()),),
    "1.7.5": (("50;61;70;75;80", Window()),),
    "1.7.6": (("50-virtual;61-virtual;70-virtual;75-virtual;80-virtual;86-real", Window()), ("89-real", _SINCE_11_8)),
    "1.8.0": (*_ROOMY, ("89-real", _SINCE_11_8)),
    "1.8.3": (*_ROOMY, ("89-real", _SINCE_11_8), *_WITH_BLACKWELL),
    "1.8.5": (*_ROOMY, ("89-real;90-virtual", _SINCE_11_8), *_WITH_BLACKWELL),
}


def own_list(of: str, window: Window) -> OwnList:
    """Return the list that ggml takes by itself as it is in whisper.cpp from `of` on, for these versions of an
    engine that holds it."""
    source = f"CMakeLists.txt, ggml/src/CMakeLists.txt or ggml/src/ggml-cuda/CMakeLists.txt of whisper.cpp v{of}"
    return OwnList(source, window, OWN_LISTS[of], ("GGML_CUDA_F16", "GGML_CUDA_DMMV_F16", "WHISPER_CUDA_F16"))


def dead(window: Window, *, also: tuple[DeadSetting, ...] = ()) -> tuple[DeadSetting, ...]:
    """Return the variables that people set for ggml and that nothing in its build reads."""
    searched = "no hit in the history of whisper.cpp, ggml, llama.cpp and whisper-rs"
    return (
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", searched, "PyTorch and its extensions", window),
        DeadSetting.unread("CUDA_ARCH_LIST", searched, "CTranslate2, only as -D", window),
        DeadSetting(
            "GGML_CUDA_COMPUTE_CAPABILITY",
            "no known program reads it",
            searched,
            window=window,
            kind=DeadKind.NOBODYS,
        ),
        *also,
    )


def fp4_hazard(window: Window) -> Hazard:
    """Return why NVCC_APPEND_FLAGS with a plain 12X breaks builds of ggml since December 2025."""
    return Hazard(
        "NVCC_APPEND_FLAGS",
        "appending a plain compute_12X breaks this build: its FP4 kernels need 12Xa, and ptxas stops with "
        "\"Feature '.kind::mxf4' not supported on .target 'sm_120'\"",
        "run with nvcc 13.0 on v1.9.3; ggml-org/llama.cpp#18361",
        (12,),
        window,
    )


def rewrite(window: Window) -> Rewrite:
    """Return ggml's own rewriting of 12X to 12Xa."""
    return Rewrite(12, "a", f"{CMAKELISTS}; ggml-org/llama.cpp#18361, #18457", window)


def list_knob(window: Window) -> Knob:
    """Return CMake's own list, as these versions read it."""
    return Knob(
        "CMAKE_CUDA_ARCHITECTURES",
        Channel.DEFINE,
        Grammar.CMAKE,
        "ggml's CMakeLists and CMake",
        CMAKELISTS + "; configured with CMake 4.4 and nvcc 13.5",
        window,
    )


def environment_knob(window: Window) -> Knob:
    """Return the variable from which CMake takes that list."""
    return Knob(
        "CUDAARCHS",
        Channel.ENVIRONMENT,
        Grammar.CMAKE,
        "CMake 3.20 and newer, at the first configure of a build directory only",
        "ggml sets the list before it enables the language, and this variable still wins; run with CMake 3.25 and 4.4",
        window,
    )


def not_from_the_environment(window: Window) -> DeadSetting:
    """Return the variable that people set for CMake and that CMake does not read."""
    return DeadSetting(
        "CMAKE_CUDA_ARCHITECTURES in the environment",
        "CMake does not read a variable of this name from the environment (it reads CUDAARCHS, once)",
        "run with CMake 3.25 and 4.4",
        None,
        window,
    )


def twice_hazard(window: Window) -> Hazard:
    """Return what NVCC_APPEND_FLAGS does beside a list that is complete."""
    return Hazard(
        "NVCC_APPEND_FLAGS",
        "it would add every target a second time, next to CMake's list",
        "run with nvcc 13.0",
        (),
        window,
    )


CMAKE_CACHE = Cache(
    "CMakeCache.txt",
    "CMake keeps the list from its cache once the cache exists",
    ("cmake", "-E", "rm", "-rf", "build"),
    "run with CMake 3.25 and 4.4",
)

PRODUCTS = ("**/libggml-cuda.so*", "**/libggml-cuda.a")

# In an image libcuda.so.1, which comes with the driver, is not there to link programs against libggml-cuda.so.
CONFIGURE = (
    "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_PREFIX=/out",
    "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--allow-shlib-undefined", "{settings}",
)  # fmt: skip

RECIPE = Recipe(
    packages=("cmake", "g++", "git", "ninja-build"),
    configure=CONFIGURE,
    build=(("cmake", "--build", "build"), ("cmake", "--install", "build")),
    runtime_packages=("libgomp1",),
)

_SINCE_FP4 = Window("0.9.5")


def _log_lines() -> LogLines:
    from cudacompat.engines.ggml.log_lines import LINES

    return LINES


def _run_signs() -> tuple[RunSign, ...]:
    from cudacompat.engines.ggml.run_signs import SIGNS

    return SIGNS


ENGINE = EngineRecord(
    name="ggml",
    title="ggml, the tensor library",
    aliases=(),
    system=BuildSystem.CMAKE,
    repositories=("ggml-org/ggml", "ggerganov/ggml"),
    current="0.21.0",
    source="github.com/ggml-org/ggml at v0.21.0 (d99724f2) and its tags from v0.9.1 on",
    unset=UNSET,
    finds_ccache=FINDS_CCACHE,
    native=native(Window()),
    own_lists=(own_list("1.8.5", Window("0.21.0")),),
    knobs=(list_knob(Window()),),
    switches=(cuda_on("GGML_CUDA", Window(), "CMakeLists.txt at v0.9.1 and v0.21.0"),),
    fixed=(NATIVE_OFF,),
    env_knobs=(environment_knob(Window()),),
    dead=dead(Window(), also=(not_from_the_environment(Window()),)),
    hazards=(fp4_hazard(_SINCE_FP4), twice_hazard(Window(None, "0.9.5"))),
    removed=(
        gone("GGML_CUBLAS", Effect.IGNORED, "GGML_CUDA", Window(), "CMakeLists.txt, history: 5378ea0d of 2024-06-26"),
    ),
    rewrites=(rewrite(_SINCE_FP4),),
    caches=(CMAKE_CACHE,),
    products=PRODUCTS,
    markers=(
        Marker(
            "CMakeLists.txt",
            r"project\(\s*\"?ggml\"?[\s)]",
            r"set\(GGML_VERSION_MAJOR\s+(\d+)\)\s*set\(GGML_VERSION_MINOR\s+(\d+)\)\s*set\(GGML_VERSION_PATCH\s+(\d+)\)",
        ),
    ),
    recipe=RECIPE,
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED), ("nvcc", Proof.DOCUMENTED)),
    log_lines=_log_lines,
    run_signs=_run_signs,
    log_names=(LogName(pattern=r"ggml", rank=100, source="logs of it in public issues"),),
    sizes=costs.SIZES,
    times=costs.TIMES,
)
