"""Lines of rustc and cargo about whisper-rs and its build: what each release took away.

From the history of tazz4843/whisper-rs up to 0.14.3 (135b60b), and copies of 0.15 and 0.16 in other repositories
(xCORViSx/AZUREAL@e71ab05, zackees/clud@a4ef5f5, pierspad/vesta@29735e9).
"""

from __future__ import annotations

from cudacompat.domain.logs.signature import LineAddition, LogLines, Role, Signature, SignatureGroup

# calls that no release has, and those that went to another type
_WITH_GPU = "<method:(with_gpu|set_use_gpu|set_gpu|use_cuda|with_cuda|set_use_cuda|enable_gpu)>"
_OF_STATE = "<method:(full*|pcm_to_mel*|encode*|decode*|get_logits*|lang_detect*)>"
_HISTORY = "tazz4843/whisper-rs history up to 135b60b"
_LATER = "copies of whisper-rs 0.15 and 0.16: xCORViSx/AZUREAL@e71ab05, zackees/clud@a4ef5f5"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="whisper-rs-no-with-gpu",
        title="whisper-rs has no `{method}`; use WhisperContextParameters::use_gpu",
        patterns=(
            f"no method named '{_WITH_GPU}' found for <...>WhisperContext",
            f"no method named '{_WITH_GPU}' found for <...>FullParams",
            f"no function or associated item named '{_WITH_GPU}' found for struct 'Whisper",
            "no method named 'use_gpu' found for struct 'WhisperContext'",
        ),
        sample="error[E0599]: no method named `with_gpu` found for struct `WhisperContextParameters<'_>` in the "
        "current scope",
        cause="No release of whisper-rs has `with_gpu` or `set_use_gpu`. Since 0.10 the GPU is chosen when the "
        "model is loaded.",
        does_not_mean="a crate built without CUDA",
        fix="let mut p = WhisperContextParameters::default(); p.use_gpu(true); "
        "WhisperContext::new_with_params(path, p). With the feature `cuda`, true is the default.",
        sources=(_HISTORY + ": no commit has with_gpu; use_gpu came with 0.10",),
    ),
    Signature(
        id="whisper-rs-new-removed",
        title="WhisperContext::new was removed in whisper-rs 0.12.1",
        patterns=(
            "no function or associated item named 'new' found for struct 'WhisperContext'",
            "no function or associated item named 'new_from_buffer' found for struct 'WhisperContext'",
        ),
        sample="error[E0599]: no function or associated item named `new` found for struct `WhisperContext` in the "
        "current scope",
        cause="`new` and `new_from_buffer` were deprecated in 0.10 and removed in 0.12.1.",
        does_not_mean="a removed struct",
        fix="WhisperContext::new_with_params(path, WhisperContextParameters::default()).",
        sources=(_HISTORY,),
    ),
    Signature(
        id="whisper-rs-calls-on-context",
        title="`{method}` is a function of WhisperState, not of WhisperContext, since whisper-rs 0.7",
        patterns=(f"no method named '{_OF_STATE}' found for struct 'WhisperContext",),
        sample="error[E0599]: no method named `full_n_segments` found for struct `WhisperContext` in the current scope",
        cause="From 0.7 on a context only holds the model; what runs, and what it found, belongs to a state made from "
        "it.",
        does_not_mean="a removed function: it is on the other type (the getters of segments went in 0.15)",
        fix="let mut state = ctx.create_state()?; state.full(params, &samples)?; state.full_n_segments().",
        sources=(_HISTORY, "tazz4843/whisper-rs#63"),
    ),
    Signature(
        id="whisper-rs-segment-getters-removed",
        title="`{method}` was removed in whisper-rs 0.15",
        patterns=("no method named '<method:(full_get_segment*|full_get_token*)>' found for <...>WhisperState",),
        sample="error[E0599]: no method named `full_get_segment_text` found for struct `WhisperState` in the current "
        "scope",
        cause="In 0.15 segments became objects: the functions full_get_segment_… and full_get_token_… of the state are "
        "gone.",
        does_not_mean="the type of the state",
        fix="state.get_segment(i) or state.as_iter(), then segment.to_str(), start_timestamp(), end_timestamp().",
        sources=(_LATER,),
    ),
    Signature(
        id="whisper-rs-n-segments",
        title="full_n_segments returns a number since whisper-rs 0.15",
        patterns=(
            "the '?' operator can only be applied to values that implement 'Try' <+> full_n_segments",
            "no method named 'expect' found for type 'i32' <+> full_n_segments",
            "no method named 'unwrap' found for type 'i32' <+> full_n_segments",
        ),
        sample="error[E0277]: the `?` operator can only be applied to values that implement `Try`\n"
        "  --> src/main.rs:40:24\n   |\n40 |     let num_segments = state.full_n_segments()?;",
        cause="Until 0.14 it returned a Result, from 0.15 a c_int.",
        does_not_mean="a failed transcription",
        fix="Take the ? (or unwrap, expect) away.",
        sources=(_LATER,),
    ),
    Signature(
        id="whisper-rs-no-opencl-feature",
        title="whisper-rs has no feature `{feature}` in this release",
        patterns=(
            "with features: '<feature:word>' but 'whisper-rs' does not have these features",
            "depends on 'whisper-rs', with features: <feature:text> but 'whisper-rs' does not have these features",
        ),
        sample="the package `app` depends on `whisper-rs`, with features: `opencl` but `whisper-rs` does not have "
        "these features.",
        cause="`opencl` was removed in 0.13, `openmp` and `vulkan` came with it; `cuda` exists from 0.8 on.",
        does_not_mean="a missing CUDA Toolkit",
        fix='whisper-rs = { version = "0.14", features = ["cuda"] }.',
        distinct=("feature",),
        sources=(_HISTORY,),
    ),
    Signature(
        id="whisper-rs-convert-audio",
        title="the audio helpers of whisper-rs changed their signature",
        patterns=(
            "this function takes 2 arguments but 1 argument was supplied <+> convert_integer_to_float_audio",
            "this function takes 1 argument but 2 arguments were supplied <+> convert_integer_to_float_audio",
        ),
        sample="error[E0061]: this function takes 2 arguments but 1 argument was supplied\n  --> src/main.rs:21:17\n "
        "  |\n"
        "21 |     let audio = whisper_rs::convert_integer_to_float_audio(&samples);",
        cause="Since 0.11 convert_integer_to_float_audio writes into a slice that the caller gives and returns a "
        "Result; before, it returned the samples.",
        does_not_mean="CUDA",
        fix="let mut audio = vec![0.0f32; samples.len()]; convert_integer_to_float_audio(&samples, &mut audio)?;",
        sources=("tazz4843/whisper-rs@f3b155c (0.11.0)",),
    ),
    Signature(
        id="whisper-rs-bindgen-layout",
        title="the prebuilt bindings do not fit this platform: libclang was not found",
        patterns=("Unable to generate bindings: <...>libclang", "Unable to find libclang"),
        sample="thread 'main' panicked at bindgen-0.69.4/lib.rs:622:31:\nUnable to find libclang: \"couldn't find "
        "any valid shared "
        "libraries matching: ['libclang.so', 'libclang-*.so']\"",
        cause="whisper-rs-sys makes its bindings with bindgen, which needs libclang; where that fails it falls back to "
        "bindings made on Linux.",
        does_not_mean="CUDA",
        fix="Install libclang (apt-get install libclang-dev) or set LIBCLANG_PATH.",
        command="apt-get install -y clang libclang-dev",
        sources=("tazz4843/whisper-rs sys/build.rs (135b60b)",),
    ),
    Signature(
        id="bindgen-opaque-structs",
        title="bindgen made empty structs: it does not know this libclang",
        patterns=(
            "note: available field is: '_address'",
            "attempt to compute '<left:num>_usize - <right:num>_usize', which would overflow",
        ),
        sample="   = note: available field is: `_address`",
        cause="bindgen before 0.72.1 takes the structs of libclang 22 and newer for forward declarations and leaves "
        "one byte of each; on Windows a libclang that does not fit the compiler has the same effect.",
        does_not_mean="a change of whisper.cpp; CUDA",
        fix="Take whisper-rs 0.16 or newer (bindgen 0.72.1), or show it an older libclang by LIBCLANG_PATH and build "
        "clean.",
        command="cargo clean --release -p whisper-rs-sys",
        sources=(
            "openbezal/rhema#27",
            "peteonrails/voxtype#269",
            "Zackriya-Solutions/meetily#428",
            "rust-lang/rust-bindgen#3383",
            "rust-lang/rust-bindgen#3442",
        ),
    ),
    Signature(
        id="whisper-rs-sys-mismatch",
        title="whisper-rs and whisper-rs-sys are of different releases: no field `{field}`",
        patterns=("no field '<field:word>' on type 'whisper_full_params'",),
        sample="error[E0609]: no field `suppress_nst` on type `whisper_full_params`\n"
        "   --> whisper-rs-0.14.2/src/whisper_params.rs:308:17\n"
        "    = note: available fields are: `strategy`, `n_threads`, `n_max_text_ctx`, `offset_ms`, `duration_ms` ... "
        "and 48 others",
        cause="The struct comes from the whisper.cpp in whisper-rs-sys; the lock file holds another release of it "
        "than whisper-rs was written for.",
        does_not_mean="CUDA. If the only field is `_address`, bindgen failed instead.",
        fix="Update both together.",
        command="cargo update -p whisper-rs -p whisper-rs-sys",
        after=("bindgen-opaque-structs",),
        sources=("tazz4843/whisper-rs#209",),
    ),
    Signature(
        id="cargo-no-cmake",
        title="the build script of a crate needs CMake",
        patterns=("is 'cmake' not installed?", "Missing dependency: cmake"),
        sample="failed to execute command: No such file or directory (os error 2)\nis `cmake` not installed?",
        cause="whisper-rs-sys, llama-cpp-sys-2 and others compile C++ with CMake.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install cmake and a C++ compiler.",
        command="apt-get install -y cmake g++",
        sources=("rust-lang/cmake-rs src/lib.rs",),
    ),
    Signature(
        id="cargo-build-script-failed",
        title="the build script of {crate} failed",
        patterns=("failed to run custom build command for '<crate:text>'",),
        sample="error: failed to run custom build command for `whisper-rs-sys v0.13.0`",
        cause="What cargo prints whenever a build script ends badly; the reason is in its output, after `--- stderr` "
        "or in the lines of CMake and nvcc.",
        does_not_mean="cargo",
        fix="Read the first error in the output of CMake and nvcc; cargo build -vv shows all of it.",
        role=Role.HEADING,
        distinct=("crate",),
        sources=("rust-lang/cargo src/cargo/core/compiler/custom_build.rs",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("whisper-rs and cargo", _OWN, place=110),),
    additions=(
        LineAddition(
            id="ld-no-pic",
            cause="With whisper-rs this comes from CMAKE_CUDA_FLAGS in the environment, which replaces its own "
            "-Xcompiler=-fPIC.",
        ),
        LineAddition(
            id="cpu-illegal-instruction",
            fix="for whisper-rs SOURCE_DATE_EPOCH=1, or GGML_NATIVE=OFF from 0.16.",
        ),
    ),
)
