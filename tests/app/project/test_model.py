"""What becomes of a file of a project, by its kind."""

from __future__ import annotations

from tests.helpers.lint_case import project

SETS = 'import os\nos.environ["TORCH_CUDA_ARCH_LIST"] = "8.6"\n'


def test_what_a_launcher_sets_is_no_setting_of_the_project() -> None:
    assert [setting.value for setting in project({"build_it.py": SETS}).settings] == ["8.6"]
    assert project({"launch.py": SETS}).settings == ()
