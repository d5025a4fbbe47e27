"""What completions offer as values: GPUs, engines, findings, CUDA releases, packages. All of it is in the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache

_OLDEST = 50  # compute capability 5.0, ten times: older GPUs have no supported CUDA release, and fill the list


class ValueKind(Enum):
    """A kind of value that an option or an argument has."""

    TEXT = "text"
    CHOICE = "choice"
    FILE = "file"
    DIRECTORY = "directory"
    COMMAND = "command"
    GPU = "gpu"
    ENGINE = "engine"
    OUTPUT = "output"
    RELEASE = "release"
    PACKAGE = "package"
    TOPIC = "topic"
    LINT_RULE = "lint-rule"
    SHELL = "shell"


_BY_NAME: Mapping[tuple[str, str], ValueKind] = {
    ("generate", "engine"): ValueKind.ENGINE,
    ("rebuild", "engine"): ValueKind.ENGINE,
    ("generate", "as_"): ValueKind.OUTPUT,
    ("gpus", "query"): ValueKind.GPU,
    ("toolkits", "query"): ValueKind.RELEASE,
    ("wheels", "package"): ValueKind.PACKAGE,
    ("explain", "log"): ValueKind.TOPIC,
    ("lint", "select"): ValueKind.LINT_RULE,
    ("lint", "ignore"): ValueKind.LINT_RULE,
    ("", "completion"): ValueKind.SHELL,
}
_BY_METAVAR: Mapping[str, ValueKind] = {
    "SPEC": ValueKind.GPU,
    "X.Y": ValueKind.RELEASE,
    "DIR": ValueKind.DIRECTORY,
    "SRC": ValueKind.DIRECTORY,
    "-- CMD": ValueKind.COMMAND,
    **dict.fromkeys(("FILE", "PATH", "ARTIFACT", "OLD", "NEW", "LIST"), ValueKind.FILE),
}


def kind_of(command: str, parameter: str, metavar: str) -> ValueKind:
    """Return the kind of value of a parameter of a command, TEXT where nothing can be offered."""
    if (command, parameter) == ("generate", "install"):
        return ValueKind.TEXT  # a SPEC of pip
    plain = metavar.strip("[]{}.").removesuffix("...").strip("[]{}")
    return _BY_NAME.get((command, parameter)) or _BY_METAVAR.get(plain, ValueKind.TEXT)


@cache
def words_for(kind: ValueKind) -> tuple[str, ...]:
    """Return the words that completions offer for a kind; each is letters, digits and `._+-`, and no shell reads
    anything else into it. Empty for what is no list."""
    make = _WORDS.get(kind)
    return tuple(dict.fromkeys(word for word in make() if _PLAIN.fullmatch(word))) if make else ()


def word_lists() -> Iterator[tuple[ValueKind, tuple[str, ...]]]:
    """Yield the kinds that have words, with them."""
    for kind in ValueKind:
        words = words_for(kind)
        if words:
            yield kind, words


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def _gpus() -> list[str]:
    """`native`, the names of GPUs as SPECs without blanks (`rtx-5070-ti`), the newest first, then compute capabilities
    and targets."""
    from cudacompat.domain.gpus.lookup import product, search
    from cudacompat.domain.tables.architectures import ARCHITECTURES
    from cudacompat.domain.words.errors import CudacompatError

    names = []
    for gpu in search(""):
        if gpu.capability.number < _OLDEST:
            continue
        name = _word_of(gpu.name)
        try:
            meant = product(name)
        except CudacompatError:
            continue  # the name stands for several, so that the SPEC is refused
        if meant is not None and meant.capability == gpu.capability:
            names.append(name)
    numbers = [row.capability for row in ARCHITECTURES if row.capability.number >= _OLDEST]
    return ["native", *names, *map(str, numbers), *(f"sm_{each.number}" for each in numbers)]


_MAKER = re.compile(r"^nvidia (?:(?:geforce|tesla) )?(?=\S)")


def _word_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _MAKER.sub("", name.lower())).strip("-")


def _engines() -> list[str]:
    from cudacompat.engines import known

    return [each.name for each in known()]


def _outputs() -> list[str]:
    from cudacompat.generate.outputs import OUTPUTS

    return [each.name for each in OUTPUTS]


def _releases() -> list[str]:
    from cudacompat.domain.tables.toolkits import RELEASES

    return [str(each.version) for each in reversed(RELEASES)]


def _packages() -> list[str]:
    from cudacompat.domain.wheels.table import rows

    return sorted(rows())


def _topics() -> list[str]:
    """Rules, log lines and words of the glossary: what `explain` has a page for."""
    from cudacompat.app.explain import line_catalogue
    from cudacompat.domain.rules import all_rules
    from cudacompat.domain.words.glossary import SECTIONS

    lines = [each.id for each in line_catalogue().signatures]
    return [*(each.id for each in all_rules()), *lines, *(each.name for _, terms in SECTIONS for each in terms)]


def _lint_rules() -> list[str]:
    from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES

    return sorted([*(each.id for each in INLINE_RULES), *(each.id for each in LINT_RULES)])


def _shells() -> list[str]:
    from cudacompat.cli.pages.completion import SHELLS

    return list(SHELLS)


_WORDS: Mapping[ValueKind, Callable[[], list[str]]] = {
    ValueKind.GPU: _gpus,
    ValueKind.ENGINE: _engines,
    ValueKind.OUTPUT: _outputs,
    ValueKind.RELEASE: _releases,
    ValueKind.PACKAGE: _packages,
    ValueKind.TOPIC: _topics,
    ValueKind.LINT_RULE: _lint_rules,
    ValueKind.SHELL: _shells,
}
