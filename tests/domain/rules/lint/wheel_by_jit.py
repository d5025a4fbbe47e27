"""`wheel-by-jit`: a wheel runs by JIT although a native one is published."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "onnxruntime-gpu==1.22.0\n"},
        good={"requirements.txt": "onnxruntime-gpu==1.29.0\n"},
        line="onnxruntime-gpu",
        gpu=("12.0",),
    ),
    LintCase(  # no release has machine code for it: it is slow at the first start all the same
        bad={"requirements.txt": "ctranslate2==4.5.0\n"},
        good={"requirements.txt": "torch==2.8.0\n"},
        line="ctranslate2",
        gpu=("12.0",),
    ),
    LintCase(  # what holds no device code brings what does
        bad={"requirements.txt": "numpy\nfaster-whisper==1.1.0\n"},
        good={"requirements.txt": "numpy\nfaster-whisper==1.1.0\nctranslate2 @ https://example.org/own.zip\n"},
        line="faster-whisper",
        gpu=("9.0",),
    ),
)
NEAR_MISSES = (
    NearMiss(
        "nor do they say anything next to another framework",
        {"requirements.txt": "jax-cuda12-plugin==0.7.2\nnvidia-cufft-cu12==11.4.1.4\n"},
        gpu=("RTX 3090",),
    ),
    NearMiss(
        "a build for the CPU has nothing to compile", {"requirements.txt": "onnxruntime==1.22.0\n"}, gpu=("12.0",)
    ),
    NearMiss(
        "torch does not run there at all, which is said of it",
        {"requirements.txt": "torch==2.5.1\ntorchvision==0.20.1\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "NVIDIA's own libraries choose at run time what the framework needs",
        {"requirements.txt": "torch==2.8.0\nnvidia-cublas-cu12==12.6.4.1\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "another build of the same file is native",
        {
            "deploy.sh": "if [ $OLD = 1 ]; then\n  pip install onnxruntime-gpu==1.22.0\nelse\n"
            "  pip install onnxruntime-gpu==1.29.0\nfi\n"
        },
        gpu=("12.0",),
    ),
)
