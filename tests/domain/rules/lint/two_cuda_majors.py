"""`two-cuda-majors`: two major CUDA releases in one environment."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_EACH_PYTHON = "numpy<2; python_version < '3.10'\nnumpy>=2; python_version >= '3.10'\n"
CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.13.0\nctranslate2==4.8.5\n"},
        good={"requirements.txt": "torch==2.8.0\nctranslate2==4.8.5\n"},
        line="ctranslate2",
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.8.0\nnvidia-cudnn-cu11==8.7.0.84\n"},
        good={"requirements.txt": "torch==2.8.0\nnvidia-cudnn-cu12==9.10.2.21\n"},
        line="nvidia-cudnn-cu11",
    ),
    LintCase(  # both are brought by packages without code of their own
        bad={"Dockerfile": "FROM python:3.12\nRUN pip install openai-whisper faster-whisper\n"},
        good={"Dockerfile": "FROM python:3.12\nRUN pip install openai-whisper torch==2.8.0 faster-whisper\n"},
        line="faster-whisper",
    ),
    LintCase(  # a package without device code that has a line for each Python changes nothing
        bad={"requirements.txt": _EACH_PYTHON + "torch==2.13.0\nctranslate2==4.8.5\n"},
        good={"requirements.txt": _EACH_PYTHON + "torch==2.8.0\nctranslate2==4.8.5\n"},
        line="ctranslate2",
    ),
)
_FEED = "https://feeds.example.org/onnxruntime-cuda-12/pypi/simple/"
_BRANCHES = 'if [ "$CUDA" = 13 ]; then\n  pip install nvidia-nccl-cu13\nelse\n  pip install nvidia-nccl-cu12\nfi\n'
NEAR_MISSES = (
    NearMiss(
        "a torch for the CPU brings no CUDA",
        {
            "requirements.txt": "--index-url https://download.pytorch.org/whl/cpu\n--extra-index-url https://pypi.org/simple\n"
            "torch==2.13.0\nctranslate2==4.8.5\n"
        },
    ),
    NearMiss("it brings its own", {"requirements.txt": "torch==2.13.0\nxgboost==3.1.2\n"}),
    NearMiss(
        "an index of its own has its build for CUDA 12",
        {"requirements.txt": f"--extra-index-url {_FEED}\ntorch==2.3.1\nonnxruntime-gpu==1.18.0\n"},
    ),
    NearMiss("no two branches are taken", {"install.sh": _BRANCHES}),
    NearMiss(
        "the libraries that it loads are asked for",
        {"requirements.txt": "torch==2.13.0\nctranslate2==4.8.5\nnvidia-cublas-cu12\nnvidia-cudnn-cu12\n"},
    ),
)
