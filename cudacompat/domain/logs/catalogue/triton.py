"""Lines of Triton."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="triton-ptxas-ended",
        title="Triton's ptxas ended with an error for {arch}",
        patterns=("ptxas<...>--gpu-name=<arch:(sm_*)> <...>returned non-zero exit status",),
        sample="subprocess.CalledProcessError: Command '/opt/env/triton/backends/nvidia/bin/ptxas -lineinfo -v "
        "--gpu-name=sm_120 /tmp/a.ptx -o /tmp/a.ptx.o' returned non-zero exit status 255.",
        cause="Triton calls the ptxas of its package. One that is older than the GPU does not know its architecture: "
        "sm_120 needs a ptxas of CUDA 12.8, which Triton has from 3.3 on.",
        does_not_mean="the kernel's source; the driver",
        fix="Update PyTorch and Triton together. The file after 2> in the line has what ptxas said.",
        after=(
            "triton-ptxas-blackwell-unknown-gpu",
            "ptxas-instruction-of-other-gpu",
            "ptxas-unknown-gpu",
            "ptxas-unsupported-version",
            "ptxas-unsupported-target",
            "ptxas-feature-needs-newer-target",
            "ptxas-needs-arch-specific",
        ),
        sources=("RLinf/RLinf#92",),
    ),
    Signature(
        id="triton-codegen-error",
        title="Triton's ptxas rejected its PTX",
        patterns=("Internal Triton PTX codegen error", "PTXAS error: Internal Triton PTX codegen error"),
        sample="triton.runtime.errors.PTXASError: PTXAS error: Internal Triton PTX codegen error",
        cause="ptxas ended with an error; its own lines follow after `ptxas stderr:`. Most often it does not know the "
        "GPU.",
        does_not_mean="the kernel source",
        fix="Read the line of ptxas: it names the architecture or the instruction. Triton 3.3 is the first for the "
        "50 series.",
        cases=(
            Case(
                when=("gpu<7.5",),
                fix="Triton needs 7.0, and with a ptxas of CUDA 13 7.5: use a release built with CUDA 12.",
            ),
        ),
        after=(
            "triton-ptxas-ended",
            "triton-ptxas-blackwell-unknown-gpu",
            "ptxas-instruction-of-other-gpu",
            "ptxas-unknown-gpu",
            "ptxas-unsupported-version",
            "ptxas-unsupported-target",
            "ptxas-feature-needs-newer-target",
            "ptxas-needs-arch-specific",
        ),
        sources=("triton-lang/triton#8539", "Zyphra/Zonos#184"),
    ),
    Signature(
        id="triton-out-of-resources",
        title="a Triton kernel needs {required} of {resource}, and the GPU has {limit}",
        patterns=("out of resource: <resource:text>, Required: <required:num>, Hardware limit: <limit:num>",),
        sample="triton.runtime.errors.OutOfResources: out of resource: shared memory, Required: 131072, Hardware "
        "limit: "
        "101376. Reducing block sizes or `num_stages` may help.",
        cause="The kernel was tuned for a GPU with more shared memory: 8.6, 8.9 and 12.x have about 100 KB, 8.0 164 "
        "KB, "
        "9.0 and 10.0 228 KB.",
        does_not_mean="missing code for the GPU",
        fix="Smaller blocks or fewer stages; a release of the library that is tuned for {label}.",
        sources=("triton 3.9.0 triton/runtime/errors.py",),
    ),
    Signature(
        id="triton-fp8-unsupported",
        title="the GPU lacks the 8-bit floating type that the kernel uses",
        patterns=("type fp8e4nv not supported in this architecture",),
        sample='ValueError("type fp8e4nv not supported in this architecture. The supported fp8 dtypes are '
        "('fp8e4b15', "
        "'fp8e5')\")",
        cause="fp8e4nv needs 8.9 or newer.",
        does_not_mean="the age of Triton",
        fix="A model or setting without FP8 on this GPU.",
        sources=(
            "triton-lang/triton#4319",
            "WeChatCV/Stand-In_Preprocessor_ComfyUI#10",
        ),
    ),
    Signature(
        id="triton-no-c-compiler",
        title="Triton needs a C compiler at run time",
        patterns=("Failed to find C compiler. Please specify via CC environment variable",),
        sample="RuntimeError: Failed to find C compiler. Please specify via CC environment variable.",
        cause="Triton compiles a small launcher for each kernel; slim and -runtime images have no gcc.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install gcc and Python's headers in the image.",
        command="apt-get install -y gcc python3-dev",
        sources=("triton 3.9.0 triton/runtime/build.py",),
    ),
    Signature(
        id="triton-llvm-cannot-select",
        title="Triton's LLVM has no code for an operation on this GPU",
        patterns=(
            "LLVM ERROR: Cannot select: intrinsic %llvm.nvvm",
            "'sm_<arch:word>' is not a recognized processor for this target",
        ),
        sample="'sm_120' is not a recognized processor for this target (ignoring processor)",
        cause="The LLVM in this Triton or XLA is older than the GPU.",
        does_not_mean="the driver",
        fix="A newer Triton or PyTorch.",
        sources=("libnvrtc.so.12 12.9.86 and xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (LLVM text)",),
    ),
    Signature(
        id="triton-ptxas-missing",
        title="Triton finds no ptxas",
        patterns=("Cannot find ptxas",),
        sample="RuntimeError: Cannot find ptxas",
        cause="The wheel's own ptxas was removed or cannot be run (another CPU architecture, a read-only or noexec "
        "directory).",
        does_not_mean="a missing toolkit in every case",
        fix="Reinstall triton. TRITON_PTXAS_PATH names another ptxas (TRITON_PTXAS_BLACKWELL_PATH for 10.0 and "
        "later, from Triton 3.6).",
        command="pip install --force-reinstall --no-deps triton",
        sources=("triton 3.9.0 triton/knobs.py",),
    ),
    Signature(
        id="triton-pass-failed",
        title="Triton's compiler cannot build the kernel for this GPU",
        patterns=(
            "PassManager::run failed",
            "Failures have been detected while processing an MLIR pass pipeline",
        ),
        sample="RuntimeError: PassManager::run failed",
        cause="An operation of the kernel does not exist on the GPU, or this Triton cannot lower it there: the error "
        "before it names the operation. Triton supports GPUs from 7.0 on, 8-bit floats from 8.9 on.",
        does_not_mean="a wrong installation of the driver or of CUDA",
        fix="Use a kernel that is made for the GPU: on Pascal and older switch Triton off (no "
        "SageAttention, no compiled graphs), on newer ones update Triton.",
        role=Role.HEADING,
        after=("triton-fp8-unsupported",),
        sources=("Comfy-Org/ComfyUI#6228",),
    ),
    Signature(
        id="triton-op-unsupported",
        title="Triton cannot lower {op} for this GPU",
        patterns=("error: '<op:word>' op unsupported conversion", "'<op:(tt*)>' op <...>unsupported"),
        sample="attn.py:78:55: error: 'tt.fp_to_fp' op unsupported conversion",
        cause="The operation exists only on newer GPUs: conversions of bfloat16 from 8.0 on, of 8-bit floats from "
        "8.9 on. "
        "Triton itself supports GPUs from 7.0 on.",
        does_not_mean="a wrong installation of the driver or of CUDA",
        fix="Use another kernel on this GPU: SDPA or xformers in place of SageAttention, float16 in place of bfloat16.",
        sources=("Comfy-Org/ComfyUI#6228",),
    ),
)
