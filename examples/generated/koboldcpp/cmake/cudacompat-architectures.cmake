# koboldcpp 1.76 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate koboldcpp --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES in the environment is left out: CMake does not read a variable of this
# name from the environment (it reads CUDAARCHS, once)
# CUDA_DOCKER_ARCH is left out: its Makefile alone reads it, for one architecture (make
# LLAMA_CUBLAS=1 CUDA_DOCKER_ARCH=sm_120); it is a setting of its Makefile
# GGML_CUDA is left out: nothing in this build reads it; it is a setting of ggml's own CMakeLists
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by its CMakeLists and CMake
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89-real;120" CACHE STRING "set by cudacompat" FORCE)

# LLAMA_CUBLAS: without it there is no device code at all; read by its CMakeLists
set(LLAMA_CUBLAS "ON" CACHE STRING "set by cudacompat" FORCE)
