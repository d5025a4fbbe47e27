"""How servers of language models report that an engine ended or has no room, and where the reason is."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SERVERS: tuple[Signature, ...] = (
    Signature(
        id="vllm-engine-ended",
        title="the engine's process ended; its own error is elsewhere in the log",
        patterns=(
            "Engine core initialization failed. See root cause above",
            "EngineCore failed to start",
            "EngineCore encountered a fatal error",
            "EngineCore encountered an issue. See stack trace",
            "Engine process failed to start",
            "Engine loop is not running",
            "Engine loop has died",
            "EngineDeadError",
            "WorkerProc failed to start",
            "WorkerProc initialization failed due to an exception in a background process",
            "Worker proc <name:word> died unexpectedly",
            "WorkerProc hit an exception",
            "Scheduler hit an exception",
            "Capture cuda graph failed",
            "MQLLMEngine process died",
            "AsyncEngineDeadError",
            "Engine background task failed",
        ),
        sample="RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}",
        cause="The server reports that a child ended; the child's traceback, often much earlier and with another "
        "process id, has the reason.",
        does_not_mean="the server process, which only reports the end of the engine",
        fix="Read the first traceback of the engine's or worker's process; keep the whole log.",
        role=Role.HEADING,
        sources=("vllm-project/vllm#21028", "gpustack/gpustack#2769", "sgl-project/sglang#3713"),
    ),
    Signature(
        id="vllm-cache-too-small",
        title="the GPU has no room for the context that was asked for",
        patterns=(
            "is larger than the maximum number of tokens that can be stored in KV cache",
            "To serve at least one request with the model's max seq len",
            "larger than the available KV cache memory",
            "Not enough memory. Please try to increase --mem-fraction-static",
            "is larger than the available KV cache",
        ),
        sample="ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be "
        "stored in KV cache (38960).",
        cause="After the model's weights too little memory is left for the keys and values of one full context.",
        does_not_mean="the GPU",
        fix="Lower --max-model-len, raise --gpu-memory-utilization (--mem-fraction-static), or take a smaller or "
        "quantized model.",
        command="nvidia-smi",
        sources=("vllm 0.33.0 vllm/v1/core/kv_cache_utils.py", "sgl-project/sglang model_runner.py (text)"),
    ),
)
