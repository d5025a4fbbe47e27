# cmake for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate cmake --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6 --gpu
# 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment
# CUDA_ARCHITECTURES is left out: CMake has a property of targets of this name and reads no variable
# of it; it is a setting of projects that pass it themselves

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake, for every CUDA target
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89-real;120" CACHE STRING "set by cudacompat" FORCE)
