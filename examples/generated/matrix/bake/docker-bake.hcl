# cmake: no single build serves all of these GPUs, so there are 2.
# Made by cudacompat 0.1.0: cudacompat generate cmake --gpu 7.0 --gpu 8.6 --gpu 11.0 --as bake
# cuda12.8 is for 7.0, 8.6; what must arrive: sm_70 sm_86 compute_86
#   PTX compute_86 (ISA 8.7) serves newer GPUs through JIT compilation, with driver 570 or newer
# cuda13.0 is for 11.0; what must arrive: sm_110 compute_110
#   PTX compute_110 (ISA 9.0) serves newer GPUs through JIT compilation, with driver 580 or newer
#
# docker buildx bake reads this. The list itself is in the Dockerfiles:
# cudacompat generate … --as dockerfile writes Dockerfile.cuda12.8
# cudacompat generate … --as dockerfile writes Dockerfile.cuda13.0
variable "MAX_JOBS" {
  # how many compilers run at once; empty: one for each 2 GiB of memory
  default = ""
}

group "default" {
  targets = ["cmake-cuda12-8", "cmake-cuda13-0"]
}

target "cmake-cuda12-8" {
  context    = "."
  dockerfile = "Dockerfile.cuda12.8"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["cmake:cuda12.8-70_86p"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/amd64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}

target "cmake-cuda13-0" {
  context    = "."
  dockerfile = "Dockerfile.cuda13.0"
  # The list is in the image's name, so that an image for other GPUs is not taken for this one.
  tags       = ["cmake:cuda13.0-110p"]
  # the processor that these GPUs stand beside
  platforms  = ["linux/arm64"]
  args = {
    MAX_JOBS = MAX_JOBS
  }
}
