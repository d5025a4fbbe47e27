"""What each engine is given, version by version: the setting that decides, what is left out, whose tree it is."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.version import Version

from cudacompat.app.project.recognise import recognise
from cudacompat.domain.builds.engine import Engine, Grammar, Route, Window
from cudacompat.domain.builds.plans.plan import BuildPlan, environment, plan_build
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.engines import ENGINES, find
from tests.engines.test_engines import wanted
from tests.helpers.each_row import each_case


def plan(engine: str, archs: str, version: str | None = None, cuda: str | None = None, **more: object) -> BuildPlan:
    return plan_build(find(engine), wanted(*archs.split()), version=version, cuda=cuda, **more)  # type: ignore[arg-type]


def given(made: BuildPlan) -> dict[str, str]:
    return {setting.name: setting.value for setting in made.settings}


LIST = "CMAKE_CUDA_ARCHITECTURES"


@each_case(
    ("engine", "version", "archs", "settings", "arrives"),
    [
        ("ggml", None, "89 120", {LIST: "89;120-real", "GGML_CUDA": "ON"}, "sm_89 sm_120a compute_89"),
        ("ggml", "0.9.4", "89 120", {LIST: "89-real;120"}, "sm_89 sm_120 compute_120"),
        ("ggml", "0.9.5", "121", {LIST: "121-real;90-virtual"}, "sm_121a compute_90"),
        ("llama.cpp", None, "80 120", {LIST: "80;120-real", "GGML_CUDA": "ON"}, "sm_80 sm_120a compute_80"),
        ("llama.cpp", "b7575", "120", {LIST: "120-real;90-virtual"}, "sm_120a compute_90"),
        # stops at a plain 12X, and does not rewrite it: the list has to carry the suffix
        ("llama.cpp", "b7574", "86 120", {LIST: "86;120a-real"}, "sm_86 sm_120a compute_86"),
        ("llama.cpp", "b7532", "120", {LIST: "120a-real;90-virtual"}, "sm_120a compute_90"),
        ("llama.cpp", "b7531", "120", {LIST: "120"}, "sm_120 compute_120"),
        ("llama.cpp", "b3236", "86", {LIST: "86", "GGML_CUDA": "ON", "GGML_NATIVE": "OFF"}, "sm_86 compute_86"),
        ("llama.cpp", "b3235", "86", {LIST: "86", "LLAMA_CUDA": "ON", "LLAMA_NATIVE": "OFF"}, "sm_86 compute_86"),
        ("llama.cpp", "2532", "86", {LIST: "86", "LLAMA_CUBLAS": "ON"}, "sm_86 compute_86"),
        ("llama-cpp-rs", None, "86 120", {LIST: "86;120-real"}, "sm_86 sm_120a compute_86"),
        ("llama-cpp-rs", "0.1.131", "120", {LIST: "120"}, "sm_120 compute_120"),
        ("llama-cpp-rs", "0.1.112", "86", {LIST: "86"}, "sm_86 compute_86"),
        ("llama-cpp-rs", "0.1.111", "86", {"CUDAARCHS": "86"}, "sm_86 compute_86"),
        ("llama-cpp-python", None, "120", {LIST: "120-real;90-virtual", "GGML_CUDA": "ON"}, "sm_120a compute_90"),
        ("llama-cpp-python", "0.3.16", "120", {LIST: "120"}, "sm_120 compute_120"),
        ("llama-cpp-python", "0.2.79", "86", {LIST: "86", "LLAMA_CUDA": "ON"}, "sm_86 compute_86"),
        ("llama-cpp-python", "0.2.57", "86", {LIST: "86", "LLAMA_CUBLAS": "ON"}, "sm_86 compute_86"),
        ("pywhispercpp", None, "120", {LIST: "120-real;90-virtual", "GGML_CUDA": "1"}, "sm_120a compute_90"),
        ("pywhispercpp", "1.4.1", "120", {LIST: "120", "GGML_NATIVE": "OFF"}, "sm_120 compute_120"),
        ("pywhispercpp", "1.2.0", "86", {"GGML_CUDA_ARCHITECTURES": "86", "WHISPER_CUBLAS": "ON"}, "sm_86 compute_86"),
        ("ctranslate2", None, "75 86", {"CUDA_ARCH_LIST": "7.5;8.6+PTX"}, "sm_75 sm_86 compute_86"),
        (
            "ctranslate2",
            None,
            "86 120",
            {
                "CUDA_ARCH_LIST": "8.6",
                "CUDA_NVCC_FLAGS": "-gencode=arch=compute_120,code=sm_120;-gencode=arch=compute_120,code=compute_120",
                "WITH_CUDA": "ON",
            },
            "sm_86 sm_120 compute_120",
        ),
        (
            "ctranslate2",
            None,
            "120a",
            {
                "CUDA_ARCH_LIST": " ",
                "CUDA_NVCC_FLAGS": "-gencode=arch=compute_120a,code=sm_120a;-gencode=arch=compute_90,code=compute_90",
            },
            "sm_120a compute_90",
        ),
        (
            "torch-extension",
            None,
            "80 90a 120",
            {"TORCH_CUDA_ARCH_LIST": "8.0;9.0a;12.0+PTX"},
            "sm_80 sm_90a sm_120 compute_120",
        ),
        ("torch-extension", None, "90a", {"TORCH_CUDA_ARCH_LIST": "9.0a"}, "sm_90a"),
        ("pytorch", None, "80 120f", {"TORCH_CUDA_ARCH_LIST": "8.0+PTX;12.0f"}, "sm_80 sm_120f compute_80"),
        ("k2", None, "89", {"TORCH_CUDA_ARCH_LIST": "8.9+PTX"}, "sm_89 compute_89"),
        ("vllm", None, "89 121", {"TORCH_CUDA_ARCH_LIST": "8.9 12.1"}, "sm_89 sm_121"),
        ("candle", None, "89", {"CUDA_COMPUTE_CAP": "89"}, "sm_89"),
        ("candle", None, "120", {"CUDA_COMPUTE_CAP": "120"}, "sm_120a"),
        ("candle", "0.9.1", "120", {"CUDA_COMPUTE_CAP": "120"}, "sm_120 compute_120"),
        ("flash-attention", "2.8.4", "86 89 120", {"FLASH_ATTN_CUDA_ARCHS": "80;120"}, "sm_80 sm_120 compute_120"),
        ("flash-attention", None, "86 89 120", {"FLASH_ATTN_CUDA_ARCHS": "80;120"}, "sm_80 sm_120"),
        ("flash-attention", "2.8.3", "90", {"FLASH_ATTN_CUDA_ARCHS": "90"}, "sm_90"),
        ("bitsandbytes", None, "80 120", {"COMPUTE_CAPABILITY": "80;120", "COMPUTE_BACKEND": "cuda"}, "sm_80 sm_120"),
        ("onnxruntime", None, "89 120", {LIST: "89-real;120-real;120-virtual"}, "sm_89 sm_120a compute_120"),
        ("onnxruntime", None, "90", {LIST: "90-real;90-virtual"}, "sm_90a compute_90"),
        (
            "cupy",
            None,
            "86",
            {"CUPY_NVCC_GENERATE_CODE": "arch=compute_86,code=sm_86;arch=compute_86,code=compute_86"},
            "sm_86 compute_86",
        ),
        ("stable-diffusion.cpp", None, "86 120", {LIST: "86;120-real", "SD_CUDA": "ON"}, "sm_86 sm_120a compute_86"),
        ("ik_llama.cpp", None, "86 120", {LIST: "86-real;120", "GGML_CUDA": "ON"}, "sm_86 sm_120 compute_120"),
        ("koboldcpp", None, "86 120", {LIST: "86-real;120", "LLAMA_CUBLAS": "ON"}, "sm_86 sm_120 compute_120"),
        ("tiny-cuda-nn", None, "86 120", {"TCNN_CUDA_ARCHITECTURES": "86-real;120"}, "sm_86 sm_120 compute_120"),
        ("tiny-cuda-nn", "1.5", "86", {"TCNN_CUDA_ARCHITECTURES": "86"}, "sm_86 compute_86"),
        (
            "cupy",
            "9.0.0",
            "80",
            {"CUPY_NVCC_GENERATE_CODE": "arch=compute_80,code=sm_80;arch=compute_80,code=compute_80"},
            "sm_80 compute_80",
        ),
        ("faiss", "1.6.4", "80", {LIST: "80", "FAISS_ENABLE_GPU": "ON"}, "sm_80 compute_80"),
        ("faiss", None, "80 120", {LIST: "80-real;120", "FAISS_ENABLE_GPU": "ON"}, "sm_80 sm_120 compute_120"),
        ("opencv", None, "86 120", {"CUDA_ARCH_BIN": "8.6;12.0", "CUDA_ARCH_PTX": "12.0"}, "sm_86 sm_120 compute_120"),
        ("cargo-cmake", None, "86", {"CUDAARCHS": "86"}, "sm_86 compute_86"),
        (
            "cargo-cc",
            None,
            "86",
            {"NVCC_APPEND_FLAGS": "-gencode=arch=compute_86,code=sm_86 -gencode=arch=compute_86,code=compute_86"},
            "sm_86 compute_86",
        ),
    ],
)  # fmt: skip
def test_settings(engine: str, version: str | None, archs: str, settings: dict[str, str], arrives: str) -> None:
    made = plan(engine, archs, version)
    assert given(made).items() >= settings.items()
    assert " ".join(map(str, made.arrives)) == arrives


@pytest.mark.parametrize(
    ("engine", "cuda", "arrives"),
    [
        ("flash-attention", "12.8", "sm_120 compute_120"),
        ("flash-attention", "12.9", "sm_120f compute_120"),
        ("flash-attention", "13.0", "sm_120f compute_120"),
    ],
)
def test_what_the_build_makes_depends_on_the_release(engine: str, cuda: str, arrives: str) -> None:
    assert " ".join(map(str, plan(engine, "120", "2.8.4", cuda=cuda).arrives)) == arrives


@pytest.mark.parametrize(
    ("version", "cuda", "arch", "arrives"),
    [
        ("0.33.0", "13.4", "107", "sm_107"),
        ("0.27.0", "13.4", "107", "sm_107"),
        ("0.26.0", "13.4", "107", "sm_100"),
        ("0.26.0", "12.9", "103", "sm_103"),
        ("0.26.0", "13.0", "103", "sm_100"),
        ("0.19.1", "12.9", "103", "sm_100"),
        ("0.26.0", "13.0", "121", "sm_120"),
        ("0.19.1", "13.0", "121", "sm_121"),
        ("0.18.1", "12.9", "121", "sm_120"),
        ("0.33.0", "12.6", "70", "sm_70"),
        ("0.18.1", "12.8", "70", "sm_70"),
    ],
)
def test_what_vllm_knows_is_of_its_version_and_of_the_release(version: str, cuda: str, arch: str, arrives: str) -> None:
    assert " ".join(map(str, plan("vllm", arch, version, cuda=cuda).arrives)) == arrives


def test_a_target_of_another_release_is_refused_with_that_release() -> None:
    with pytest.raises(UsageError, match=r"accepts 70 with this CUDA; it does with CUDA before 12\.8 \(--cuda\)$"):
        plan("vllm", "70", "0.33.0", cuda="12.8")


def test_ptx_that_a_build_makes_by_itself_is_promised_and_what_it_cannot_make_is_not() -> None:
    assert "compute_120" in map(str, plan("flash-attention", "120", "2.8.4", ptx=False).arrives)
    assert not any(str(each).startswith("compute") for each in plan("bitsandbytes", "80 120").arrives)
    assert "without PTX, GPUs of a newer major version cannot run this build" in plan("vllm", "90").notes


def test_code_of_a_lower_number_stands_in_and_the_check_asks_for_no_more() -> None:
    made = plan("flash-attention", "86 120")
    assert "flash-attention does not know 86; its code for 80 runs there" in made.notes
    assert made.require == "sass"
    assert plan("flash-attention", "80 120").require == "native"


@each_case(
    ("engine", "archs", "version", "said"),
    [
        ("torch-extension", "120f", None, "no setting that accepts 120f"),
        ("torch-extension", "88", None, "no setting that accepts 88"),
        ("flash-attention", "75", None, "no setting that accepts 75"),
        ("faster-whisper", "86", None, "it is Python alone"),
        ("onnxruntime", "120f", None, "no setting that accepts 120f"),
        ("opencv", "90a", None, "no setting that accepts 90a"),
        ("tiny-cuda-nn", "121", None, "no setting that accepts 121"),
        ("tiny-cuda-nn", "120", "1.7", "no setting that accepts 120"),
        ("tiny-cuda-nn", "86", "1.1", "no setting is known"),
        ("cupy", "86", "6.7.0", "no setting is known"),
        ("candle", "80 90", None, "accepts one target, not 80, 90"),
        ("llama.cpp", "86", "b600", "no setting is known that decides the architectures of llama.cpp"),
        ("llama.cpp", "86", "master", "not a version of llama.cpp (like b10454)"),
        ("llama-cpp-rs", "86", "0.1.70", "no setting is known"),
    ],
)
def test_refusals(engine: str, archs: str, version: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        plan(engine, archs, version, cuda="13.0" if archs == "88" else None)


def test_build_numbers_are_shown_as_they_are_written() -> None:
    assert plan("llama.cpp", "86").title == "llama.cpp b10454"
    assert plan("llama.cpp", "86", "7575").title == plan("llama.cpp", "86", "b7575").title == "llama.cpp b7575"
    assert plan("llama-cpp-python", "86", "v0.3.1").title == "llama-cpp-python 0.3.1"


def test_cmake_args_hold_all_that_scikit_build_hands_on() -> None:
    made = plan("llama-cpp-python", "86 120", route=Route.ENVIRONMENT)
    (setting,) = environment(made)
    assert setting.name == "CMAKE_ARGS"
    assert setting.value == "-DCMAKE_CUDA_ARCHITECTURES=86;120-real -DGGML_CUDA=ON -DGGML_NATIVE=OFF"


def left_out(engine: str, version: str | None = None, archs: str = "120") -> set[str]:
    return {each.name for each in plan(engine, archs, version).left_out}


def test_what_does_harm_or_nothing_is_named_for_the_versions_that_it_is_true_of() -> None:
    assert LIST in left_out("bitsandbytes") & left_out("torch-extension") & left_out("ctranslate2") & left_out("k2")
    assert LIST in left_out("llama-cpp-rs", "0.1.111")
    assert LIST not in left_out("llama-cpp-rs", "0.1.112")
    assert "GGML_NATIVE" in left_out("llama-cpp-rs")
    assert "LLAMA_CUBLAS" in left_out("llama.cpp")
    assert "LLAMA_CUBLAS" not in left_out("llama.cpp", "b2000")
    assert "TORCH_CUDA_ARCH_LIST" in left_out("flash-attention")
    readers = {engine.name for engine in ENGINES if any(knob.name == "TORCH_CUDA_ARCH_LIST" for knob in engine.knobs)}
    assert readers == {"torch-extension", "pytorch", "vllm", "k2"}
    for engine in {each.name for each in ENGINES} - readers - {"cmake", "nvcc"}:
        assert "TORCH_CUDA_ARCH_LIST" in left_out(engine), engine


@pytest.mark.parametrize("engine", ["ggml", "llama.cpp", "llama-cpp-rs", "llama-cpp-python", "pywhispercpp"])
def test_an_appended_plain_12x_breaks_what_has_fp4_kernels(engine: str) -> None:
    def why(version: str | None, archs: str) -> list[str]:
        return [each.why for each in plan(engine, archs, version).left_out if each.name == "NVCC_APPEND_FLAGS"]

    assert any("breaks this build" in each for each in why(None, "120"))
    assert not any("breaks this build" in each for each in why(None, "90"))
    old = {"ggml": "0.9.4", "llama.cpp": "b7531", "llama-cpp-rs": "0.1.131", "llama-cpp-python": "0.3.16"}
    assert not any("breaks this build" in each for each in why(old.get(engine, "1.4.1"), "120"))


# -- the data is sound


def _overlap(one: Window, other: Window) -> bool:
    starts = [Version(each.since) for each in (one, other) if each.since]
    ends = [Version(each.until) for each in (one, other) if each.until]
    return not (starts and ends) or max(starts) < min(ends)


@each_case("engine", ENGINES, ids=lambda engine: engine.name)
def test_no_version_is_given_one_setting_twice(engine: Engine) -> None:
    for facts in (engine.knobs, engine.env_knobs, engine.file_knobs, engine.fixed, engine.env_fixed, engine.file_fixed):
        by_name: dict[str, list[Window]] = {}
        for fact in facts:
            by_name.setdefault(fact.name, []).append(fact.window)
        for name, windows in by_name.items():
            windows.sort(key=lambda window: Version(window.since or "0"))
            for one, other in pairwise(windows):
                assert not _overlap(one, other), (name, str(one), str(other))
    dead = {each.name for each in engine.dead if each.window.holds(None)}
    assert not dead & {knob.name for knob in engine.knobs_of(None)}, "a setting both dead and deciding"


@each_case("engine", ENGINES, ids=lambda engine: engine.name)
def test_every_engine_says_what_a_rebuild_needs(engine: Engine) -> None:
    assert engine.unset
    assert engine.products or engine.name == "nvcc"
    assert engine.caches or engine.name == "nvcc"
    assert engine.markers or engine.name == "nvcc"
    for knob in (*engine.knobs, *engine.env_knobs, *engine.file_knobs):
        assert knob.grammar is not Grammar.ONE_NUMBER or not knob.known
        assert list(knob.known) == sorted(set(knob.known))
        assert not knob.stands_in or knob.known
    for marker in engine.markers:
        re.compile(marker.recognises)
        assert marker.version is None or re.compile(marker.version).groups


# -- whose tree it is


TREES: list[tuple[dict[str, str], str | None, str | None]] = [
    ({"CMakeLists.txt": 'project("ggml" C CXX ASM)\nset(GGML_VERSION_MAJOR 0)\nset(GGML_VERSION_MINOR 21)\n'
      "set(GGML_VERSION_PATCH 0)\n"}, "ggml", "0.21.0"),
    ({"CMakeLists.txt": "project(ggml-shaped LANGUAGES C CXX)"}, "cmake", None),
    ({"CMakeLists.txt": 'project("whisper.cpp" C CXX)\nproject("whisper.cpp" VERSION 1.8.2)'}, "whisper.cpp", "1.8.2"),
    ({"CMakeLists.txt": 'project("whisper.cpp" C CXX)\nset(WHISPER_VERSION_MAJOR 1)\nset(WHISPER_VERSION_MINOR 9)\n'
      "set(WHISPER_VERSION_PATCH 3)"}, "whisper.cpp", "1.9.3"),
    # forks that keep the name of llama.cpp's project, and its header
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)', "include/llama.h": "",
      "ggml/src/iqk/iqk_common.h": ""}, "ik_llama.cpp", None),
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)', "include/llama.h": "", "koboldcpp.py": ""}, "koboldcpp", None),
    ({"CMakeLists.txt": 'project("stable-diffusion")\n'}, "stable-diffusion.cpp", None),
    ({"CMakeLists.txt": "project(xgboost LANGUAGES CXX C VERSION 3.4.1)"}, "cmake", None),
    ({"CMakeLists.txt": "project(tiny-cuda-nn\n\tVERSION 2.0\n)"}, "tiny-cuda-nn", "2.0"),
    ({"CMakeLists.txt": "PROJECT(\n\ttiny-cuda-nn\n\tVERSION 1.5\n)"}, "tiny-cuda-nn", "1.5"),
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)', "include/llama.h": "",
      "ggml/src/ggml-cuda/CMakeLists.txt": "# Replacing ${ARCH} in ${ARCHS} with"}, "llama.cpp", None),
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)', "include/llama.h": "",
      "ggml/src/ggml-cuda/CMakeLists.txt": "used, use ${ARCH}a or ${ARCH}f"}, "llama.cpp", "7538"),
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)', "include/llama.h": "",
      "ggml/CMakeLists.txt": "option(GGML_CUDA \"ggml: use CUDA\" OFF)"}, "llama.cpp", "3236"),
    ({"CMakeLists.txt": 'project("llama.cpp" C CXX)\noption(LLAMA_CUDA "x" OFF)'}, "llama.cpp", "2533"),
    # the same ggml files lie in whisper.cpp, without llama.h
    ({"CMakeLists.txt": 'project("whisper.cpp" VERSION 1.8.4)',
      "ggml/src/ggml-cuda/CMakeLists.txt": "# Replacing ${ARCH} in ${ARCHS} with"}, "whisper.cpp", "1.8.4"),
    ({"llama_cpp/__init__.py": 'from .llama_cpp import *\n__version__ = "0.3.16"\n'}, "llama-cpp-python", "0.3.16"),
    ({"setup.py": 'setup(\n    name="pywhispercpp",'}, "pywhispercpp", None),
    ({"CMakeLists.txt": "project(ctranslate2)", "python/ctranslate2/version.py": '__version__ = "4.8.1"'},
     "ctranslate2", "4.8.1"),
    ({"Cargo.lock": '[[package]]\nname = "llama-cpp-sys-2"\nversion = "0.1.154"\n'}, "llama-cpp-rs", "0.1.154"),
    ({"Cargo.lock": '[[package]]\nname = "candle-kernels"\nversion = "0.9.1"\n'}, "candle", "0.9.1"),
    ({"Cargo.toml": '[dependencies]\ncandle-core = { version = "0.10.2", features = ["cuda"] }\n'}, "candle", "0.10.2"),
    ({"Cargo.toml": '[dependencies]\nllama-cpp-2 = "0.1.132"\n'}, "llama-cpp-rs", "0.1.132"),
    ({"build.rs": 'fn main() { cc::Build::new().cuda(true).file("a.cu").compile("a"); }'}, "cargo-cc", None),
    ({"build.rs": 'fn main() { cc::Build::new().file("a.c").compile("a"); }'}, None, None),
    ({"build.rs": "fn main() { let dst = cmake::Config::new(\"native\").build(); }"}, "cargo-cmake", None),
    ({"setup.py": "from torch.utils.cpp_extension import CUDAExtension"}, "torch-extension", None),
    ({"setup.py": "from torch.utils.cpp_extension import CUDAExtension", "flash_attn/__init__.py":
      '__version__ = "2.8.3"'}, "flash-attention", "2.8.3"),
    ({"CMakeLists.txt": "project(x CXX CUDA)\nfind_package(Torch REQUIRED)"}, "torch-extension", None),
    ({"CMakeLists.txt": "project(vllm_extensions LANGUAGES CXX)\nfind_package(Torch REQUIRED)"}, "vllm", None),
    ({"CMakeLists.txt": "project(faiss\n  VERSION 1.15.0\n"}, "faiss", "1.15.0"),
    ({"CMakeLists.txt": 'project(k2 ${languages})\n\nset(K2_VERSION "1.24.4")'}, "k2", "1.24.4"),
    ({"CMakeLists.txt": "project(bitsandbytes LANGUAGES CXX)", "bitsandbytes/__init__.py": '__version__ = "0.50.1"'},
     "bitsandbytes", "0.50.1"),
    ({"install/cupy_builder/_compiler.py": "", "cupy/_version.py": "__version__ = '14.2.0'"}, "cupy", "14.2.0"),
    ({"install/cupy_builder/cupy_setup_build.py": "", "cupy/_version.py": "__version__ = '10.0.0'"}, "cupy", "10.0.0"),
    ({"cupy_setup_build.py": "", "cupy/_version.py": "__version__ = '9.6.0'"}, "cupy", "9.6.0"),
    ({"VERSION_NUMBER": "1.27.0\n", "onnxruntime/__init__.py": ""}, "onnxruntime", "1.27.0"),
    ({"modules/core/include/opencv2/core/version.hpp": "#define CV_VERSION_MAJOR    4\n#define CV_VERSION_MINOR    12\n"
      "#define CV_VERSION_REVISION 0\n"}, "opencv", "4.12.0"),
    ({"CMakeLists.txt": "project(thing CXX CUDA)"}, "cmake", None),
    ({"README": "nothing"}, None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "engine", "version"), TREES, ids=lambda value: value if isinstance(value, str) else None
)
def test_a_source_tree_shows_its_engine(
    tmp_path: Path, files: dict[str, str], engine: str | None, version: str | None
) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = recognise(tmp_path)
    assert (found and found.engine.name, found and found.version) == (engine, version)


def test_every_engine_with_markers_is_among_the_trees() -> None:
    seen = {engine for _, engine, _ in TREES} | {"whisper-rs"}  # that one by its project in tests/projects
    assert {engine.name for engine in ENGINES if engine.markers} - seen <= {"pytorch"}


@each_case(
    ("version", "archs", "driver", "release"),
    [
        (None, "121", None, "13.0"),  # PyTorch's index of 12.9 ends at 2.8
        (None, "120", None, "13.0"),
        (None, "70", None, "12.6"),
        (None, "86", "550.54.14", "12.6"),
        ("2.8.0", "120", None, "12.8"),
        ("2.8.0", "121", None, "12.9"),
        (None, "70 120", None, "12.8"),  # no index of this version builds both
    ],
)
def test_an_extension_is_built_with_a_cuda_that_its_torch_is_published_for(
    version: str | None, archs: str, driver: str | None, release: str
) -> None:
    asked = DriverRelease.parse(driver) if driver is not None else None
    chosen = plan_build(find("torch-extension"), wanted(*archs.split()), version=version, driver=asked).release
    assert str(chosen.version) == release


def test_what_sources_build_from_is_the_lowest_that_their_engine_knows() -> None:
    from cudacompat.domain.wheels.distributions import distributions

    for package, first in distributions().builds_from.items():
        (engine,) = [each for each in ENGINES if package in each.packages]
        known = [number for knob in engine.knobs for number in knob.known]
        assert min(known) == int(first.replace(".", ""))
