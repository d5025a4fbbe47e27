# ggml 0.21.0 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate ggml --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6 --gpu
# 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120a compute_89
# ggml turns 120 into 120a
# PTX compute_89 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D
# GGML_CUDA_COMPUTE_CAPABILITY is left out: no known program reads it
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment (it reads CUDAARCHS, once)
# NVCC_APPEND_FLAGS is left out: appending a plain compute_12X breaks this build: its FP4 kernels
# need 12Xa, and ptxas stops with "Feature '.kind::mxf4' not supported on .target 'sm_120'"

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by ggml's CMakeLists and CMake
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89;120-real" CACHE STRING "set by cudacompat" FORCE)

# GGML_CUDA: without it there is no device code at all; read by its CMakeLists
set(GGML_CUDA "ON" CACHE STRING "set by cudacompat" FORCE)

# GGML_NATIVE: no -march=native for the CPU half, and no `native` for the GPUs, on a machine that is
# not the target; read by ggml's CMakeLists
set(GGML_NATIVE "OFF" CACHE STRING "set by cudacompat" FORCE)
