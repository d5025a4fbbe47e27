# tiny-cuda-nn 2.0 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate tiny-cuda-nn --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# Use: cmake -C cudacompat-architectures.cmake -S . -B build    (or as CMAKE_TOOLCHAIN_FILE)
#
# CMAKE_CUDA_ARCHITECTURES is left out: its CMakeLists sets this itself, from
# TCNN_CUDA_ARCHITECTURES or from the GPUs of the machine
# CUDAARCHS is left out: its CMakeLists sets CMake's list itself; it is a setting of CMake 3.20 and
# newer
# TORCH_CUDA_ARCH_LIST is left out: its bindings empty it; it is a setting of PyTorch and its
# extensions

# TCNN_CUDA_ARCHITECTURES: the list of architectures; read by its CMakeLists, which puts it in
# CMAKE_CUDA_ARCHITECTURES' place
set(TCNN_CUDA_ARCHITECTURES "80-real;86-real;89-real;120" CACHE STRING "set by cudacompat" FORCE)
