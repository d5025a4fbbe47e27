# candle 0.11.0 for RTX 5070 Ti (12.0), with CUDA 12.8.
# Made by cudacompat 0.1.0: cudacompat generate candle --gpu 'RTX 5070 Ti' --as bake
# What must arrive in the artifact: sm_120a
# candle turns 120 into 120a
# without PTX, GPUs of a newer major version cannot run this build
#
# docker buildx bake reads this. The list itself is in the Dockerfile:
# cudacompat generate … --as dockerfile writes Dockerfile
variable "MAX_JOBS" {
  # how many compilers run at once; empty: one for each 2 GiB of memory
  default = ""
}

group "default" {
  targets = ["candle"]
}

target "candle" {
  context    = "."
  dockerfile = "Dockerfile"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["candle:cuda12.8-120"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/amd64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}
