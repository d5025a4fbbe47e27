"""Lines of ptxas, nvlink, fatbinary, NVRTC and the tools that list device code."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Role, Signature
from cudacompat.domain.words.finding import Severity

_MEASURED = "measured with ptxas 12.8 and 13.5"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="ptxas-unknown-gpu",
        title="this ptxas does not support {arch}",
        patterns=("ptxas fatal : Value '<arch:word>' is not defined for option 'gpu-name'",),
        sample="ptxas fatal   : Value 'sm_120' is not defined for option 'gpu-name'",
        cause="The ptxas that ran is from a release that does not build {arch}: too early for a new architecture, or "
        "CUDA 13, which builds nothing below sm_75. Triton, XLA and Numba bring or find a ptxas themselves.",
        does_not_mean="the ptxas of the installed toolkit; the driver",
        fix="Find the ptxas that ran (the error often prints its path) and use a release that builds {arch}.",
        command="ptxas --version",
        distinct=("arch",),
        cases=(
            Case(
                when=("arch<7.5",),
                title="this ptxas no longer knows {arch}",
                cause="CUDA 13 removed all targets below sm_75, and CUDA 12 those below sm_50: this ptxas is too new "
                "for "
                "the GPU.",
                does_not_mean="the age of ptxas: a later ptxas lacks {arch} too",
                fix="Use a ptxas of CUDA 12.9 or earlier (11.8 for sm_35 and sm_37), and the CUDA 12 build of the "
                "framework "
                "that called it.",
                command="",
            ),
            Case(
                when=("xla",),
                fix="XLA runs the ptxas on the PATH, else that of nvidia-cuda-nvcc: install one of {toolkit}.",
                command="pip install --upgrade nvidia-cuda-nvcc",
            ),
            Case(
                when=("triton", "arch>=10.0"),
                cause="Triton runs the ptxas of its wheel, and that release does not know {arch}.",
                fix="Update Triton (with PyTorch) to a release that knows {arch}. Up to Triton 3.5, whose program this "
                "line is of, TRITON_PTXAS_PATH names another ptxas; from 3.6 on TRITON_PTXAS_BLACKWELL_PATH does for "
                "10.0 and later.",
                command="export TRITON_PTXAS_PATH=/usr/local/cuda/bin/ptxas",
            ),
            Case(
                when=("triton",),
                fix="Update Triton (with PyTorch), or name a ptxas that knows {arch}.",
                command="export TRITON_PTXAS_PATH=/usr/local/cuda/bin/ptxas",
            ),
        ),
        sources=(
            "triton-lang/triton#8539",
            "Zyphra/Zonos#184",
            "measured with ptxas 13.5: sm_30",
            "triton 3.9.0 triton/knobs.py and backends/nvidia/compiler.py (which variable is read)",
        ),
        gpu=GpuMeaning.BUILT_BY,
    ),
    Signature(
        id="triton-ptxas-blackwell-unknown-gpu",
        title="the second ptxas in Triton's wheel does not know {arch}",
        patterns=("ptxas-blackwell fatal : Value '<arch:word>' is not defined for option 'gpu-name'",),
        sample="ptxas-blackwell fatal   : Value 'sm_110a' is not defined for option 'gpu-name'",
        cause="Triton's wheel has a ptxas-blackwell for newer GPUs: release 12.9 in Triton 3.6, 13.1 in 3.7. "
        "sm_110 (Jetson Thor) needs CUDA 13.0, as sm_101 was renamed.",
        does_not_mean="a missing TRITON_PTXAS_PATH: Triton does not read it for this program",
        fix="Install a later Triton (3.7 or later for sm_110), or name the ptxas of an installed CUDA 13.",
        command="export TRITON_PTXAS_BLACKWELL_PATH=/usr/local/cuda/bin/ptxas",
        distinct=("arch",),
        sources=(
            "triton-lang/triton#10331",
            "triton-lang/triton#8959",
            "triton 3.9.0 triton/knobs.py",
        ),
        gpu=GpuMeaning.BUILT_BY,
    ),
    Signature(
        id="ptxas-unsupported-target",
        title="the PTX is for {arch}, which this ptxas does not know",
        patterns=("Unsupported .target '<arch:word>'",),
        sample="ptxas a.ptx, line 2; fatal   : Unsupported .target 'sm_130'",
        cause="The compiler that wrote the PTX knows {arch} and this ptxas does not: too early for a new architecture, "
        "or CUDA 13 for one below sm_75.",
        does_not_mean="a syntax error in the PTX",
        fix="Use a ptxas of a release that builds {arch}, or generate PTX for a target that both know.",
        cases=(
            Case(
                when=("arch<7.5",),
                cause="CUDA 13 removed all targets below sm_75: this ptxas is too new for {arch}.",
                fix="Use a ptxas of CUDA 12.9 or earlier, or generate PTX for sm_75 or higher.",
            ),
        ),
        distinct=("arch",),
        sources=("measured with ptxas 13.0 and 13.5",),
        gpu=GpuMeaning.BUILT_BY,
    ),
    Signature(
        id="ptxas-unsupported-version",
        title="the PTX has ISA version {version}, and this ptxas reads versions up to {current}",
        patterns=("Unsupported .version <version:ver>; current version is '<current:ver>'",),
        sample="ptxas b.ptx, line 1; fatal   : Unsupported .version 9.9; current version is '9.0'",
        cause="A newer compiler (nvcc, LLVM, Triton or XLA) wrote the PTX. At run time the same mismatch is CUDA "
        "error 222.",
        does_not_mean="the GPU",
        fix="Use one release for both: an older compiler or a newer ptxas.",
        sources=(_MEASURED, "jax-ml/jax#25344"),
    ),
    Signature(
        id="ptxas-needs-arch-specific",
        title="{feature} needs an a- or f-suffixed target, but the target is plain {arch}",
        patterns=(
            "Instruction '<feature:text>' not supported on .target '<arch:word>'",
            "Feature '<feature:text>' not supported on .target '<arch:word>'",
            "Instruction '<feature:text>' cannot be compiled for architecture '<arch:word>'",
        ),
        sample="ptxas x.ptx, line 283546; error   : Instruction 'mma with block scale' not supported on .target "
        "'sm_120'",
        cause="The source uses an instruction that exists only under a target with the suffix a or f, or not at all on "
        "this family. __CUDA_ARCH__ is 1200 for sm_120 and for sm_120a, so a plain guard does not help.",
        does_not_mean="the age of the toolkit",
        fix="Build for 120a (or 120f from CUDA 12.9) and remove plain compute_120 from NVCC_APPEND_FLAGS. If it fails "
        "under the suffix too, the GPU has no such instruction: use another kernel or backend.",
        command="cudacompat generate {engine} --gpu {gpu}",
        distinct=("arch",),
        cases=(
            Case(
                when=("arch-suffix",),
                title="{arch} does not have {feature}",
                cause="The target already has its suffix, so this family of GPUs has no such instruction: many of "
                "10.0 (B200) are not on 12.x (RTX 50, GB10), and those of 9.0a only on Hopper.",
                does_not_mean="the architecture list",
                fix="Choose another kernel or backend for this GPU, or a release of the library that has one for it.",
                command="",
            ),
        ),
        sources=(_MEASURED, "ggml-org/llama.cpp#18363", "ggml-org/llama.cpp#17906"),
    ),
    Signature(
        id="ptxas-feature-needs-newer-target",
        title="{feature} needs {needed} or higher, and the list has a lower target",
        patterns=(
            "Feature '<feature:text>' requires .target <needed:word> or higher",
            "Modifier '<feature:text>' requires .target <needed:word> or higher",
            "Instruction '<feature:text>' requires .target <needed:word> or higher",
        ),
        sample="ptxas cpa.ptx, line 6; error   : Feature 'cp.async.commit_group' requires .target sm_80 or higher",
        cause="The source uses a feature without a guard for the architectures that do not have it, and one of those "
        "is in the list.",
        does_not_mean="the age of the toolkit",
        fix="Take the older targets out of the list, or guard the code with __CUDA_ARCH__.",
        distinct=("needed",),
        sources=(_MEASURED,),
    ),
    Signature(
        id="ptxas-target-above-arch",
        title="the PTX is for a newer architecture than ptxas was asked to compile for",
        patterns=("SM version specified by .target is higher than default SM version assumed",),
        sample="ptxas fatal   : SM version specified by .target is higher than default SM version assumed",
        cause="The .target in the PTX is above the -arch given to ptxas.",
        does_not_mean="an architecture that this ptxas does not support",
        fix="Compile for an architecture at or above the .target.",
        sources=(_MEASURED,),
    ),
    Signature(
        id="ptxas-device-runtime",
        title="device code calls the CUDA runtime: libcudadevrt is needed",
        patterns=("Unresolved extern function '__cudaCDP<name:word>'",),
        sample="ptxas fatal   : Unresolved extern function '__cudaCDP2Malloc'",
        cause="A kernel launches kernels, or calls cudaMalloc or another part of the runtime. That is in libcudadevrt, "
        "which is linked to relocatable code alone.",
        does_not_mean="a missing architecture; a missing source file",
        fix="Compile with -rdc=true and link with nvcc -lcudadevrt (CMake: CUDA_SEPARABLE_COMPILATION ON), or call it "
        "from the host.",
        sources=("CUDA C++ Programming Guide 13.0, CUDA Dynamic Parallelism",),
    ),
    Signature(
        id="ptxas-unresolved-extern",
        title="a device function is defined in another file: relocatable code is needed",
        patterns=("Unresolved extern function '<name:word>'",),
        sample="ptxas fatal   : Unresolved extern function '_Z1fi'",
        cause="Device code calls {name}, which is defined in another source file, and the files were compiled as "
        "whole programs.",
        does_not_mean="a missing architecture",
        fix="Compile with -rdc=true (CMake: CUDA_SEPARABLE_COMPILATION ON) and link with nvcc.",
        cases=(
            Case(
                when=("bfloat16",),
                title="a bfloat16 function has no body for this target",
                cause="{name} is declared for every target, and its body is compiled for 8.0 and higher only: GPUs "
                "below 8.0 have no bfloat16 arithmetic.",
                does_not_mean="a missing -rdc=true: it moves the failure to the device linker",
                fix="Build for 8.0 or higher (sm_80), or without the bf16 kernels; on a GPU below 8.0 use float16 and "
                "a release of the program without them.",
            ),
        ),
        sources=(_MEASURED,),
    ),
    Signature(
        id="ptxas-shared-memory",
        title="a kernel declares more shared memory than the architecture has",
        patterns=("uses too much shared data",),
        sample="ptxas error   : Entry function 'k' uses too much shared data (0x493e0 bytes, 0xc000 max)",
        cause="Static shared memory is limited to 48 KiB; more has to be dynamic, and ends at the architecture's own "
        "limit.",
        does_not_mean="a compiler defect",
        fix="Use dynamic shared memory, or a smaller tile for this architecture.",
        sources=(_MEASURED,),
    ),
    Signature(
        id="ptxas-syntax",
        title="ptxas cannot read the PTX",
        patterns=("Parsing error near '<...>': syntax error",),
        sample="ptxas bad.ptx, line 4; fatal   : Parsing error near 'garbage': syntax error",
        cause="Inline PTX with a mistake, a file that is not PTX, or instructions of a newer ISA under an older "
        ".version.",
        does_not_mean="the GPU",
        fix="Look at the line that is named.",
        sources=(_MEASURED,),
    ),
    Signature(
        id="ptxas-aborted",
        title="ptxas gave up after the errors above",
        patterns=("Ptx assembly aborted due to errors",),
        sample="ptxas fatal   : Ptx assembly aborted due to errors",
        cause="The last line of every failed run of ptxas.",
        does_not_mean="a separate fault",
        fix="Read the first line of ptxas above it.",
        role=Role.END,
        after=(
            "ptxas-unknown-gpu",
            "ptxas-unsupported-target",
            "ptxas-unsupported-version",
            "ptxas-needs-arch-specific",
            "ptxas-feature-needs-newer-target",
            "ptxas-syntax",
        ),
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvlink-arch-not-found",
        title="an object holds no device code for {arch}, and the link continued without it",
        patterns=("SM Arch ('<arch:word>') not found in '<object:word>'",),
        sample="nvlink warning : SM Arch ('sm_120') not found in 'r.o'",
        cause="An object, often of a static library, was compiled for another list. This is only a warning, but "
        "its kernels fail for {arch} with error 209 or 500.",
        does_not_mean="the linker: it continued as designed, but code is missing",
        fix="Compile every object and static library for the same list, and treat the warning as an error.",
        distinct=("arch",),
        sources=("measured with nvlink 13.0",),
    ),
    Signature(
        id="nvlink-undefined-reference",
        title="the device linker lacks {name}",
        patterns=("nvlink error : Undefined reference to '<name:word>'",),
        sample="nvlink error   : Undefined reference to '_Z1fi' in '/tmp/tmpxft_000044ae_00000000-11_rdc.o'",
        cause="A device function is not in the objects that were linked, or not for this architecture.",
        does_not_mean="a missing host library",
        fix="Link the object or static library that defines it, compiled with -rdc=true for the same list.",
        distinct=("name",),
        sources=("measured with nvlink 13.5",),
    ),
    Signature(
        id="nvlink-multiple-definition",
        title="two objects define the device symbol {name}",
        patterns=("nvlink error : Multiple definition of '<name:word>'",),
        sample="nvlink error   : Multiple definition of '_Z1kPi' in 'r2.o', first defined in 'r.o'",
        cause="The same file was linked twice, or a kernel in a header is not static or inline.",
        does_not_mean="the architecture",
        fix="Link each object once; mark kernels in headers static.",
        distinct=("name",),
        sources=("measured with nvlink 13.5",),
    ),
    Signature(
        id="nvlink-input-missing",
        title="the device linker cannot open {file}",
        patterns=("nvlink fatal : Could not open input file '<file:text>'",),
        sample="nvlink fatal   : Could not open input file 'missing.o'",
        cause="A path is wrong, or an earlier compile step failed and left nothing.",
        does_not_mean="an object for another architecture",
        fix="Look for the compile step that failed before it.",
        role=Role.END,
        sources=("measured with nvlink 13.5",),
    ),
    Signature(
        id="fatbinary-input-missing",
        title="fatbinary cannot open {file}",
        patterns=("fatbinary fatal : Could not open input file '<file:text>'",),
        sample="fatbinary fatal   : Could not open input file 'missing.cubin'",
        cause="ptxas made no cubin: it failed, the disk is full, or two builds share one temporary directory.",
        does_not_mean="fatbinary",
        fix="Look for the error above it; check the free space of TMPDIR.",
        role=Role.END,
        sources=("measured with fatbinary 13.5",),
    ),
    Signature(
        id="nvprune-not-relocatable",
        title="nvprune works on objects and archives only",
        patterns=("nvprune fatal : Input file '<file:text>' not relocatable",),
        sample="nvprune fatal   : Input file 'libggml-cuda.so' not relocatable",
        cause="A linked executable or shared library cannot be pruned.",
        does_not_mean="a damaged file",
        fix="Prune the static libraries before linking, or rebuild with a shorter list.",
        sources=("measured with nvprune 13.0",),
    ),
    Signature(
        id="cuobjdump-no-device-code",
        title="cuobjdump found no device code in {file}",
        severity=Severity.NOTE,
        patterns=("cuobjdump info : File '<file:text>' does not contain device code",),
        sample="cuobjdump info    : File '/bin/ls' does not contain device code",
        cause="There is no fatbin section in this file. Archives other than .a are not opened, so a wheel always gives "
        "this.",
        does_not_mean="a wheel without CUDA code",
        fix="Use a tool that looks into archives.",
        command="cudacompat inspect FILE",
        sources=("measured with cuobjdump 13.5.37",),
    ),
    Signature(
        id="nvrtc-invalid-arch",
        title="NVRTC does not know the architecture of {label}",
        statuses=(("nvrtc", 5),),
        patterns=(
            "nvrtc: error: invalid value for --gpu-architecture (-arch)",
            "NVRTC_ERROR_INVALID_OPTION",
        ),
        sample="RuntimeError: nvrtc: error: invalid value for --gpu-architecture (-arch)",
        cause="The loaded libnvrtc has no target for this GPU. It is too early for a new GPU (12.0 needs CUDA 12.8), "
        "or it is CUDA 13, which has nothing below 7.5 (GTX 10, V100).",
        does_not_mean="the nvcc on the PATH, which is not used here",
        fix="Check which libnvrtc the program loads: a wheel, conda or LD_LIBRARY_PATH brings it. Use one of {toolkit} "
        "for a new GPU, of CUDA 12.9 or earlier for a GPU before 7.5.",
        command="pip list",
        cases=(
            Case(
                when=("gpu<7.5",),
                title="this NVRTC no longer knows {label}",
                cause="NVRTC of CUDA 13 has no target below 7.5: it is too new for this GPU.",
                fix="Use the CUDA 12 build of the package and NVRTC 12.9 or earlier.",
                command="pip install nvidia-cuda-nvrtc-cu12",
            ),
            Case(
                when=("gpu>=8.9",),
                cause="The libnvrtc that the program loads is from a release before {toolkit}, which is the first for "
                "{label}: one in a wheel or a conda package, or another one first in LD_LIBRARY_PATH.",
                fix="Install a release of the framework that was built with {toolkit}, and unset LD_LIBRARY_PATH.",
                command="",
            ),
        ),
        sources=("pytorch/pytorch#47658", "gaomingqi/Track-Anything#70", "cupy/cupy#9475"),
    ),
    Signature(
        id="nvrtc-builtins-missing",
        title="NVRTC's own library is not in the same directory",
        patterns=(
            "nvrtc: error: failed to open nvrtc-builtins",
            "nvrtc: error: failed to load builtins",
            "nvrtc: error: failed to open libnvrtc-builtins.so",
            "failed to open libnvrtc-builtins",
        ),
        sample="nvrtc: error: failed to open libnvrtc-builtins.so.12.1.",
        cause="libnvrtc loads libnvrtc-builtins of exactly its own release, and it is not found.",
        does_not_mean="the GPU",
        fix="Reinstall the nvidia-cuda-nvrtc package, or put its lib directory into LD_LIBRARY_PATH.",
        sources=("libnvrtc.so.12 of nvidia-cuda-nvrtc-cu12 12.9.86 (text)",),
    ),
)
