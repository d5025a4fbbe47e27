"""How packages that are no engine here choose among their own libraries, by their normalised names."""

from __future__ import annotations

from cudacompat.domain.machine.loaders import CudaLibraries, OnSomeGpus, PackageLoading

_TORCHAO = "the wheel of torchao 0.18.0: "
_SGL = "the wheel of sgl-kernel 0.3.21: "

# What JAX's plugin asks for as it starts (_versions, by XLA's stubs, which open each by its name); without one of them
# it says "Unable to load …" and JAX goes on with the CPU.
_JAX = {
    "jax-cuda12-plugin": ("cudart.so.12", "cublas.so.12", "cusolver.so.11", "cufft.so.11", "cupti.so.12"),
    "jax-cuda13-plugin": ("cudart.so.13", "cublas.so.13", "cusolver.so.12", "cufft.so.12", "cupti.so.13"),
}
_JAX_BOTH = ("cusparse.so.12", "cudnn.so.9")

OTHERS: tuple[PackageLoading, ...] = (
    PackageLoading(
        "numba-cuda",
        (
            CudaLibraries(
                opens=("libnvrtc.so.{cuda}|libnvrtc.so.13|libnvrtc.so.12", "libnvvm.so.4|libnvvm.so"),
                released_with="cuda-bindings",
                looks_into_toolkits=True,
                extras=("cu{cuda}",),
                extras_since="0",
                extras_cuda=12,
                source="the wheels of numba-cuda 0.30.4 (METADATA, cuda_paths.py, codegen.py), cuda-pathfinder 1.9.1 "
                "(descriptor_catalog.py), nvidia-cuda-nvcc-cu12 12.8.93 and nvidia-nvvm 13.5.37",
            ),
        ),
    ),
    *(
        PackageLoading(
            package,
            (
                CudaLibraries(
                    opens=tuple(f"lib{each}" for each in (*names, *_JAX_BOTH)),
                    opens_since="0.4.31",
                    extras=("with-cuda",),
                    extras_since="0.4.31",
                    source="jax_plugins/xla_cuda12/__init__.py and METADATA in the wheels of 0.12.0.1; jax's "
                    "CHANGELOG, 0.4.31: cuDNN 9",
                ),
            ),
        )
        for package, names in _JAX.items()
    ),
    *(
        PackageLoading(
            package,
            (
                OnSomeGpus(
                    files=r"(?:.*/)?libnvshmem_host\.so(?:\.\d+)*",
                    numbers=((70, 999),),
                    loaded_by="NVSHMEM is for several GPUs of 7.0 and newer; frameworks call it for nothing else",
                    source="docs.nvidia.com/nvshmem, Hardware Requirements: Volta and newer",
                ),
            ),
        )
        for package in ("nvidia-nvshmem-cu12", "nvidia-nvshmem-cu13")
    ),
    PackageLoading(
        "*",
        (
            OnSomeGpus(
                files=r"(?:.*/)?lib(?:cupti|nvperf_host|nvperf_target|pcsamplingutil)(?:-[0-9a-f]{8})?\.so(?:\.\d+)*|"
                r"(?:.*/)?(?:nvidia|targets|cupti|CUPTI)/(?:.*/)?libcheckpoint\.so(?:\.\d+)*",  # others use that name
                numbers=(),
                loaded_by="NVIDIA's profiler (CUPTI): only a profiler launches its kernels, and no program needs them",
                source="the libraries of nvidia-cuda-cupti-cu12 12.4.127, and their copies in triton 3.2.0",
            ),
            OnSomeGpus(  # torch's own wheels of 2.2 to 2.5 hold a copy, with a hash in its name
                files=r"(?:.*/)?libcusparseLt(?:-[0-9a-f]{8})?\.so(?:\.\d+)*",
                numbers=((80, 999),),
                loaded_by="cuSPARSELt is for GPUs of 8.0 and newer, whose tensor cores multiply sparse matrices",
                source="docs.nvidia.com/cuda/cusparselt, release notes (SM 8.0 is the first in 0.0.1, none below has "
                "been added since); torch asks for 8.0 before it calls",
            ),
            OnSomeGpus(
                files=r"(?:.*/)?libcufile(?:-[0-9a-f]{8})?\.so(?:\.\d+)*",
                numbers=((60, 999),),
                loaded_by="cuFile (GPUDirect Storage) is for GPUs of 6.0 and newer; torch calls it for torch.cuda.gds",
                source="docs.nvidia.com/gpudirect-storage, cuFile API reference, Compatibility Mode, and the README of "
                "NVIDIA/gds-nvidia-fs: Pascal and newer; the library of nvidia-cufile-cu12 1.13.1.3 begins at sm_60",
            ),
        ),
    ),
    PackageLoading(
        "torchao",
        (
            OnSomeGpus(
                files=r"torchao/_C_cutlass_90a\..+",
                numbers=((90, 90),),
                loaded_by="only torchao's products of sparse float8 matrices call it, made for Hopper (9.0)",
                source=_TORCHAO
                + "__init__.py loads every _C*.so and goes on where one fails; ops.py, rowwise_scaled_linear_sparse_*",
                by_own_package=True,
            ),
            OnSomeGpus(
                files=r"torchao/(?:_C_mxfp8|prototype/mxfp8_cuda)\..+",
                numbers=((100, 999),),
                loaded_by="torchao calls it on GPUs of 10.0 and newer",
                source=_TORCHAO + "prototype/mx_formats/kernels.py:1014, is_sm_at_least_100 (0.14.1: :1491)",
                by_own_package=True,
            ),
        ),
    ),
    PackageLoading(
        "xformers",
        (
            OnSomeGpus(
                files=r"xformers/_C_flashattention3\..+",
                numbers=((90, 999),),
                loaded_by="xformers calls FlashAttention 3 on GPUs of 9.0 and newer",
                source="the wheel of xformers 0.0.29.post3: ops/fmha/flash3.py, CUDA_MINIMUM_COMPUTE_CAPABILITY",
                by_own_package=True,
            ),
        ),
    ),
    PackageLoading(
        "sgl-kernel",
        (
            OnSomeGpus(
                files=r"sgl_kernel/sm90/common_ops\..+",
                numbers=((90, 90),),
                loaded_by="sgl-kernel loads sm90/common_ops on 9.0 and sm100/common_ops on every other GPU",
                source=_SGL + "load_utils.py, _load_architecture_specific_ops",
                by_own_package=True,
            ),
            OnSomeGpus(
                files=r"sgl_kernel/sm100/common_ops\..+",
                numbers=((0, 89), (91, 999)),
                loaded_by="sgl-kernel loads sm90/common_ops on 9.0 and sm100/common_ops on every other GPU",
                source=_SGL + "load_utils.py, _load_architecture_specific_ops",
                by_own_package=True,
            ),
            OnSomeGpus(
                files=r"sgl_kernel/flash_ops\..+",
                numbers=((80, 99),),
                loaded_by="sgl-kernel calls FlashAttention 3 on GPUs of 8.x and 9.x",
                source=_SGL + "flash_attn.py, is_fa3_supported",
                by_own_package=True,
            ),
            OnSomeGpus(
                files=r"sgl_kernel/flashmla_ops\..+",
                numbers=((90, 90), (100, 109)),
                loaded_by="FlashMLA is for Hopper and data-centre Blackwell (9.0 and 10.x)",
                source=_SGL + 'flashmla_ops refuses others: "Only SM90 and SM100 are supported"',
                by_own_package=True,
            ),
        ),
    ),
)
