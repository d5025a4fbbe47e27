# cargo-cmake for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate cargo-cmake --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as cmake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# PTX compute_120 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# cargo's build script hands it on: CMAKE_TOOLCHAIN_FILE=$PWD/cudacompat-architectures.cmake cargo build --release
#
# CMAKE_CUDA_ARCHITECTURES is left out: the cmake crate passes no CMAKE_* variable except a few
# (CMAKE_TOOLCHAIN_FILE, CMAKE_GENERATOR, CMAKE_PREFIX_PATH); a build script that wants it has to
# say .define(…); it is a setting of build scripts that hand CMAKE_* on themselves, as
# whisper-rs-sys and llama-cpp-sys-2 do
# TORCH_CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of PyTorch and
# its extensions
# CUDA_ARCH_LIST is left out: nothing in this build reads it; it is a setting of CTranslate2, only
# as -D
# GGML_CUDA_COMPUTE_CAPABILITY is left out: no known program reads it

# CMAKE_CUDA_ARCHITECTURES: the list of architectures; read by CMake, in the toolchain file of
# CMAKE_TOOLCHAIN_FILE, which the cmake crate takes from the environment
set(CMAKE_CUDA_ARCHITECTURES "80-real;86-real;89-real;120" CACHE STRING "set by cudacompat" FORCE)
