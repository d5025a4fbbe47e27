"""`planned-hole`: a configured build that leaves a GPU out in some sources."""

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
--generate-code=arch=compute_80,code=[compute_80,sm_80] --generate-code=arch=compute_120,code=[compute_120,sm_120] \
-x cu -c /src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] --generate-code=arch=compute_120,code=[compute_120,sm_120] \
-x cu -c /src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] --generate-code=arch=compute_120,code=[compute_120,sm_120] \
-x cu -c /src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_90a,code=[sm_90a] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] --generate-code=arch=compute_120,code=[compute_120,sm_120] \
-x cu -c /src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
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
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_120,code=[sm_120] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[compute_80,sm_80] -x cu -c /src/kernels/part2.cu -o \
CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
        gpu=("8.6",),
    ),
    LintCase(
        bad={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] -x cu -c /src/kernels/part0.cu -o \
CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part1.cu -o CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] -x cu -c /src/kernels/part2.cu -o \
CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part1.cu -o CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_80,code=[sm_80] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
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
--generate-code=arch=compute_86,code=[sm_86] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_86,code=[sm_86] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_86,code=[sm_86] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
        good={
            "build/compile_commands.json": """\
[
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_86,code=[sm_86] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part0.cu -o CMakeFiles/kernels.dir/kernels/part0.cu.o",
    "file": "/src/kernels/part0.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part0.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_86,code=[compute_86,sm_86] -x cu -c /src/kernels/part1.cu -o \
CMakeFiles/kernels.dir/kernels/part1.cu.o",
    "file": "/src/kernels/part1.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part1.cu.o"
  },
  {
    "directory": "/src/build",
    "command": "/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG \
--generate-code=arch=compute_86,code=[sm_86] --generate-code=arch=compute_120,code=[sm_120] -x cu -c \
/src/kernels/part2.cu -o CMakeFiles/kernels.dir/kernels/part2.cu.o",
    "file": "/src/kernels/part2.cu",
    "output": "CMakeFiles/kernels.dir/kernels/part2.cu.o"
  }
]""",
        },
    ),
)
