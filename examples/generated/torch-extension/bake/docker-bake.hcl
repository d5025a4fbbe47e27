# torch-extension 2.14.1 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 13.0.
# Made by cudacompat 0.1.0: cudacompat generate torch-extension --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu
# 8.6 --gpu 8.9 --as bake
# What must arrive in the artifact: sm_80 sm_86 sm_89 sm_120 compute_120
# for PyTorch 2.14.1, whose build for CUDA 13.0 runs on RTX 5070 Ti (12.0) and 8.0 and 8.6 and 8.9
# PTX compute_120 (ISA 9.0) serves newer GPUs through JIT compilation, with driver 580 or newer
#
# docker buildx bake reads this. The list itself is in the Dockerfile:
# cudacompat generate … --as dockerfile writes Dockerfile
variable "MAX_JOBS" {
  # how many compilers run at once; empty: one for each 2 GiB of memory
  default = ""
}

group "default" {
  targets = ["torch-extension"]
}

target "torch-extension" {
  context    = "."
  dockerfile = "Dockerfile"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["torch-extension:cuda13.0-80_86_89_120p"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/amd64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}
