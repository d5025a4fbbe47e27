# pytorch for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate pytorch --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# The build hands it on: CMAKE_ARGS=-DCMAKE_TOOLCHAIN_FILE=$PWD/cudacompat-architectures.cmake pip wheel …
#
# CMAKE_CUDA_ARCHITECTURES is left out: PyTorch sets it to OFF, with a warning; it is a setting of
# other CMake projects
# CUDAARCHS is left out: PyTorch sets the list that it fills to OFF; it is a setting of CMake 3.20
# and newer
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D

# TORCH_CUDA_ARCH_LIST: the list of architectures; read by PyTorch's CMake files, before the
# variable of this name in the environment
set(TORCH_CUDA_ARCH_LIST "8.0;8.6;8.9;12.0+PTX" CACHE STRING "set by cudacompat" FORCE)
