# bitsandbytes 0.50.1 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate bitsandbytes --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120
# without PTX, GPUs of a newer major version cannot run this build
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES is left out: the CMakeLists overwrites it, even as -D
# CUDAARCHS is left out: the CMakeLists overwrites the list that it fills; it is a setting of CMake
# 3.20 and newer
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions

# COMPUTE_CAPABILITY: the list of architectures; read by bitsandbytes' CMakeLists, which overwrites
# CMake's own list with it
set(COMPUTE_CAPABILITY "80;86;89;120" CACHE STRING "set by cudacompat" FORCE)

# COMPUTE_BACKEND: without it there is no device code at all; read by bitsandbytes' CMakeLists
set(COMPUTE_BACKEND "cuda" CACHE STRING "set by cudacompat" FORCE)
