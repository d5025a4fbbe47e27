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


CASES = (
    LintCase(bad=_of("12.4", _BOTH), good=_of("12.8", _BOTH), line="CodeGeneration"),
    LintCase(bad=_of("13.0", "compute_61,sm_61"), good=_of("12.9", "compute_61,sm_61"), line="CodeGeneration"),
    LintCase(bad=_of("10.2", "compute_86,sm_86"), good=_of("11.1", "compute_86,sm_86"), line="CodeGeneration"),
)
NEAR_MISSES = (
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
