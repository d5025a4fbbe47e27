# ctranslate2 4.8.1 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate ctranslate2 --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES is left out: CUDA is not a language of this project: FindCUDA calls nvcc,
# and does not read it; it is a setting of CMake projects with CUDA as a language
# CUDA_ARCH_LIST in the environment is left out: CMake does not read it; only the project's own
# Dockerfile turns it into -D; it is a setting of the image build of docker/Dockerfile
# CUDAARCHS is left out: CUDA is not a language of this project; it is a setting of CMake 3.20 and
# newer
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions
# GGML_CUDA_COMPUTE_CAPABILITY is left out: no known program reads it
# CUDA_ARCH_LIST=12.0 is left out: the module allows one digit before the point: 10.0 and up are
# `Unknown CUDA Architecture Name`
# NVCC_APPEND_FLAGS is left out: it would add every target a second time, next to CMake's own flags

# CUDA_ARCH_LIST: the list of architectures; read by CTranslate2's CMakeLists, by CMake's FindCUDA
# module
set(CUDA_ARCH_LIST "8.0;8.6;8.9" CACHE STRING "set by cudacompat" FORCE)

# CUDA_NVCC_FLAGS: the list of architectures; read by CMake's FindCUDA module, which puts these
# flags before those of CUDA_ARCH_LIST; majors of two digits and suffixes can only be given here
set(CUDA_NVCC_FLAGS "-gencode=arch=compute_120,code=sm_120;-gencode=arch=compute_120,code=compute_120" CACHE STRING "set by cudacompat" FORCE)

# WITH_CUDA: without it there is no device code at all; read by CTranslate2's CMakeLists
set(WITH_CUDA "ON" CACHE STRING "set by cudacompat" FORCE)
