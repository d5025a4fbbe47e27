"""`planned-native`: a configured build for the GPU of the machine that builds."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG -arch=native -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] -x cu -c /src/kernels/part0.cu -o \
CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  }
]""",
        },
    ),
)
