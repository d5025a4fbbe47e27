"""What whisper.cpp prints where it goes on without a GPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.ggml.log_lines import NO_BACKEND as _REASONS

_WHISPER = "ggml-org/whisper.cpp src/whisper.cpp"

_CPU: tuple[Signature, ...] = (
    Signature(
        id="whisper-no-gpu-found",
        title="whisper.cpp found no GPU and uses the CPU",
        patterns=("whisper_backend_init_gpu: no GPU found", "parakeet_backend_init_gpu: no GPU found"),
        sample="whisper_backend_init_gpu: no GPU found",
        cause="The CUDA backend was not compiled in, its library was not found, or no device is visible. The line is "
        "of "
        "level INFO, and the CPU continues the work.",
        does_not_mean="the architecture, which fails later with an error. `use gpu = 1` above is only the parameter.",
        fix='Build with -DGGML_CUDA=ON (whisper-rs: features = ["cuda"]), start the container with --gpus all, and let '
        "CI fail on this line.",
        command="cudacompat doctor",
        after=_REASONS,
        sources=(_WHISPER, "ggml-org/whisper.cpp#3449", "ggml-org/whisper.cpp#2297"),
    ),
    Signature(
        id="whisper-gpu-off",
        title="whisper.cpp is configured not to use the GPU",
        severity=Severity.WARNING,
        patterns=("use gpu = 0",),
        sample="whisper_init_with_params_no_state: use gpu    = 0",
        cause="use_gpu is false: the flag -ng, WhisperContextParameters with use_gpu(false), or a whisper-rs built "
        "without a GPU feature.",
        does_not_mean="a missing GPU",
        fix='Take the flag away; for whisper-rs add features = ["cuda"].',
        sources=(_WHISPER,),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("Silent use of the CPU", _CPU, before="jax-cpu"),),
)
