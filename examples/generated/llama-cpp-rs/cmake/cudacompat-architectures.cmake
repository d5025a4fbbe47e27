# llama-cpp-rs 0.1.154 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate llama-cpp-rs --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120a compute_89
# llama-cpp-rs turns 120 into 120a
# PTX compute_89 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# cargo's build script hands it on: CMAKE_TOOLCHAIN_FILE=$PWD/cudacompat-architectures.cmake cargo build --release
#
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D
# GGML_CUDA_COMPUTE_CAPABILITY is left out: no known program reads it
# GGML_NATIVE is left out: the build script sets it itself, after all that it takes from the
# environment
# GGML_CUDA in the environment is left out: the feature `cuda` sets it; GGML_* are handed on only
# since 0.1.153, and those that the build script sets itself never
# NVCC_APPEND_FLAGS is left out: appending a plain compute_12X breaks this build: its FP4 kernels
# need 12Xa, and ptxas stops with "Feature '.kind::mxf4' not supported on .target 'sm_120'"
# CMAKE_CUDA_FLAGS is left out: in the environment it is passed as -D and stays on the line in
# addition to the list

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake, in the toolchain file of
# CMAKE_TOOLCHAIN_FILE, which the cmake crate takes from the environment
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89;120-real" CACHE STRING "set by cudacompat" FORCE)
