# opencv for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate opencv --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6 --gpu
# 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D
# CMAKE_CUDA_ARCHITECTURES=native, all, all-major is left out: OpenCV warns and ignores these words,
# and every architecture that nvcc takes is built

# CUDA_ARCH_BIN: the list of architectures; read by OpenCV's CMake files, for machine code
# (CUDA_ARCH_PTX for PTX); CMAKE_CUDA_ARCHITECTURES and CUDA_GENERATION would win over them
set(CUDA_ARCH_BIN "8.0;8.6;8.9;12.0" CACHE STRING "set by cudacompat" FORCE)

# CUDA_ARCH_PTX: the list of architectures; read by OpenCV's CMake files, for machine code
# (CUDA_ARCH_PTX for PTX); CMAKE_CUDA_ARCHITECTURES and CUDA_GENERATION would win over them
set(CUDA_ARCH_PTX "12.0" CACHE STRING "set by cudacompat" FORCE)

# WITH_CUDA: without it there is no device code at all; read by OpenCV's CMakeLists, which wants the
# module cudev of opencv_contrib (OPENCV_EXTRA_MODULES_PATH) for it
set(WITH_CUDA "ON" CACHE STRING "set by cudacompat" FORCE)
