"""A PyTorch extension of one kernel, for tools/prove_torch.py."""

from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    version="0.1",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
