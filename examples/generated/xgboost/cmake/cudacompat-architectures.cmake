# xgboost 3.4.1 for NVIDIA GeForce RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate xgboost --gpu 'NVIDIA GeForce RTX 5070 Ti' --gpu 8.0
# --gpu 8.6 --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) is for GPUs newer than all of these: the driver compiles it at first
# use, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it belongs to PyTorch and its
# extensions
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it belongs to CTranslate2, only as -D

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake; its CMakeLists leaves its own
# list, GPU_COMPUTE_VER, away where this one is there
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89-real;120" CACHE STRING "set by cudacompat" FORCE)

# USE_CUDA: without it there is no device code at all; read by its CMakeLists
set(USE_CUDA "ON" CACHE STRING "set by cudacompat" FORCE)
