"""How a list is changed where it stands, so that what reads the file still reads one value."""

from __future__ import annotations

from cudacompat.domain.project.model import Project, Setting, TextSpan
from cudacompat.domain.words.finding import Edit, Fix


def literal(setting: Setting) -> bool:
    """Whether the value stands there itself, with nothing put in by a variable."""
    if setting.value is None:
        return False
    if setting.separator is not None:
        return "$" not in setting.written
    return setting.written.replace("\\;", ";") == setting.value


def exchanged(project: Project, place: TextSpan, old: str, new: str, what: str) -> Fix | None:
    """The fix, not a safe one, that writes another word where this one stands; `None` unless it stands there once."""
    text = project.text(place)
    if text.count(old) != 1:
        return None
    start = place.start + text.index(old)
    return Fix(what, (Edit(place.file, start, start + len(old), new=new),), safe=False)


def replacing(setting: Setting, value: str, what: str, *, safe: bool) -> Fix | None:
    """The fix that puts another list in the place of this one; `None` where it does not stand there itself, or its
    place cannot hold the new one."""
    if not literal(setting) or value == setting.value:
        return None
    text = value
    if setting.separator is not None:
        text = value.replace(";", setting.separator)
    elif not setting.quote.strip():
        inside = setting.quote == " "  # a word among others
        if setting.in_shell and "\\;" in setting.written:
            text = value.replace(";", "\\;")
        elif " " in value or (setting.in_shell and ";" in value):
            if inside:
                return None
            text = f'"{value}"'
    elif setting.quote in value:
        return None
    place = setting.place
    return Fix(what, (Edit(place.file, place.start, place.end, new=text),), safe)
