"""CTranslate2, on which faster-whisper runs: CMake with the old FindCUDA module, which knows majors of one digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    LogName,
    Marker,
    Proof,
    Ptx,
    Recipe,
    RequiredSetting,
    Switch,
    Window,
)
from cudacompat.domain.builds.without_list import OwnList
from cudacompat.domain.machine.loaders import CudaLibraries, OpenedByFile, PackageLoading
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines.ctranslate2.costs import SIZES
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_CMAKELISTS = "CMakeLists.txt:494-552 of OpenNMT/CTranslate2 at v4.8.1"
_MODULE = "Modules/FindCUDA/select_compute_arch.cmake of Kitware/CMake, the same in every release up to 4.4.2"
_CONFIGURED = "configured with CMake 3.25 and 4.4 and nvcc 13.5"


_CUDNN = Window("3.0.0", "4.6.3")


def _log_lines() -> LogLines:
    from cudacompat.engines.ctranslate2.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="ctranslate2",
    title="CTranslate2 (of which faster-whisper uses the wheel)",
    aliases=("ct2",),
    system=BuildSystem.CMAKE,
    packages=("ctranslate2",),
    repositories=("opennmt/ctranslate2",),
    current="4.8.1",
    source=f"{_CMAKELISTS} and its tags from v0.5.0 on; {_MODULE}; {_CONFIGURED}",
    unset=(
        "`Auto`: the GPUs of the machine that builds; without one the module's common targets, 5.3 to 8.6 and PTX of "
        "8.6, which CUDA 13 cannot build. faster-whisper uses the wheel of the index, which none of this changes"
    ),
    own_lists=(
        OwnList(
            f"{_MODULE}: Auto without a GPU takes the common targets; {_CONFIGURED}",
            Window("2.0.0"),
            (("53-real;60-real;61-real;70-real;75-real;80-real;86", Window("11.1", "13.0")),),
        ),
    ),
    knobs=(
        Knob(
            "CUDA_ARCH_LIST",
            Channel.DEFINE,
            Grammar.FIND_CUDA,
            "CTranslate2's CMakeLists, by CMake's FindCUDA module",
            f"{_CMAKELISTS}; {_CONFIGURED}",
            Window("0.5.0"),
            numbers=(0, 99),
            ptx=Ptx.WITH_CODE,
            suffixes="",
            empty=(
                " ",
                "a single space: no target of the module's own. Empty or left out it would mean Auto, and without a "
                "GPU 5.3 to 8.6",
            ),
            stops=True,
        ),
        Knob(
            "CUDA_NVCC_FLAGS",
            Channel.DEFINE,
            Grammar.GENCODE_LIST,
            "CMake's FindCUDA module, which puts these flags before those of CUDA_ARCH_LIST; majors of two digits and "
            "suffixes can only be given here",
            f"{_CMAKELISTS}; {_CONFIGURED}",
            Window("2.0.0"),
        ),
    ),
    switches=(
        Switch(
            name="WITH_CUDA",
            channel=Channel.DEFINE,
            reader="CTranslate2's CMakeLists",
            source="CMakeLists.txt:17 of OpenNMT/CTranslate2 at v4.8.1",
        ),
    ),
    fixed=(
        RequiredSetting(
            "WITH_CUDNN",
            "ON",
            Channel.DEFINE,
            reader="CTranslate2's CMakeLists",
            why='without it the convolutions of Whisper end with "Conv1D on GPU currently requires the cuDNN library"; '
            "from 4.6.3 on they need none",
            source="src/ops/conv1d_gpu.cu of OpenNMT/CTranslate2 at v3.0.0, v4.6.2 and v4.6.3",
            window=_CUDNN,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "CUDA is not a language of this project: FindCUDA calls nvcc, and does not read it",
            _CMAKELISTS,
            "CMake projects with CUDA as a language",
        ),
        DeadSetting(
            "CUDA_ARCH_LIST in the environment",
            "CMake does not read it; only the project's own Dockerfile turns it into -D",
            "docker/Dockerfile of OpenNMT/CTranslate2 at v4.8.1",
            "the image build of docker/Dockerfile",
        ),
        DeadSetting("CUDAARCHS", "CUDA is not a language of this project", _CMAKELISTS, "CMake 3.20 and newer"),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CMAKELISTS, "PyTorch and its extensions"),
        DeadSetting("GGML_CUDA_COMPUTE_CAPABILITY", "no known program reads it", _CMAKELISTS),
    ),
    hazards=(
        Hazard(
            "CUDA_ARCH_LIST=12.0",
            "the module allows one digit before the point: 10.0 and up are `Unknown CUDA Architecture Name`",
            f"{_MODULE}; {_CONFIGURED}",
            (10, 11, 12),
        ),
        Hazard(
            "NVCC_APPEND_FLAGS",
            "it would add every target a second time, next to CMake's own flags",
            "nvcc's manual, NVCC_APPEND_FLAGS; run with nvcc 13.0",
        ),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake takes both settings from its cache once they are there",
            ("cmake", "-E", "rm", "-rf", "build"),
            _CONFIGURED,
        ),
    ),
    products=("**/libctranslate2*.so*", "**/ctranslate2-*.whl"),
    markers=(
        Marker(
            "python/ctranslate2/version.py",
            r"__version__",
            r"__version__ = \"(\d+)\.(\d+)\.(\d+)\"",
            beside="CMakeLists.txt",
        ),
        Marker("CMakeLists.txt", r"project\(ctranslate2\)"),
    ),
    recipe=Recipe(
        packages=("cmake", "g++", "git", "libopenblas-dev", "ninja-build"),
        configure=(
            "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_INSTALL_PREFIX=/out", "-DWITH_MKL=OFF", "-DWITH_OPENBLAS=ON", "-DOPENMP_RUNTIME=COMP",
            "-DBUILD_CLI=OFF", "{settings}",
        ),
        build=(("cmake", "--build", "build"), ("cmake", "--install", "build")),
        runtime_packages=("libgomp1", "libopenblas0"),
        cudnn=_CUDNN,
    ),
    proved=(("cmake", Proof.CONFIGURED),),
    log_lines=_log_lines,
    log_names=(
        LogName(pattern=r"[Cc][Tt]ranslate2|faster[-_]whisper|whisperx", rank=40, source="logs of it in public issues"),
    ),
    sizes=SIZES,
    wheels=(
        Prebuilt("ctranslate2", "libctranslate2 with CUDA", "pypi.org/project/ctranslate2"),
        Prebuilt(
            "faster-whisper",
            "nothing itself; it runs on the wheel of ctranslate2",
            "pypi.org/project/faster-whisper",
        ),
        Prebuilt(
            "whisperx",
            "nothing itself; it runs on the wheels of torch and ctranslate2",
            "pypi.org/project/whisperx",
        ),
    ),
    loading=(
        PackageLoading(
            "ctranslate2",
            (
                CudaLibraries(
                    opens=("libcublas.so.{cuda}",),
                    opened_by=(
                        OpenedByFile(
                            file=r"ctranslate2\.libs/libcudnn-\w+\.so\.8(?:\.\d+)*",
                            names=("libcudnn_ops_infer.so.8", "libcudnn_cnn_infer.so.8"),
                            callers=("faster_whisper",),
                            instead="ctranslate2>=4.5,<5",
                        ),
                        OpenedByFile(
                            file=r"ctranslate2\.libs/libcudnn-\w+\.so\.9(?:\.\d+)*",
                            names=("libcudnn_ops.so.9", "libcudnn_cnn.so.9"),
                            callers=("faster_whisper",),
                        ),
                    ),
                    looks_into_packages=False,
                    source="the wheel of 4.8.5: libctranslate2 opens libcublas.so.12 by that name alone; "
                    "its __init__.py loads nothing on Linux; the wheels of 4.4.0 and 4.6.0 bring a libcudnn "
                    "that opens its parts by name; convolutions (Whisper) call it: github.com/SYSTRAN/faster-whisper, "
                    "GPU, and its issues of 'Unable to load any of {libcudnn_ops.so.9...}'",
                ),
            ),
        ),
    ),
)  # fmt: skip
