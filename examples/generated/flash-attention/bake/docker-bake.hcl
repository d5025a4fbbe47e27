# flash-attention 2.8.3 for RTX 5070 Ti (12.0), 8.0, 8.6, 8.9, with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate flash-attention --gpu 'RTX 5070 Ti' --gpu 8.0 --gpu
# 8.6 --gpu 8.9 --as bake
# What must arrive in the artifact: sm_80 sm_120
# for PyTorch 2.11.0, whose build for CUDA 12.8 runs on RTX 5070 Ti (12.0) and 8.0 and 8.6 and 8.9
# flash-attention does not know 86; its code for 80 runs there
# flash-attention does not know 89; its code for 80 runs there
# without PTX, GPUs of a newer major version cannot run this build
#
# docker buildx bake reads this. The list itself is in the Dockerfile:
# cudacompat generate … --as dockerfile writes Dockerfile
variable "MAX_JOBS" {
  # how many compilers run at once; empty: one for each 2 GiB of memory
  default = ""
}

group "default" {
  targets = ["flash-attention"]
}

target "flash-attention" {
  context    = "."
  dockerfile = "Dockerfile"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["flash-attention:cuda12.8-80_120"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/amd64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}
