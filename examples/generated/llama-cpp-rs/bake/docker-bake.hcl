# llama-cpp-rs 0.1.154 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate llama-cpp-rs --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu 8.6
# --gpu 8.9 --as bake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120a compute_89
# llama-cpp-rs turns 120 into 120a
# PTX compute_89 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
#
# docker buildx bake reads this. The list itself is in the Dockerfile:
# cudacompat generate … --as dockerfile writes Dockerfile
variable "MAX_JOBS" {
  # how many compilers run at once; empty: one for each 2 GiB of memory
  default = ""
}

group "default" {
  targets = ["llama-cpp-rs"]
}

target "llama-cpp-rs" {
  context    = "."
  dockerfile = "Dockerfile"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["llama-cpp-rs:cuda12.8-80_86_89p_120"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/amd64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}
