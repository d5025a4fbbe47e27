"""`toolset-cannot-build`: the CUDA build customization does not know a target of the project's list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_PROJECT = """\
<Project>
  <ImportGroup Label="ExtensionSettings">
    <Import Project="$(VCTargetsPath)\\BuildCustomizations\\CUDA {0}.props" />
  </ImportGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Release|x64'">
    <CudaCompile><CodeGeneration>{1}</CodeGeneration></CudaCompile>
  </ItemDefinitionGroup>
  <ImportGroup Label="ExtensionTargets">
    <Import Project="$(VCTargetsPath)\\BuildCustomizations\\CUDA {0}.targets" />
  </ImportGroup>
</Project>
"""
_BOTH = "compute_86,sm_86;compute_120,sm_120"


def _of(release: str, pairs: str) -> dict[str, str]:
    return {"app/app.vcxproj": _PROJECT.format(release, pairs)}


# nvcc by its path: with flags of its own, or with those that its user gives
_MAKEFILE = (
    "CUDA = {0}\nNVCC = $(CUDA)/bin/nvcc\nk.o: k.cu\n\t$(NVCC) -c -gencode=arch=compute_{1},code=sm_{1} -o $@ $<\n"
)


def _make(path: str, number: str = "$(ccap)") -> dict[str, str]:
    return {"Makefile": _MAKEFILE.format(path, number)}


CASES = (
    LintCase(bad=_make("/usr/local/cuda-11.8", "120"), good=_make("/usr/local/cuda-12.8", "120"), line="-gencode=arch"),
    LintCase(  # older than the releases that are read: what is certain is what came later
        bad=_make("/usr/local/cuda-8.0"), good=_make("/usr/local/cuda-12.8"), line="cuda-8.0", gpu=("RTX 5070 Ti",)
    ),
    LintCase(bad=_make("/opt/cuda-13.0"), good=_make("/opt/cuda-12.9"), line="cuda-13.0", gpu=("GTX 1080",)),
    LintCase(bad=_of("12.4", _BOTH), good=_of("12.8", _BOTH), line="CodeGeneration"),
    LintCase(bad=_of("13.0", "compute_61,sm_61"), good=_of("12.9", "compute_61,sm_61"), line="CodeGeneration"),
    LintCase(bad=_of("10.2", "compute_86,sm_86"), good=_of("11.1", "compute_86,sm_86"), line="CodeGeneration"),
)
NEAR_MISSES = (
    NearMiss("a path that only its user knows", _make("/usr/local/cuda-$(VERSION)"), gpu=("RTX 5070 Ti",)),
    NearMiss("the release that is installed", _make("/usr/local/cuda"), gpu=("RTX 5070 Ti",)),
    NearMiss("what that release may build", _make("/usr/local/cuda-8.0"), gpu=("GTX 1080",)),
    NearMiss("a comment", {"Makefile": "# CUDA = /usr/local/cuda-8.0\nNVCC = $(CUDA)/bin/nvcc\n"}, gpu=("12.0",)),
    NearMiss(
        "a library of that release", {"Makefile": "LIB = /usr/local/cuda-8.0/lib64\nNVCC = nvcc\n"}, gpu=("12.0",)
    ),
    NearMiss(
        "of two releases one is chosen",
        {"Makefile": _MAKEFILE.format("/usr/local/cuda-8.0", "$(ccap)") + "CUDA = /usr/local/cuda-12.8\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss("a test's", {f"tests/{name}": text for name, text in _make("/usr/local/cuda-8.0").items()}, gpu=("12.0",)),
    NearMiss("a release that only the build knows", _of("$(CudaVersion)", _BOTH)),
    NearMiss("inherited", _of("12.4", "%(CodeGeneration)")),
    NearMiss("a comment", _of("12.8", _BOTH + '</CodeGeneration><!-- CUDA 12.4.props" --><CodeGeneration>%(x)')),
    NearMiss(
        "no customization is imported", {"a.props": f"<Project><CodeGeneration>{_BOTH}</CodeGeneration></Project>"}
    ),
    NearMiss(
        "one of two releases, by a condition",
        {"a.vcxproj": _PROJECT.format("12.4", _BOTH) + _PROJECT.format("12.8", _BOTH)},
    ),
)
