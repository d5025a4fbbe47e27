"""Lists of an extension that count for nothing, since its setup.py gives nvcc targets of its own. Pure."""

from __future__ import annotations

import re

from cudacompat.domain.builds.engine_facts import OWN_TARGETS
from cudacompat.domain.builds.lists.nvcc_flags import TARGET_OPTION
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import ArchListSetting, EngineUse, Project, SourceFile, TextSpan

_FLAG = re.compile(r"^[^#\n]*?[\"'](?P<flag>" + TARGET_OPTION + r"\b[^\"'\n]*)[\"']", re.M)
_BRANCH = re.compile(r"\b(?:if|else|elif|for|def)\b")


def disabling_flag(project: Project, listed: ArchListSetting) -> TextSpan | None:
    """Return the flag for nvcc that switches a list off; `None` where none surely does."""
    command = listed.command
    if listed.knob is None or not any(each.name == OWN_TARGETS for each in listed.use.engine.hazards):
        return None
    file = _setup(project, listed.use) if not _several(project) else None
    if file is None or (command is not None and command.conditional):
        return None
    own = command is None  # a list that the file itself sets is named there once, and several extensions may differ
    if own and (listed.setting.place.file != file.name or _extensions(project, file) > 1):
        return None
    named = project.once(("named", file.name, listed.knob.name), lambda: file.text.count(listed.setting.name))
    return _own_flag(project, file) if named == int(own) else None


def is_switched_off(project: Project, listed: ArchListSetting) -> bool:
    """Whether a list certainly counts for nothing: the flag stands in the arguments of the extension themselves, in no
    branch before them."""
    flag = disabling_flag(project, listed)
    file = project.file(flag.file) if flag is not None else None
    if flag is None or file is None:
        return False
    return project.once(("unbranched", flag.at, flag.start), lambda: _is_unbranched(file, flag))


def _is_unbranched(file: SourceFile, flag: TextSpan) -> bool:
    _, named, between = file.text[: flag.start].rpartition("extra_compile_args")
    return bool(named) and _BRANCH.search(between) is None


def _extensions(project: Project, file: SourceFile) -> int:
    return project.once(("extensions", file.name), lambda: file.text.count("Extension("))


def _own_flag(project: Project, file: SourceFile) -> TextSpan | None:
    """The first flag that the file gives to nvcc; `None` where it gives it none."""

    def found() -> TextSpan | None:
        match = _FLAG.search(file.text) if "extra_compile_args" in file.text else None
        return file.place(match.start("flag"), match.end("flag")) if match is not None else None

    return project.once(("own_flag", file.name), found)


def _several(project: Project) -> bool:
    """Whether several setup.py of the project build extensions: which of them a command runs is not told."""
    return project.once(
        "several_setups",
        lambda: sum("Extension(" in file.text for file in project.files if base_name(file.name) == "setup.py") > 1,
    )


def _setup(project: Project, use: EngineUse) -> SourceFile | None:
    return project.file(f"{use.folder}/setup.py" if use.folder else "setup.py")
