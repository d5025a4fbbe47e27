# onnxruntime for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate onnxruntime --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120a compute_120
# onnxruntime turns 120 into 120a
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
# a target with the suffix f is left out: the build stops: Unrecognized CUDA architecture

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by ONNX Runtime's CMake files: a bare
# number loses its PTX, and of several -virtual the last one stays; build.sh accepts it after
# --cmake_extra_defines, without -D
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89-real;120-real;120-virtual" CACHE STRING "set by cudacompat" FORCE)

# onnxruntime_USE_CUDA: without it there is no device code at all; read by ONNX Runtime's
# CMakeLists; build.sh --use_cuda sets it, with the places of CUDA and cuDNN
set(onnxruntime_USE_CUDA "ON" CACHE STRING "set by cudacompat" FORCE)
