"""whisper.cpp, built with CMake."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Channel,
    DeadSetting,
    Effect,
    Grammar,
    Knob,
    LogName,
    MakeNative,
    Marker,
    Proof,
    Server,
    Window,
)
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign

_SINCE_FP4 = Window("1.8.3")
_OWN_VARIABLE = Window("1.5.3", "1.7.0")

_RENAMED = (
    "run at v1.9.3 with CMake 4.4: a warning, GGML_CUDA:BOOL=OFF, `Including CPU backend`; the set() of "
    "whisper_option_depr() (CMakeLists.txt:101 at v1.7.0) ends with its function"
)
_WRAPS = "Makefile at v1.7.3 and v1.9.3: it only calls CMake; CMAKE_ARGS came with v1.7.6 (50218b9)"
_BY_CMAKE_ARGS = "CMAKE_ARGS=-DGGML_CUDA=ON"


def _log_lines() -> LogLines:
    from cudacompat.engines.whisper_cpp.log_lines import LINES

    return LINES


def _run_signs() -> tuple[RunSign, ...]:
    from cudacompat.engines.whisper_cpp.run_signs import SIGNS

    return SIGNS


ENGINE = EngineRecord(
    name="whisper.cpp",
    title="whisper.cpp (ggml)",
    aliases=("whisper-cpp", "whispercpp", "whisper"),
    system=BuildSystem.CMAKE,
    repositories=("ggml-org/whisper.cpp", "ggerganov/whisper.cpp"),
    current="1.9.3",
    source="github.com/ggml-org/whisper.cpp at v1.9.3 (371b5a75) and its tags from v1.5.0 on",
    unset=ggml.UNSET,
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window("1.7.3")),
    make_native=(
        MakeNative("WHISPER_CUBLAS", "CUDA_ARCH_FLAG", Window("1.5.0", "1.7.0"), "Makefile of v1.5.0 to v1.6.2"),
        MakeNative("WHISPER_CUDA", "CUDA_ARCH_FLAG", Window("1.5.5", "1.7.0"), "Makefile of v1.5.5 to v1.6.2"),
        MakeNative("GGML_CUDA", "CUDA_DOCKER_ARCH", Window("1.7.0", "1.7.3"), "Makefile of v1.7.0 to v1.7.2"),
    ),
    own_lists=tuple(
        ggml.own_list(since, Window(since, until)) for since, until in pairwise((*ggml.OWN_LISTS, None)) if since
    ),
    knobs=(
        ggml.list_knob(Window("1.7.0")),
        Knob(
            "GGML_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "whisper.cpp's CMakeLists, which overwrites CMake's own list with it",
            "CMakeLists.txt:531 at v1.5.4, :743 at v1.6.2",
            _OWN_VARIABLE,
        ),
        Knob(
            "NVCC_APPEND_FLAGS",
            Channel.ENVIRONMENT,
            Grammar.GENCODE,
            "nvcc itself; these versions set CUDA_ARCHITECTURES OFF",
            "CMakeLists.txt:524 at v1.5.0",
            Window("1.5.0", "1.5.3"),
        ),
    ),
    switches=(
        ggml.cuda_on("GGML_CUDA", Window("1.7.0"), "ggml/CMakeLists.txt at v1.7.0"),
        ggml.cuda_on("WHISPER_CUDA", Window("1.5.5", "1.7.0"), "CMakeLists.txt:88 at v1.6.2"),
        ggml.cuda_on("WHISPER_CUBLAS", Window("1.5.0", "1.5.5"), "CMakeLists.txt:75 at v1.5.4"),
    ),
    fixed=(replace(ggml.NATIVE_OFF, window=Window("1.7.0")),),
    env_knobs=(
        ggml.environment_knob(Window("1.7.0")),
        Knob(
            "NVCC_APPEND_FLAGS",
            Channel.ENVIRONMENT,
            Grammar.GENCODE,
            "nvcc itself; these versions set CUDA_ARCHITECTURES OFF",
            "CMakeLists.txt:524 at v1.5.0",
            Window("1.5.0", "1.5.3"),
        ),
    ),
    dead=ggml.dead(
        Window(),
        also=(
            DeadSetting(
                "CMAKE_CUDA_ARCHITECTURES",
                "these versions overwrite it with GGML_CUDA_ARCHITECTURES, even as -D",
                "CMakeLists.txt:531 at v1.5.4, :743 at v1.6.2",
                None,
                _OWN_VARIABLE,
            ),
            ggml.not_from_the_environment(Window("1.7.0")),
            DeadSetting(
                "CUDA_DOCKER_ARCH",
                "the Makefile that read it is gone: it only calls CMake now",
                "Makefile at v1.7.3",
                None,
                Window("1.7.3"),
            ),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(_SINCE_FP4),
        ggml.twice_hazard(Window("1.5.3", "1.8.3")),
    ),
    removed=(
        ggml.gone(
            "WHISPER_CUBLAS", Effect.STOPS, "GGML_CUDA", Window("1.7.0"), "run at v1.9.3; CMakeLists.txt:108 at v1.7.0"
        ),
        ggml.gone(
            "WHISPER_CUBLAS", Effect.WARNED, "WHISPER_CUDA", Window("1.5.5", "1.7.0"), "CMakeLists.txt:319 at v1.5.5"
        ),
        ggml.gone("WHISPER_CUDA", Effect.IGNORED, "GGML_CUDA", Window("1.7.0"), _RENAMED),
        ggml.gone(
            "WHISPER_CUDA", Effect.IGNORED, "WHISPER_CUBLAS", Window("1.5.0", "1.5.5"), "CMakeLists.txt at v1.5.4"
        ),
        ggml.gone("GGML_CUDA", Effect.IGNORED, "WHISPER_CUDA", Window("1.5.5", "1.7.0"), "CMakeLists.txt at v1.6.2"),
        ggml.gone(
            "GGML_CUBLAS",
            Effect.IGNORED,
            "GGML_CUDA",
            Window("1.7.0"),
            "no hit in CMakeLists.txt and ggml of v1.7.0 to v1.9.3",
        ),
        ggml.gone("LLAMA_CUBLAS", Effect.IGNORED, "GGML_CUDA", Window("1.7.0"), "an option of llama.cpp"),
        ggml.gone("GGML_CUDA", Effect.IGNORED, _BY_CMAKE_ARGS, Window("1.7.6"), _WRAPS, by_make=True),
        ggml.gone("GGML_CUDA", Effect.IGNORED, None, Window("1.7.3", "1.7.6"), _WRAPS, by_make=True),
        ggml.gone("WHISPER_CUDA", Effect.IGNORED, _BY_CMAKE_ARGS, Window("1.7.6"), _WRAPS, by_make=True),
        ggml.gone("WHISPER_CUDA", Effect.IGNORED, None, Window("1.7.3", "1.7.6"), _WRAPS, by_make=True),
        ggml.gone("WHISPER_CUBLAS", Effect.IGNORED, _BY_CMAKE_ARGS, Window("1.7.6"), _WRAPS, by_make=True),
        ggml.gone("WHISPER_CUBLAS", Effect.IGNORED, None, Window("1.7.3", "1.7.6"), _WRAPS, by_make=True),
        ggml.gone(
            "WHISPER_CUBLAS",
            Effect.STOPS,
            "GGML_CUDA=1",
            Window("1.7.0", "1.7.3"),
            "Makefile:13 at v1.7.2",
            by_make=True,
        ),
    ),
    rewrites=(ggml.rewrite(_SINCE_FP4),),
    caches=(ggml.CMAKE_CACHE,),
    products=ggml.PRODUCTS,
    markers=(
        Marker(
            "CMakeLists.txt",
            r"set\(WHISPER_VERSION_MAJOR",
            r"set\(WHISPER_VERSION_MAJOR\s+(\d+)\)\s*set\(WHISPER_VERSION_MINOR\s+(\d+)\)"
            r"\s*set\(WHISPER_VERSION_PATCH\s+(\d+)\)",
        ),
        Marker(
            "CMakeLists.txt",
            r"project\(\s*\"?whisper\.cpp\"?",
            r"project\(\s*\"?whisper\.cpp\"?\s+VERSION\s+(\d+)\.(\d+)\.(\d+)",
        ),
    ),
    recipe=replace(
        ggml.RECIPE,
        of_image=ggml.cpu_variants(
            Window("1.7.6"),
            "ggml/CMakeLists.txt:86,183 at v1.9.3; programs call ggml_backend_load_all since v1.7.6; configured",
        ),
        servers=(
            Server(
                command=("whisper-server", "--host", "0.0.0.0", "--port", "8080"),  # noqa: S104  in its container
                model=("--model", "/models/ggml-base.bin"),
                model_files="ggml-*.bin",
                port=8080,
                health="/health",
                source="examples/server: installed as whisper-server since v1.7.4, /health since v1.7.5",
                window=Window("1.7.5"),
            ),
        ),
    ),
    proved=(("cmake", Proof.BUILT), ("env", Proof.CONFIGURED), ("dockerfile", Proof.DOCUMENTED)),
    log_lines=_log_lines,
    run_signs=_run_signs,
    log_names=(
        LogName(
            pattern=r"whisper\.cpp|whisper_(?:init|model|backend|full|default|print)|whisper-cli",
            rank=60,
            source="logs of it in public issues",
        ),
    ),
    sizes=costs.SIZES,
    times=costs.TIMES,
)
