"""Which texts are lists of packages, whatever the file's name says."""

from __future__ import annotations

from cudacompat.artifacts.requirements import conda, conda_lists, json_lists, pip_file

_MOST_LINE = 400  # characters of a line of a list that has no name of one


def is_list_by_text(text: str, *, plain: bool = True) -> bool:
    """Return True for a text that is a list of packages: an environment of conda, JSON of packages, or, of a `plain`
    text, what `reads_as_list` takes for one."""
    if text.lstrip()[:1] in ("[", "{"):
        return json_lists.is_json_list(text)
    return conda.is_environment(text) or (plain and reads_as_list(text))


def reads_as_list(text: str) -> bool:
    """Return True for a text most lines of which are requirements of pip, one of them a pin at least, for names
    together with other lists that are included, and for what conda prints."""
    if conda_lists.is_conda_list(text) or conda_lists.is_spec_list(text):
        return True
    if any(len(line) > _MOST_LINE for line in text.splitlines()):
        return False
    read = pip_file.read(text, "")
    pinned = [each for each in read.requirements if each.specifier or each.index != "pypi"]
    if not pinned:
        return bool(read.includes) and not read.not_understood
    return len(read.not_understood) < len(read.requirements)
