# torch-extension 2.14.1 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 13.0.
# Made by cudacompat 0.1.0: cudacompat generate torch-extension --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu
# 8.6 --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# for PyTorch 2.14.1, whose build for CUDA 13.0 runs on RTX 5070 Ti (12.0) and 8.0 and 8.6 and 8.9
# PTX compute_120 (ISA 9.0) serves newer GPUs through JIT compilation, with driver 580 or newer
#
# The build hands it on: CMAKE_ARGS=-DCMAKE_TOOLCHAIN_FILE=$PWD/cudacompat-architectures.cmake pip wheel …
#
# CMAKE_CUDA_ARCHITECTURES is left out: find_package(Torch) sets it to OFF, with a warning;
# cpp_extension does not run CMake; it is a setting of CMake projects without PyTorch
# CUDAARCHS is left out: find_package(Torch) sets the list that it fills to OFF; it is a setting of
# CMake 3.20 and newer
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D
# GGML_CUDA_COMPUTE_CAPABILITY is left out: no known program reads it
# a flag that contains `arch` in extra_compile_args is left out: cpp_extension then adds no target,
# whatever TORCH_CUDA_ARCH_LIST says
# NVCC_APPEND_FLAGS is left out: it would add every target a second time, next to PyTorch's flags

# TORCH_CUDA_ARCH_LIST: the list of architectures; read by find_package(Torch), before the variable
# of this name in the environment
set(TORCH_CUDA_ARCH_LIST "8.0;8.6;8.9;12.0+PTX" CACHE STRING "set by cudacompat" FORCE)
