"""llama.cpp, built with CMake. Its versions are build numbers: bNNNN, the number of commits up to there. Since August
2026 its releases have a version with dots, too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    DeadSetting,
    Effect,
    Hazard,
    LogName,
    MakeNative,
    Marker,
    Proof,
    Rewrite,
    Server,
    Window,
)
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign

_CUDA_FILE = "ggml/src/ggml-cuda/CMakeLists.txt"
_BESIDE = "include/llama.h"  # whisper.cpp has the same ggml files, and not this one

_SINCE_REORGANISED = Window("3236")  # b3236: ggml in a folder of its own, options named GGML_*
_SINCE_FP4 = Window("7532")
_SINCE_REWRITE = Window("7575")

_NO_MAKE = (
    "the Makefile only says `The Makefile build is deprecated` since b4241 (#10514), and is gone since b6212 (#15449)"
)


def _log_lines() -> LogLines:
    from cudacompat.engines.llama_cpp.log_lines import LINES

    return LINES


def _run_signs() -> tuple[RunSign, ...]:
    from cudacompat.engines.llama_cpp.run_signs import SIGNS

    return SIGNS


ENGINE = EngineRecord(
    name="llama.cpp",
    title="llama.cpp (ggml)",
    aliases=("llama-cpp", "llamacpp", "llama"),
    system=BuildSystem.CMAKE,
    repositories=("ggml-org/llama.cpp", "ggerganov/llama.cpp"),
    current="10454",
    tag="b",
    dotted_from="10335",  # ggml-org/llama.cpp#26839: 0.1.0-dev-b10335, August 2026
    source="github.com/ggml-org/llama.cpp at b10454 (4df29be4) and its history; a build number counts commits",
    unset=ggml.UNSET,
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window("4542")),
    make_native=(
        MakeNative("LLAMA_CUBLAS", "CUDA_DOCKER_ARCH", Window("1000", "3236"), "Makefile before b3236"),
        MakeNative("LLAMA_CUDA", "CUDA_DOCKER_ARCH", Window("2533", "3236"), "Makefile of b2533 to b3235"),
        MakeNative("GGML_CUDA", "CUDA_DOCKER_ARCH", Window("3236", "4241"), "Makefile of b3236 to b4240"),
    ),
    own_lists=(ggml.own_list("1.8.5", Window("10454")),),  # the same file there
    knobs=(ggml.list_knob(Window("790")),),
    switches=(
        ggml.cuda_on("GGML_CUDA", _SINCE_REORGANISED, "ggml/CMakeLists.txt at b3236"),
        ggml.cuda_on("LLAMA_CUDA", Window("2533", "3236"), "CMakeLists.txt:92 at b2533"),
        ggml.cuda_on("LLAMA_CUBLAS", Window("790", "2533"), "CMakeLists.txt:70 at b790"),
    ),
    fixed=(
        replace(ggml.NATIVE_OFF, window=_SINCE_REORGANISED),
        replace(
            ggml.NATIVE_OFF, name="LLAMA_NATIVE", source="CMakeLists.txt:49 at b2533", window=Window("790", "3236")
        ),
    ),
    env_knobs=(ggml.environment_knob(_SINCE_REORGANISED),),
    dead=ggml.dead(
        Window(),
        also=(
            ggml.not_from_the_environment(Window()),
            DeadSetting(
                "CUDA_DOCKER_ARCH",
                "it is an argument of llama.cpp's own Dockerfile, which turns it into -DCMAKE_CUDA_ARCHITECTURES; "
                "no CMakeLists reads it, and the Makefile that did is gone since b6212",
                ".devops/cuda.Dockerfile and Makefile, history up to b10454",
                "the image build of .devops/cuda.Dockerfile",
                Window("4241"),
            ),
            DeadSetting(
                "LLAMA_CUBLAS",
                "it was renamed to GGML_CUDA, and CMake stops at the old name",
                "CMakeLists.txt:170 at b10454",
                None,
                _SINCE_REORGANISED,
            ),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(_SINCE_FP4),
        ggml.twice_hazard(Window("790", "7532")),
        Hazard(
            "a plain 12X in CMAKE_CUDA_ARCHITECTURES",
            "these versions stop at it: its FP4 kernels need 12Xa, and the rewriting came with b7575",
            "configured: b7567 says `use 120-reala or 120-realf`; ggml-org/llama.cpp#17906 (b7532), #18361, #18457",
            (12,),
            Window("7532", "7575"),
        ),
    ),
    removed=(
        ggml.gone(
            "LLAMA_CUBLAS", Effect.STOPS, "GGML_CUDA", _SINCE_REORGANISED, "CMakeLists.txt:106 at b4542, :170 at b10454"
        ),
        ggml.gone("LLAMA_CUBLAS", Effect.WARNED, "LLAMA_CUDA", Window("2533", "3236"), "CMakeLists.txt at b2533"),
        ggml.gone("LLAMA_CUDA", Effect.WARNED, "GGML_CUDA", Window("3255"), "CMakeLists.txt; ggml-org/llama.cpp#8171"),
        ggml.gone("LLAMA_CUDA", Effect.IGNORED, "GGML_CUDA", Window("3236", "3255"), "ggml-org/llama.cpp#8171"),
        ggml.gone(
            "GGML_CUBLAS",
            Effect.IGNORED,
            "GGML_CUDA",
            _SINCE_REORGANISED,
            "no hit in CMakeLists.txt and ggml of b3236 to b10454",
        ),
        *(
            ggml.gone(name, Effect.STOPS, None, Window("4241"), _NO_MAKE, by_make=True)
            for name in ("GGML_CUDA", "LLAMA_CUDA", "LLAMA_CUBLAS")
        ),
        ggml.gone(
            "LLAMA_CUBLAS", Effect.STOPS, "GGML_CUDA=1", Window("3236", "4241"), "Makefile at b3236", by_make=True
        ),
    ),
    rewrites=(
        ggml.rewrite(_SINCE_REWRITE),
        Rewrite(
            12, "a", "ggml-org/llama.cpp#17906, #18361; configured at b7567", Window("7532", "7575"), demanded=True
        ),
    ),
    caches=(ggml.CMAKE_CACHE,),
    products=ggml.PRODUCTS,
    # The tree does not state its build number: it is told from what stands in the files, newest first.
    markers=(
        Marker(_CUDA_FILE, r"Replacing \$\{ARCH\} in", beside=_BESIDE),
        Marker(_CUDA_FILE, r"used, use \$\{ARCH\}a or", means="7538", beside=_BESIDE),
        Marker(_CUDA_FILE, r"120f-virtual", means="7532", beside=_BESIDE),
        Marker("ggml/CMakeLists.txt", r"SOURCE_DATE_EPOCH", means="4542", beside=_BESIDE),
        Marker("ggml/CMakeLists.txt", r"option\(GGML_CUDA\s", means="3236", beside=_BESIDE),
        Marker("CMakeLists.txt", r"(?s)\A(?>.*?project\(\"llama\.cpp\").*option\(LLAMA_CUDA\s", means="2533"),
        Marker(
            "CMakeLists.txt", r"(?s)\A(?>.*?project\(\"llama\.cpp\").*NOT DEFINED CMAKE_CUDA_ARCHITECTURES", means="790"
        ),
        Marker("CMakeLists.txt", r"project\(\"llama\.cpp\""),
    ),
    recipe=replace(
        ggml.RECIPE,
        packages=("cmake", "g++", "git", "libssl-dev", "ninja-build"),
        of_image=ggml.cpu_variants(
            _SINCE_REWRITE, ".devops/cuda.Dockerfile of ggml-org/llama.cpp at 00d69466, which sets both"
        ),
        servers=(
            Server(
                command=("llama-server", "--host", "0.0.0.0", "--port", "8080"),  # noqa: S104  in its container
                model=("--model", "/models/model.gguf"),
                model_files="*.gguf",
                port=8080,
                health="/health",
                source="ggml-org/llama.cpp#7809 (the name, June 2024), #4860 and #4866 (/health, January 2024)",
                window=_SINCE_REORGANISED,
            ),
        ),
    ),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
    log_lines=_log_lines,
    run_signs=_run_signs,
    log_names=(
        LogName(
            pattern=r"llama\.cpp|llama_(?:model|init|load|context)|llm_load|llama-(?:cli|server)|ollama",
            rank=70,
            source="logs of it in public issues",
        ),
    ),
    sizes=costs.SIZES,
    times=costs.TIMES,
)
