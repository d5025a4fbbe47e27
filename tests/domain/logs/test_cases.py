"""One message, several causes: which case of a line holds in a log."""

from __future__ import annotations

import re

import pytest

from cudacompat.domain.logs.cases import CONDITION, SIGNS, Case, Situation, condition_in_words
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Target
from tests.domain.logs.test_catalogue import CATALOGUE, SIGNATURES, read
from tests.helpers.each_row import each_case

TURING = Situation(frozenset({"python"}), frozenset({"some-line"}), gpu=(7, 5), toolkit=(13, 1), driver=(580, 0))


class TestConditions:
    @each_case(
        ("condition", "values", "holds"),
        [
            ("python", {}, True),
            ("!python", {}, False),
            ("cargo", {}, False),
            ("!cargo", {}, True),
            ("gpu<8.0", {}, True),
            ("gpu>=7.5", {}, True),
            ("gpu<7.5", {}, False),
            ("!gpu<7.5", {}, True),
            ("arch<7.5", {"arch": "sm_61"}, True),
            ("arch<7.5", {"arch": "compute_120a"}, False),
            ("arch>=12.0", {"arch": "120"}, True),
            ("arch<7.5", {}, False),  # the GPU in question
            ("arch>=7.5", {"arch": "native"}, True),  # no architecture: the GPU in question
            ("arch-suffix", {"arch": "sm_120a"}, True),
            ("arch-suffix", {"arch": "sm_120"}, False),
            ("toolkit<13.2", {}, True),
            ("toolkit<13.1", {}, False),
            ("driver>=580.0", {}, True),
            ("also:some-line", {}, True),
            ("also:other-line", {}, False),
        ],
    )
    def test_one_is_decided_by_the_log(self, condition: str, values: dict[str, str], holds: bool) -> None:
        assert CONDITION.fullmatch(condition)
        assert TURING.holds(condition, values) is holds

    @pytest.mark.parametrize("condition", ["gpu<8.0", "!gpu<8.0", "toolkit>=13.0", "!toolkit>=13.0", "driver<570.0"])
    def test_what_the_log_does_not_tell_decides_nothing(self, condition: str) -> None:
        assert not Situation().holds(condition, {})

    def test_the_first_case_of_which_all_holds_is_taken(self) -> None:
        cases = (Case(when=("python", "gpu<7.5")), Case(when=("python",)), Case(when=()))
        assert TURING.case_of(cases, {}) is cases[1]
        assert TURING.case_of(cases[:1], {}) is None


class TestTheCatalogue:
    def test_its_conditions_exist(self) -> None:
        names = {sign.name for sign in CATALOGUE.signs}
        ids = {signature.id for signature in SIGNATURES}
        for signature in SIGNATURES:
            for case in signature.cases:
                assert case.when
                assert any((case.title, case.cause, case.does_not_mean, case.fix, case.command, case.wheel))
                for each in case.when:
                    assert CONDITION.fullmatch(each), each
                    bare = each.removeprefix("!")
                    if bare.startswith("also:"):
                        assert bare.removeprefix("also:") in ids
                    elif bare.replace("_", "").isalnum():
                        assert bare in names, each

    def test_each_sign_has_words_and_needles_that_it_can_match(self) -> None:
        assert len({sign.name for sign in CATALOGUE.signs}) == len(CATALOGUE.signs) >= len(SIGNS)
        assert all(sign.meaning for sign in CATALOGUE.signs)


def texts(log: str, capability: str | None = None) -> str:
    """All that `explain` advises for a log."""
    target = Target(capability, None, ComputeCapability.parse(capability)) if capability else None
    report = read(log, target)
    return "\n".join(
        "\n".join(filter(None, (m.title, m.cause, m.does_not_mean, m.fix, m.command, m.gpu))) for m in report.matches
    )


TORCH = "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n"
NO_IMAGE = "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"
NVRTC = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n"
ORT = "Failed to load library libonnxruntime_providers_cuda.so with error: {}: cannot open shared object file: No\n"
TITAN = Target("TITAN Xp", "NVIDIA TITAN Xp", ComputeCapability(6, 1))
GB10 = Target("GB10", "NVIDIA GB10", ComputeCapability(12, 1))
NOT_DEFINED = "ptxas fatal   : Value '{}' is not defined for option 'gpu-name'\n"
BLOCK_SCALE = "ptxas x.ptx, line 3; error   : Instruction 'mma with block scale' not supported on .target '{}'\n"
RANGE = (
    "    Found GPU0 {} which is of cuda capability {}.\n    Minimum and Maximum cuda capability supported by this "
    "version of PyTorch is\n    (7.5) - (12.0)\n"
)


class TestBothDirections:
    """A tool that is too new for an old GPU, and one that is too old for a new one."""

    @each_case(
        ("log", "gpu", "has", "lacks"),
        [
            (
                "ptxas fatal   : Value 'sm_52' is not defined for option 'gpu-name'\n",
                None,
                "CUDA 12.9 or earlier",
                "newer",
            ),
            (NOT_DEFINED.format("sm_70"), None, "too new", "TRITON_PTXAS"),
            (
                "ptxas fatal   : Value 'sm_121' is not defined for option 'gpu-name'\n",
                None,
                "12.9",
                "too new for the GPU",
            ),
            ("nvcc fatal   : Unsupported gpu architecture 'compute_61'\n", None, "CUDA 12.9 or earlier", "12.8 and 13"),
            ("nvcc fatal   : Unsupported gpu architecture 'compute_121'\n", None, "sm_121", "12.9 or earlier"),
            ("nvcc fatal   : Unsupported gpu architecture 'compute_35'\n", None, "CUDA 11.8", "12.9 or earlier"),
            (NVRTC, "6.1", "CUDA 13", "too early"),
            (NVRTC, "12.0", "CUDA 12.8", "too new"),
            (NVRTC, None, "CUDA 13", "YOUR GPU"),
            (NVRTC, None, "12.8", "YOUR GPU"),
            ("cupy.cuda.compiler.CompileException: " + NVRTC, "7.0", "cupy-cuda12x", "older than the GPU"),
            (TORCH + NO_IMAGE, "6.1", "cu126", "generate cmake"),
            (TORCH + NO_IMAGE, "12.0", "TORCH_CUDA_ARCH_LIST", "generate cmake"),
            (TORCH + NO_IMAGE, None, "get_arch_list", "generate"),
            (NO_IMAGE, "6.1", "CUDA 12.9 or earlier", "cupy"),
            (ORT.format("libcublasLt.so.11"), None, "nvidia-cublas-cu11", "line names"),
            (ORT.format("libcufft.so.10"), None, "1.19", "line names"),
            (ORT.format("libcublasLt.so.12"), None, "line names", "cu11"),
            (
                "\tat ai.onnxruntime.OrtSession.<init>(OrtSession.java:51)\n" + ORT.format("libcublasLt.so.11"),
                None,
                "com.microsoft.onnxruntime:onnxruntime_gpu",
                "pip",
            ),
            (
                "   at Microsoft.ML.OnnxRuntime.NativeApi() in /src/A.cs:line 9\n" + ORT.format("libcudnn.so.8"),
                None,
                "Microsoft.ML.OnnxRuntime.Gpu",
                "pip",
            ),
            (
                "ai.djl.engine.EngineException: CUDA error: no kernel image is available for execution on the device\n",
                "12.0",
                "PYTORCH_LIBRARY_PATH",
                "get_arch_list",
            ),
            (
                "INFO [api_server.py:1043] vLLM API server version 0.8.5\n"
                "torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device\n",
                "12.0",
                'pip install "vllm==',
                "get_arch_list",
            ),
            ("AssertionError: Torch not compiled with CUDA enabled\n", "12.0", "--force-reinstall", "--upgrade"),
            (
                "nvcc cannot target gpu arch 61. Available nvcc targets are [75, 80, 86].\n",
                None,
                "12.9 or earlier",
                "too early",
            ),
        ],
    )
    def test_the_cure_is_for_this_direction(self, log: str, gpu: str | None, has: str, lacks: str) -> None:
        said = texts(log, gpu)
        assert has in said
        assert lacks not in said

    def test_the_range_of_pytorch_is_fatal_below_and_harmless_for_gb10(self) -> None:
        [below] = read(RANGE.format("NVIDIA TITAN Xp", "6.1"), TITAN).matches
        assert below.signature.severity is Severity.ERROR
        assert "cu126" in f"{below.fix}{below.command}"
        [above] = read(RANGE.format("NVIDIA GB10", "12.1"), GB10).matches
        assert above.signature.severity is Severity.NOTE
        assert above.command is None
        assert read(RANGE.format("NVIDIA GB10", "12.1"), GB10).exit_code == 0


class TestOneMessageOfTwoCauses:
    def test_a_suffix_that_is_there_is_not_asked_for(self) -> None:
        said = texts(BLOCK_SCALE.format("sm_121a"))
        assert "another kernel or backend" in said
        assert "generate" not in said

    def test_one_that_is_missing_is(self) -> None:
        said = texts(
            BLOCK_SCALE.format("sm_120"),
            "12.0",
        )
        assert "120a" in said

    def test_a_function_of_bfloat16_is_not_in_another_file(self) -> None:
        assert "sm_80" in texts("ptxas fatal   : Unresolved extern function '_Z4castI13__nv_bfloat16EvPT_'\n")
        assert "-rdc=true" in texts("ptxas fatal   : Unresolved extern function '_Z1fi'\n")


class TestTheWorldOfTheLog:
    NO_DRIVER = "libcuda.so.1: cannot open shared object file: No such file or directory\n"

    @pytest.mark.parametrize(
        ("before", "has"),
        [
            ("", "--gpus all"),
            ("Apptainer> ./server\n", "--nv"),
            ("INFO:    Using cached SIF image server.sif\n", "--nv"),
            ("/nix/store/3q-server/bin/server\n", "/run/opengl-driver/lib"),
            ("Linux w 5.15.153.1-microsoft-standard-WSL2 x86_64 GNU/Linux\n", "/usr/lib/wsl/lib"),
            ("$ podman run --rm server\n", "nvidia.com/gpu=all"),
        ],
    )
    def test_decides_the_cure_of_a_missing_driver(self, before: str, has: str) -> None:
        assert has in texts(before + self.NO_DRIVER)

    @pytest.mark.parametrize(
        ("before", "has", "lacks"),
        [("     Running `target/debug/app`\n", "ldconfig", "pip install"), ("", "pip install", "ldconfig")],
    )
    def test_decides_who_installs_the_libraries_of_onnx_runtime(self, before: str, has: str, lacks: str) -> None:
        said = texts(
            f"{before}Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot "
            "open shared object file: No such file or directory\n"
        )
        assert has in said
        assert lacks not in said

    def test_the_wheel_of_the_table_is_the_command(self) -> None:
        line = "with CUDA capability sm_120 is not compatible with the current PyTorch installation."
        [match] = read(f"NVIDIA GeForce RTX 5070 Ti {line}\n").matches
        assert match.command is not None
        assert match.command.startswith('pip install "torch==')

    def test_without_a_gpu_no_command_names_one(self) -> None:
        for match in read("nvcc fatal   : Unsupported gpu architecture 'compute_native'\n").matches:
            assert match.command is None
            assert "--gpu" in match.fix


class TestThePage:
    def test_names_the_other_cases_and_when_they_hold(self) -> None:
        from cudacompat.app.explain import explain

        page = " ".join(explain("nvrtc-invalid-arch").text.split())
        assert "If the GPU is below 7.5: NVRTC of CUDA 13 has no target below 7.5" in page
        assert "If the log is from CuPy and the GPU is below 7.5" in page

    @pytest.mark.parametrize(
        ("condition", "words"),
        [
            ("!gpu>=13.0", "the GPU is below 13.0"),
            ("driver<570.0", "the driver is below 570"),
            ("arch-suffix", "the architecture in the line has a suffix"),
            ("!arch-suffix", "the architecture in the line has no suffix"),
            ("also:make-failed", "the log also has make-failed"),
            ("!python", "the log is not from a Python program"),
        ],
    )
    def test_says_each_condition(self, condition: str, words: str) -> None:
        assert condition_in_words(condition, {"python": "a Python program"}) == words


class TestACureThatNeedsADriver:
    LOG = 'Traceback (most recent call last):\n  File "/env/site-packages/vllm/a.py", line 3, in f\n    run()\n' + (
        "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"
    )
    ADA = Target("RTX 4090", "NVIDIA GeForce RTX 4090", ComputeCapability(8, 9))

    def test_names_the_release_for_an_older_one_where_none_is_known(self) -> None:
        fix = read(self.LOG, self.ADA).matches[0].fix
        assert re.search(r"It needs driver 580 or newer; vllm==[\d.]+ does with driver 5[27]\d\.", fix)

    def test_is_for_the_driver_that_the_log_names(self) -> None:
        log = "| NVIDIA-SMI 550.54.14   Driver Version: 550.54.14   CUDA Version: 12.4 |\n" + self.LOG
        fix = read(log, self.ADA).matches[0].fix
        assert "580" not in fix
        assert " does with driver " not in fix
