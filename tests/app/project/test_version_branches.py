"""Branches for versions, in the languages that builds are written in: whether a list in one may get a newer GPU."""

from __future__ import annotations

from cudacompat.app.project.version_branches import version_branch
from tests.helpers.each_row import each_case

AT_LEAST = "if(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 12.8)"


@each_case(
    ("lines", "branch"),
    [
        (("if cuda_version >= V('12.8'):",), None),
        (("if cuda_version >= V('11.8'):",), "if cuda_version >= V('11.8'):"),
        (("if cuda_version >= V('12.8') or V('11.8') in have:",), "if cuda_version >= V('12.8') or V('11.8') in have:"),
        (("if not cuda_version >= V('12.8'):",), "if not cuda_version >= V('12.8'):"),
        (("if cuda_version >= V('12.8'):", "    a", "else:"), "if cuda_version >= V('12.8'): … else"),
        ((AT_LEAST,), None),
        (("if(CUDAToolkit_VERSION VERSION_LESS 12.8)",), "if(CUDAToolkit_VERSION VERSION_LESS 12.8)"),
        ((AT_LEAST, "  set(a 1)", "else()"), f"{AT_LEAST} … else"),
        (("if torch.version.cuda == '12.1':",), "if torch.version.cuda == '12.1':"),
        (("if torch.__version__ >= '2.2':",), "if torch.__version__ >= '2.2':"),
        (("#if CUDA_VERSION >= 12080",), None),
        (("#if CUDA_VERSION >= 11080",), "#if CUDA_VERSION >= 11080"),
        (("if torch_version == '1.0':", "    a", "if debug:", "    b", "else:"), None),
        (("if torch_version == '1.0':", "    a", "elif debug:", "    b", "else:"), "if torch_version == '1.0': … else"),
        (("if(NATIVE AND CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)", "  a", "else()"), None),
        (("if(NATIVE AND CUDAToolkit_VERSION VERSION_GREATER_EQUAL 11.6)", "  a", "else()"), None),
        (("if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)",), None),
        (("if os.environ.get('X'):", "    a", "else:"), None),
    ],
)
def test_a_branch_of_versions(lines: tuple[str, ...], branch: str | None) -> None:
    text = "\n".join((*lines, "    LIST = '8.0'"))
    assert version_branch(text, len(text), ["120"]) == branch


def test_what_a_branch_builds_depends_on_the_target() -> None:
    text = "if cuda_version >= V('11.8'):\n    LIST = '8.0'"
    assert version_branch(text, len(text), ["89"]) is None
    assert version_branch(text, len(text), ["89", "120"]) is not None


@each_case(
    ("lines", "arch", "builds"),
    [
        (("if cuda_version >= V('13.0'):",), "61", False),  # nvcc 13 begins with 7.5
        (("if cuda_version >= V('12.8'):",), "61", False),  # 13 goes the same way
        (("if cuda_version >= V('12.8'):",), "75", True),
        (("if cuda_version >= V('13.0'):", "    a", "elif cuda_version >= V('12.8'):"), "61", True),
        (("if cuda_version >= V('13.0'):", "    a", "if cuda_version >= V('12.8'):"), "61", False),
        (("if cuda_version >= V('13.0'):", "    a", "elif x:", "    b", "elif cuda_version >= V('12.8'):"), "61", True),
        (("if(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 13.0)", "  a", f"else{AT_LEAST}"), "61", True),
        (("#if CUDA_VERSION >= 13000",), "70", False),
    ],
)
def test_a_branch_of_later_releases_may_not_build_an_old_target(
    lines: tuple[str, ...], arch: str, builds: bool
) -> None:
    text = "\n".join((*lines, "    LIST = '8.0'"))
    assert (version_branch(text, len(text), [arch]) is None) is builds
