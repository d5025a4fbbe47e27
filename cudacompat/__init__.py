"""cudacompat: says whether compiled CUDA code runs on a GPU, why not, and what cures it."""

__version__ = "0.1.0"
