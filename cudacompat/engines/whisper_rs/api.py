"""Calls of whisper-rs that came and went; read in the history of tazz4843/whisper-rs (474 commits, up to 0.14.3) and in
vendored copies of 0.15.1 and 0.16.0."""

from __future__ import annotations

from cudacompat.domain.builds.api_changes import Api, ApiChange, FeatureChange
from cudacompat.domain.builds.engine import Window

_HISTORY = "git history of tazz4843/whisper-rs"
_COPIES = "vendored copies of whisper-rs 0.15.1 (xCORViSx/AZUREAL@e71ab05) and 0.16.0 (zackees/clud@a4ef5f5)"

CHANGES: tuple[ApiChange, ...] = (
    ApiChange(
        "with_gpu",
        r"\.\s*with_gpu\s*\(",
        Window(),
        "no version of whisper-rs ever had it",
        "params.use_gpu(true) on WhisperContextParameters; with the feature cuda it is the default already",
        f"no hit in the {_HISTORY}",
    ),
    ApiChange(
        "set_use_gpu",
        r"\.\s*set_use_gpu\s*\(",
        Window(),
        "no version of whisper-rs ever had it",
        "the GPU is chosen when the context is made: WhisperContextParameters::use_gpu",
        f"no hit in the {_HISTORY}",
    ),
    ApiChange(
        "WhisperContext::new",
        r"\bWhisperContext\s*::\s*new\s*\(",
        Window("0.12.1"),
        "removed in 0.12.1",
        "WhisperContext::new_with_params(path, WhisperContextParameters::default())",
        f"{_HISTORY}, 85edf85 of 2024-04-30",
    ),
    ApiChange(
        "WhisperContext::new_from_buffer",
        r"\bWhisperContext\s*::\s*new_from_buffer\s*\(",
        Window("0.12.1"),
        "removed in 0.12.1",
        "WhisperContext::new_from_buffer_with_params(buffer, WhisperContextParameters::default())",
        f"{_HISTORY}, 85edf85 of 2024-04-30",
    ),
    ApiChange(
        "new_with_params",
        r"\bWhisperContext\s*::\s*new_with_params\s*\(",
        Window(None, "0.10.0"),
        "it came with 0.10.0",
        "whisper-rs 0.10 or newer, or WhisperContext::new(path)",
        _HISTORY,
    ),
    ApiChange(
        "full_get_segment_text",
        r"\.\s*full_get_segment_(?:text|t0|t1|tokens|bytes)(?:_lossy)?\s*\(",
        Window("0.15.0"),
        "gone in 0.15",
        "state.get_segment(i) gives a WhisperSegment; state.as_iter() goes through them",
        _COPIES,
    ),
    ApiChange(
        "full_n_segments()?",
        r"\.\s*full_n_segments\s*\(\s*\)\s*(?:\?|\.\s*(?:unwrap|expect|map_err)\b)",
        Window("0.15.0"),
        "since 0.15 it returns the number, not a Result",
        "state.full_n_segments()",
        _COPIES,
    ),
    ApiChange(
        "token_to_cstr",
        r"\.\s*token_to_cstr\s*\(",
        Window("0.15.0"),
        "gone in 0.15",
        "token_to_str or token_to_bytes",
        _COPIES,
    ),
    ApiChange(
        "DecodeStrategy",
        r"\bDecodeStrategy\b",
        Window("0.3.0"),
        "renamed before 0.6",
        "SamplingStrategy",
        _HISTORY,
    ),
)

FEATURES: tuple[FeatureChange, ...] = (
    FeatureChange(
        "opencl", Window("0.13.0"), "removed in 0.13: whisper.cpp no longer has it", "vulkan", "ec609f1 of 2024-08-08"
    ),
    FeatureChange("simd", Window("0.12.0"), "removed before 0.12", None, "49ef267 of 2024-01-10"),
    FeatureChange("cublas", Window(), "no version of whisper-rs ever had it", "cuda", f"no hit in the {_HISTORY}"),
    FeatureChange("cuda", Window(None, "0.8.0"), "it came with 0.8", None, "9b3bebf of 2023-05-05"),
    FeatureChange("vulkan", Window(None, "0.13.0"), "it came with 0.13", None, "e33cc3e of 2024-08-18"),
)

API = Api("whisper_rs", CHANGES, FEATURES)
