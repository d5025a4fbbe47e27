# cmake for 11.0, with CUDA 13.0.
# Made by cudacompat 0.1.0: cudacompat generate cmake --gpu 7.0 --gpu 8.6 --gpu 11.0 --as cmake
# What must arrive in the artifact: sm_110 compute_110
# PTX compute_110 (ISA 9.0) serves newer GPUs through JIT compilation, with driver 580 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment
# CUDA_ARCHITECTURES is left out: CMake has a property of targets of this name and reads no variable
# of it; it is a setting of projects that pass it themselves

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake, for every CUDA target
set(CMAKE_CUDA_ARCHITECTURES "110" CACHE STRING "set by cudacompat" FORCE)
