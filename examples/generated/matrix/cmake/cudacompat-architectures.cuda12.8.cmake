# cmake for 7.0, 8.6, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate cmake --gpu 7.0 --gpu 8.6 --gpu 11.0 --as cmake
# What must arrive in the artifact: sm_70 sm_86
# without PTX, GPUs of a newer major version cannot run this build
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment
# CUDA_ARCHITECTURES is left out: CMake has a property of targets of this name and reads no variable
# of it; it is a setting of projects that pass it themselves

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake, for every CUDA target
set(CMAKE_CUDA_ARCHITECTURES "70-real;86-real" CACHE STRING "set by cudacompat" FORCE)
