"""The words of this program, one for one idea, and the words that people use for the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what is meant by it. `also` are other words for it, of this program's ids and of elsewhere; `see` are
    ids that `explain` has pages for."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()


_CODE = (
    Term("device code", "Code that runs on the GPU, in any form.", ("gpu code",)),
    Term("kernel", "A function that the host launches on the GPU."),
    Term("machine code", "Instructions for one real architecture, sm_NN.", ("sass", "binary code")),
    Term("PTX", "Text of virtual instructions for compute_NN. The driver compiles it when loading.", ("ptx code",)),
    Term(
        "PTX ISA version",
        "The version of PTX's language, such as 8.7. A driver takes the versions up to its own.",
        ("ptx version", "ptx isa"),
        ("ptx-newer-than-driver",),
    ),
    Term("cubin", "An ELF file with machine code for one architecture."),
    Term("fatbin", "A container with several images of the same code.", ("fat binary", "fatbinary")),
    Term("image", "One cubin or one PTX text in a fatbin.", ("kernel image",)),
    Term(
        "module",
        "What the driver loads at once: the images of one source file, or of one device link. The driver decides for "
        "each module, so a list of all targets in a file says little.",
        ("cumodule", "modules"),
    ),
    Term(
        "relocatable device code",
        "What nvcc -dc makes. It runs after a device link.",
        ("rdc", "separate compilation", "relocatable code"),
        ("not-linked",),
    ),
    Term("device link", "The step (nvlink) that joins relocatable device code.", ("link step",)),
    Term("LTO-IR", "A form of device code that is compiled at the device link. It is listed, not checked.", ("lto",)),
    Term("artifact", "A file with device code: a library, an executable, an object, a member of a wheel."),
)
_TARGETS = (
    Term("compute capability", "The number X.Y of a GPU, such as 12.0.", ("capability", "cc", "sm version")),
    Term(
        "target",
        "One architecture to compile for: sm_86 (machine code) or compute_86 (PTX).",
        ("arch", "architecture", "targets"),
    ),
    Term("architecture list", "The setting of a build that names its targets.", ("arch list", "architectures")),
    Term(
        "architecture-specific target",
        "A target with the suffix a, such as sm_120a. Its code runs on exactly that compute capability.",
        ("arch-specific", "suffix a"),
        ("arch-specific-only",),
    ),
    Term(
        "family-specific target",
        "A target with the suffix f, such as sm_120f. Its code runs within that family of compute capabilities.",
        ("family", "suffix f"),
    ),
    Term(
        "default target",
        "What nvcc compiles for where nothing names a target: sm_52 up to CUDA 12, sm_75 since CUDA 13.",
        (),
        ("default-target-only",),
    ),
)
_RESULTS = (
    Term(
        "native",
        "The GPU runs machine code that was built for exactly its compute capability.",
        ("own code",),
        ("not-native", "not-own-code"),
    ),
    Term(
        "compatible",
        "The GPU runs machine code of a lower minor version of the same major version: sm_80 on an 8.6 GPU. It knows "
        "nothing of what the GPU adds.",
        ("binary compatible",),
        ("not-own-code",),
    ),
    Term(
        "JIT",
        "The driver compiles PTX for the GPU when the module is loaded, and keeps the result in its cache. The first "
        "start takes seconds to minutes, on each machine and after each driver update.",
        ("jit compilation", "just in time"),
        ("jit-only", "jit-at-start"),
    ),
    Term("partial", "Some modules or kernels run, others fail.", (), ("hole", "low-coverage")),
    Term(
        "gap",
        "Code that a partial artifact lacks: a module with nothing for this GPU.",
        ("missing code",),
        ("hole", "gap-unclear"),
    ),
    Term(
        "empty image",
        "An image without the module's kernels, as a device link makes it. The driver takes it and finds no kernel, "
        "even if good PTX is present too.",
        ("phantom",),
        ("phantom-arch",),
    ),
    Term(
        "for other GPUs",
        "A module that was made for other architectures, among which the library chooses. It is not counted.",
        ("special",),
        ("other-architecture-kernels",),
    ),
    Term("undecided", "What is in the bytes does not tell. Exit code 4.", (), ("undecided",)),
    Term(
        "baseline",
        "The device code of a release, recorded: what a later one lost fails.",
        ("lock",),
        ("lost-since-baseline",),
    ),
)
_MACHINES = (
    Term("driver branch", "A series of drivers: 580 for 580.65.06.", ("branch", "driver")),
    Term(
        "minor-version compatibility",
        "Programs of one major version of CUDA run on older drivers of that major version. PTX is excepted.",
        ("minor version compatibility",),
    ),
    Term(
        "forward compatibility",
        "Packages (cuda-compat) that bring a newer user-mode driver to an older kernel module, on data center GPUs.",
        ("compat", "cuda-compat"),
    ),
    Term(
        "JIT cache", "The directory in which the driver keeps what it compiled: ~/.nv/ComputeCache.", ("compute cache",)
    ),
    Term("engine", "A program or library whose build settings cudacompat knows."),
    Term(
        "verdict",
        "What becomes of one artifact on one GPU: native, compatible, jit, partial, fails or undecided.",
        ("result",),
    ),
)
SECTIONS: tuple[tuple[str, tuple[Term, ...]], ...] = (
    ("Code on disk", _CODE),
    ("Targets and GPUs", _TARGETS),
    ("Results", _RESULTS),
    ("Machines and builds", _MACHINES),
)


def term(word: str) -> Term | None:
    """Return the term of this name, or that has this as another word; `None` where there is none."""
    wanted = " ".join(word.lower().replace("_", " ").split())
    for _, terms in SECTIONS:
        for each in terms:
            if wanted in (each.name.lower(), *each.also):
                return each
    return None
