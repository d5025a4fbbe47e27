"""Small sources that stand in for an engine's own: the build system, the settings that it reads, and one kernel.

What is laid out has the engine's version and reads the list where the engine reads it. It has none of the engine's
code: what starts in a container is a program of a few lines.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROJECTS = Path(__file__).resolve().parent.parent / "tests/projects"
KERNEL = """#include <cstdio>
#include <cuda_runtime.h>
extern "C" __global__ void scale(float* p) { p[threadIdx.x] *= 2.f; }
extern "C" int run() {
  int n = 0;
  cudaError_t error = cudaGetDeviceCount(&n);
  if (error != cudaSuccess) { std::printf("no GPU: %s\\n", cudaGetErrorString(error)); return 3; }
  float* p; cudaMalloc(&p, 128); scale<<<1, 32>>>(p);
  return cudaDeviceSynchronize();
}
"""
PROGRAM = 'extern "C" int run();\nint main() { return run(); }\n'
SERVER = """#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
extern "C" int run();
int main(int argc, char** argv) {
  int port = 0;
  for (int i = 1; i + 1 < argc; i++) {
    if (!std::strcmp(argv[i], "--port")) port = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "--model") && access(argv[i + 1], R_OK)) { std::perror(argv[i + 1]); return 1; }
  }
  run();
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET; at.sin_port = htons(port); at.sin_addr.s_addr = INADDR_ANY;
  if (bind(listener, (sockaddr*)&at, sizeof at) || listen(listener, 4)) { std::perror("bind"); return 1; }
  std::string ok = "HTTP/1.1 200 OK\\r\\nContent-Length: 15\\r\\nConnection: close\\r\\n\\r\\n{\\"status\\":\\"ok\\"}";
  std::string no = "HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
  for (;;) {
    int peer = accept(listener, nullptr, nullptr);
    char buffer[512] = {}; read(peer, buffer, sizeof buffer - 1);
    std::string& answer = std::strncmp(buffer, "GET /health", 11) ? no : ok;
    write(peer, answer.data(), answer.size()); shutdown(peer, SHUT_RDWR); close(peer);
  }
}
"""
NO_GPU = "no GPU: "  # what a stand-in says where there is none, and what the start of its container has to say


@dataclass(frozen=True)
class StandIn:
    """How one engine is stood in for: what lays it out, and the command that a container of it runs.

    `says` has to be in what the command prints and `code` is how it ends on a machine without a GPU; a server has
    `model`, a file that it wants below /models.
    """

    what: str
    lay_out: Callable[[Path], None]
    start: tuple[str, ...] = ()
    says: str = ""
    code: int = 0
    model: str = ""


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _copy(project: str, folder: Path) -> None:
    ignored = shutil.ignore_patterns("target", "build")
    shutil.copytree(PROJECTS / project, folder, ignore=ignored, dirs_exist_ok=True)  # links become what they lead to


def _changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new))


def _ggml_server(project: str, program: str) -> Callable[[Path], None]:
    def lay_out(folder: Path) -> None:
        _copy("ggml", folder)
        _changed(
            folder / "CMakeLists.txt", "project(ggml-shaped LANGUAGES C CXX)", f"{project}\ninclude(GNUInstallDirs)"
        )
        with (folder / "CMakeLists.txt").open("a") as lists:
            lists.write(
                f"add_executable({program} server.cpp)\ntarget_link_libraries({program} ggml-cuda)\n"
                f"install(TARGETS {program} DESTINATION ${{CMAKE_INSTALL_BINDIR}})\n"
            )
        _changed(folder / "src/ggml-cuda/CMakeLists.txt", "norm.cu softmax.cu", "norm.cu softmax.cu run.cu")
        _write(folder, {"server.cpp": SERVER, "src/ggml-cuda/run.cu": KERNEL})

    return lay_out


def _ggml(folder: Path) -> None:
    _copy("ggml", folder)


def _ik_ggml(folder: Path) -> None:
    """Without the rewriting of 12X, which that fork does not have."""
    _copy("ggml", folder)
    _as_listed(folder / "src/ggml-cuda/CMakeLists.txt")


def _as_listed(file: Path) -> None:
    """Leave the list as it is given: no 12X becomes 12Xa."""
    kept = [line for line in file.read_text().splitlines(keepends=True) if "TRANSFORM CMAKE_CUDA_ARCH" not in line]
    file.write_text("".join(kept))


def _cmake_uninstalled(folder: Path) -> None:
    _cmake(folder)
    _changed(folder / "CMakeLists.txt", "install(TARGETS kernels scaler)\n", "")


def _cmake(folder: Path) -> None:
    lists = (
        "cmake_minimum_required(VERSION 3.20)\nproject(scaler VERSION 1.0 LANGUAGES CXX CUDA)\n"
        "add_library(kernels SHARED kernel.cu)\nadd_executable(scaler main.cpp)\n"
        "target_link_libraries(scaler kernels)\n"
        "install(TARGETS kernels scaler)\n"
    )
    _write(folder, {"CMakeLists.txt": lists, "kernel.cu": KERNEL, "main.cpp": PROGRAM})


def _optional(name: str, option: str) -> Callable[[Path], None]:
    """A library whose device code is there with its own option alone."""

    def lay_out(folder: Path) -> None:
        lists = (
            f"cmake_minimum_required(VERSION 3.20)\nproject({name} LANGUAGES CXX)\n"
            f'option({option} "" OFF)\nif({option})\n  enable_language(CUDA)\n'
            f"  add_library({name} SHARED kernel.cu)\n  install(TARGETS {name})\nendif()\n"
        )
        _write(folder, {"CMakeLists.txt": lists, "kernel.cu": KERNEL})

    return lay_out


def _switched(option: str) -> Callable[[Path], None]:
    """The ggml-shaped project, whose CUDA half another option switches on."""

    def lay_out(folder: Path) -> None:
        _copy("ggml", folder)
        switched = f"if({option})\n  set(GGML_CUDA ON)\nendif()\nif(GGML_CUDA)"
        _changed(folder / "CMakeLists.txt", "if(GGML_CUDA)", switched)

    return lay_out


def _makefile(install: str) -> Callable[[Path], None]:
    def lay_out(folder: Path) -> None:
        rules = (
            "NVCC ?= nvcc\nPREFIX ?= /usr/local\nall: scaler\nscaler: kernel.o main.o\n\t$(NVCC) -o $@ $^\n"
            "%.o: %.cu\n\t$(NVCC) -c $< -o $@\n%.o: %.cpp\n\t$(CXX) -c $< -o $@\nclean:\n\trm -f scaler *.o\n" + install
        )
        _write(folder, {"Makefile": rules, "kernel.cu": KERNEL, "main.cpp": PROGRAM})

    return lay_out


_INSTALL = "install: scaler\n\tinstall -D scaler $(DESTDIR)$(PREFIX)/bin/scaler\n"


def _crate(name: str, version: str, compile_: str) -> Callable[[Path], None]:
    """A program and the crate that it names, whose build script runs nvcc as `compile_` says."""

    def lay_out(folder: Path) -> None:
        script = (
            "use std::process::Command;\nfn main() {\n"
            '    let out = std::env::var("OUT_DIR").unwrap();\n    let mut nvcc = Command::new("nvcc");\n'
            f"    {compile_}\n"
            '    nvcc.args(["-lib", "-Xcompiler=-fPIC", "kernel.cu", "-o"]).arg(format!("{out}/libkernel.a"));\n'
            "    assert!(nvcc.status().unwrap().success());\n"
            '    println!("cargo:rustc-link-search=native={out}");\n'
            '    println!("cargo:rustc-link-lib=static=kernel");\n'
            '    println!("cargo:rustc-link-search=native=/usr/local/cuda/lib64");\n'
            '    for lib in ["static=cudart_static", "dylib=stdc++", "dylib=rt", "dylib=pthread", "dylib=dl"] {\n'
            '        println!("cargo:rustc-link-lib={lib}");\n    }\n}\n'
        )
        main = 'extern "C" { fn run() -> i32; }\nfn main() { std::process::exit(unsafe { run() }) }\n'
        top = '[package]\nname = "scaler"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n'
        below = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\nlinks = "kernel"\n'
        files = {
            "Cargo.toml": f'{top}{name} = {{ path = "kernels" }}\n',
            "src/main.rs": f"extern crate {name.replace('-', '_')} as _;\n{main}",
            "kernels/Cargo.toml": below,
            "kernels/build.rs": script,
            "kernels/src/lib.rs": "",
            "kernels/kernel.cu": KERNEL,
        }
        _write(folder, files)

    return lay_out


# as cudaforge has it: from 9.0 on the code of this architecture alone
_CAP = (
    'let mut cap = std::env::var("CUDA_COMPUTE_CAP").unwrap();\n'
    "    if cap.parse::<u32>().unwrap() >= 90 { cap.push('a'); }\n"
    '    nvcc.arg(format!("-gencode=arch=compute_{cap},code=sm_{cap}"));'
)


def _whisper_rs(folder: Path) -> None:
    _copy("whisper-rs", folder)


def _cargo_cmake(folder: Path) -> None:
    """A crate of nobody's engine: what CMake is given arrives as it is."""
    _copy("whisper-rs", folder)
    _as_listed(folder / "whisper-rs/sys/ggml/src/ggml-cuda/CMakeLists.txt")


def _wheel(name: str, version: str, read: str, needs: str = "") -> Callable[[Path], None]:
    """A package whose setup.py runs nvcc with the flags that `read` makes of the environment."""

    def lay_out(folder: Path) -> None:
        setup = (
            "import os, subprocess\nfrom setuptools import setup\nfrom setuptools.command.build_py import build_py\n\n"
            f"def flags():\n    {read}\n\n"
            "class Build(build_py):\n    def run(self):\n        super().run()\n"
            f'        out = os.path.join(self.build_lib, "{name}", "libkernel.so")\n'
            '        nvcc = ["nvcc", "-shared", "-Xcompiler=-fPIC", *flags(), "kernel.cu", "-o", out]\n'
            "        subprocess.check_call(nvcc)\n\n"
            f'setup(name="{name}", version="{version}", packages=["{name}"], cmdclass={{"build_py": Build}},\n'
            f"      has_ext_modules=lambda: True, install_requires=[{needs!r}] if {needs!r} else [])\n"
        )
        module = (
            "import ctypes, pathlib\n_library = ctypes.CDLL(str(pathlib.Path(__file__).with_name('libkernel.so')))\n"
            "run = _library.run\n"
        )
        system = '[build-system]\nrequires = ["setuptools", "wheel"]\nbuild-backend = "setuptools.build_meta"\n'
        files = {"setup.py": setup, "pyproject.toml": system, f"{name}/__init__.py": module, "kernel.cu": KERNEL}
        _write(folder, files)

    return lay_out


def _llama_cpp_python(folder: Path) -> None:
    _copy("llama-cpp-python", folder)


def _ctranslate2(folder: Path) -> None:
    _copy("ctranslate2", folder)


def _loaded(name: str) -> tuple[str, ...]:
    return ("python", "-c", f"import {name}; raise SystemExit({name}.run())")


def _linked(library: str) -> tuple[str, ...]:
    return ("sh", "-c", f"ldconfig -p | grep {library} && ! ldd /usr/local/lib/{library} | grep 'not found'")


_CUPY = 'return ["-gencode=" + each for each in os.environ["CUPY_NVCC_GENERATE_CODE"].split(";")]'
# as 2.8.3 does: machine code alone
_FLASH = (
    'list_ = os.environ["FLASH_ATTN_CUDA_ARCHS"].split(";")\n'
    '    return [f"-gencode=arch=compute_{n},code=sm_{n}" for n in list_]'
)
_PYWHISPERCPP = (
    'each = os.environ["CMAKE_CUDA_ARCHITECTURES"].replace("120", "120a").split(";")\n    return ['
    'f"-gencode=arch=compute_{e.split(\'-\')[0]},code=" + ("sm_" + e[:-5] if e.endswith("-real") else '
    'f"[sm_{e},compute_{e}]") for e in each]'
)
_SIX = (
    'list_ = os.environ["TORCH_CUDA_ARCH_LIST"].split(";")\n    numbers = [e.split("+")[0].replace(".", "") for e in '
    'list_]\n    own = [f"-gencode=arch=compute_{n},code=sm_{n}" for n in numbers]\n    return own + ['
    'f"-gencode=arch=compute_{n},code=compute_{n}" for n, e in zip(numbers, list_) if e.endswith("+PTX")]'
)

STAND_INS = {
    "whisper.cpp": StandIn(
        "tests/projects/ggml and a server of a page",
        _ggml_server('project("whisper.cpp" VERSION 1.9.3 LANGUAGES C CXX)', "whisper-server"),
        model="ggml-base.bin",
    ),
    "llama.cpp": StandIn(
        "tests/projects/ggml and a server of a page",
        _ggml_server('project("llama.cpp" LANGUAGES C CXX)', "llama-server"),
        model="model.gguf",
    ),
    "ik_llama.cpp": StandIn(
        "tests/projects/ggml, without its rewriting of 12X", _ik_ggml, _linked("libggml-cuda.so"), "libggml-cuda.so"
    ),
    "stable-diffusion.cpp": StandIn(
        "tests/projects/ggml, switched on as it switches it on",
        _switched("SD_CUDA"),
        _linked("libggml-cuda.so"),
        "libggml-cuda.so",
    ),
    "ggml": StandIn("tests/projects/ggml", _ggml, _linked("libggml-cuda.so"), "libggml-cuda.so"),
    "cmake": StandIn("a library and a program", _cmake, ("scaler",), NO_GPU, 3),
    "faiss": StandIn(
        "a library with its option", _optional("faiss", "FAISS_ENABLE_GPU"), _linked("libfaiss.so"), "libfaiss.so"
    ),
    "ctranslate2": StandIn(
        "tests/projects/ctranslate2", _ctranslate2, _linked("libctranslate2.so"), "libctranslate2.so"
    ),
    "nvcc": StandIn("a Makefile with an install target", _makefile(_INSTALL), ("scaler",), NO_GPU, 3),
    "whisper-rs": StandIn("tests/projects/whisper-rs", _whisper_rs, ("transcriber",), "", 0),
    "llama-cpp-rs": StandIn("tests/projects/whisper-rs, which reads the same", _whisper_rs, ("transcriber",)),
    "cargo-cmake": StandIn("tests/projects/whisper-rs, its list as it is given", _cargo_cmake, ("transcriber",)),
    "candle": StandIn(
        "a crate that gives CUDA_COMPUTE_CAP to nvcc",
        _crate("candle-kernels", "0.11.0", _CAP),
        ("scaler",),
        NO_GPU,
        3,
    ),
    "cargo-cc": StandIn("a crate that calls nvcc as cc does", _crate("kernels", "0.1.0", ""), ("scaler",), NO_GPU, 3),
    "llama-cpp-python": StandIn(
        "tests/projects/llama-cpp-python", _llama_cpp_python, ("python", "-c", "import llama_cpp"), "", 0
    ),
    "cupy": StandIn(
        "a wheel of one kernel",
        _wheel("cupy", "14.1.1", _CUPY),
        ("python", "-c", "import cupy, pathlib; pathlib.Path.home().joinpath('.cupy').mkdir(); exit(cupy.run())"),
        NO_GPU,
        3,
    ),
    "pywhispercpp": StandIn(
        "a wheel of one kernel", _wheel("pywhispercpp", "1.5.0", _PYWHISPERCPP), _loaded("pywhispercpp"), NO_GPU, 3
    ),
    "flash-attention": StandIn(
        "a wheel of one kernel, and a torch that is none",
        _wheel("flash_attn", "2.8.3", _FLASH, "torch"),
        ("python", "-c", "import torch, flash_attn; raise SystemExit(flash_attn.run())"),
        NO_GPU,
        3,
    ),
    "torch-extension": StandIn(
        "a wheel of one kernel, and a torch that is none",
        _wheel("scale", "0.1", _SIX),
        ("python", "-c", "import torch, scale; raise SystemExit(scale.run())"),
        NO_GPU,
        3,
    ),
}
# Another of an engine's ways. Without `install`, as most are: what was linked is taken from where the build puts it.
MORE = {
    "nvcc": (StandIn("a Makefile without an install target", _makefile(""), ("scaler",), NO_GPU, 3),),
    "cmake": (StandIn("a library and a program, without install()", _cmake_uninstalled, ("scaler",), NO_GPU, 3),),
}
