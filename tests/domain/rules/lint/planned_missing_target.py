"""`planned-missing-target`: a configured build without code for a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_86,code=[sm_86] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_86,code=[sm_86] -x cu -c \
/src/kernels/part1.cu -o CMakeFiles/kernels.dir/kernels/part1.cu.o",
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
--generate-code=arch=compute_120,code=[sm_120] -x cu -c /src/kernels/part0.cu -o \
CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  }
]""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_90,code=[compute_90,sm_90] -x cu -c /src/kernels/part0.cu -o \
CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_100f,code=[sm_100f] -x cu -c /src/kernels/part0.cu -o \
CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  }
]""",
        },
        gpu=("10.3",),
    ),
)
