"""pywhispercpp, whose setup.py runs CMake over the whisper.cpp inside."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    Marker,
    Proof,
    Recipe,
    RequiredSetting,
    Switch,
    Window,
)
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

_SETUP = "setup.py of absadiki/pywhispercpp at f3b7454 (1.5.0) and its tags from v1.2.0 on"
_READER = "pywhispercpp's setup.py, which hands every variable of the environment to CMake as -D"

_FORWARDS = Window("1.3.0")  # whisper.cpp 1.6.2 and 254 commits: ggml of its own folder, CMake's list
_OLD = Window("1.2.0", "1.3.0")  # whisper.cpp 1.5.4
_SINCE_FP4 = Window("1.5.0")  # whisper.cpp 1.8.4; 1.4.1 has 1.8.2


ENGINE = EngineRecord(
    name="pywhispercpp",
    title="pywhispercpp (whisper.cpp inside)",
    aliases=("pywhisper-cpp",),
    system=BuildSystem.PIP,
    packages=("pywhispercpp",),
    repositories=("absadiki/pywhispercpp",),
    current="1.5.0",
    source=_SETUP,
    unset=ggml.UNSET + ". The wheels of the index are built for the CPU",
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window("1.3.1")),
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            _READER,
            _SETUP + ": `for key, value in os.environ.items()`, since 1.3.0",
            _FORWARDS,
        ),
        Knob(
            "GGML_CUDA_ARCHITECTURES",
            Channel.CMAKE_ARGS,
            Grammar.CMAKE,
            "pywhispercpp's setup.py, which cuts CMAKE_ARGS at spaces",
            _SETUP + "; whisper.cpp 1.5.4 reads no other list",
            _OLD,
        ),
    ),
    switches=(
        Switch(
            name="GGML_CUDA",
            channel=Channel.ENVIRONMENT,
            reader=_READER,
            source="README.md at v1.5.0",
            value="1",
            window=_FORWARDS,
        ),
        Switch(
            name="WHISPER_CUBLAS",
            channel=Channel.CMAKE_ARGS,
            reader="pywhispercpp's setup.py",
            source="CMakeLists.txt:75 of whisper.cpp at v1.5.4",
            window=_OLD,
        ),
    ),
    fixed=(
        RequiredSetting(
            "GGML_NATIVE",
            "OFF",
            Channel.ENVIRONMENT,
            _READER,
            ggml.NATIVE_OFF.why,
            ggml.NATIVE_OFF.source,
            _FORWARDS,
        ),
    ),
    dead=ggml.dead(
        Window(),
        also=(
            DeadSetting(
                "CMAKE_CUDA_ARCHITECTURES",
                "these versions do not hand it on, and their whisper.cpp would overwrite it",
                _SETUP,
                None,
                _OLD,
            ),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(_SINCE_FP4),
        ggml.twice_hazard(Window("1.2.0", "1.5.0")),
        Hazard(
            "quotes inside CMAKE_ARGS",
            "it is cut at spaces and no shell reads it, so quotes become part of the value",
            _SETUP + ': CMAKE_ARGS.split(" ")',
        ),
    ),
    rewrites=(ggml.rewrite(_SINCE_FP4),),
    caches=(
        Cache(
            "build/temp.*",
            "setup.py configures in the same directory again, where CMake's cache is",
            ("cmake", "-E", "rm", "-rf", "build"),
            _SETUP,
        ),
        Cache(
            "pip's cache of built wheels",
            "it keys on the source alone: a wheel built for other GPUs comes back",
            ("pip", "cache", "remove", "pywhispercpp"),
            "pip's documentation, Caching",
            kept=(".cache/pip",),
        ),
    ),
    products=("dist/pywhispercpp-*.whl", "**/libggml-cuda*.so*"),
    markers=(
        Marker("setup.py", r"name=\"pywhispercpp\""),
        Marker("CMakeLists.txt", r"project\(pywhispercpp\)"),
    ),
    recipe=Recipe(
        packages=("cmake", "g++", "git"),
        configure=(),
        build=(("pip", "install", "--force-reinstall", "."),),
        runtime_packages=("libgomp1",),
    ),
    proved=(("env", Proof.CONFIGURED),),
    sizes=costs.SIZES,
    times=costs.TIMES,
    wheels=(Prebuilt("pywhispercpp", "whisper.cpp for the CPU", "pypi.org/project/pywhispercpp", without_cuda=True),),
)
