"""Builds of container images: by a command, a compose file, a bake file or an action, and the arguments they give."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from cudacompat.artifacts.buildfiles.ci import variables
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import ImageBuild, JobStep, Setting, SourceFile, TextSpan, Word
from cudacompat.domain.words.programs import CONTAINER_ENGINES

_BUILDERS = CONTAINER_ENGINES | {"buildah"}
_VERBS = frozenset({"build", "bud"})
_LINE = re.compile(r"(?m)^[ \t]*([A-Za-z_]\w*)=([^\r\n]*+)\r?$")
_PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_ACTIONS = ("docker/build-push-action", "redhat-actions/buildah-build")
_VALUED = frozenset(
    {"--build-arg", "-f", "--file", "-t", "--tag",
     "--add-host", "--annotation", "--arch", "--attest", "--build-context", "--builder", "--cache-from", "--cache-to",
     "--cgroup-parent", "--format", "--iidfile", "--isolation", "--label", "--layers", "--memory", "--metadata-file",
     "--network", "--os", "--output", "--platform", "--progress", "--runtime", "--secret", "--shm-size", "--ssh",
     "--target", "--ulimit", "--volume", "-o", "-m", "-v", "-l"}
)  # fmt: skip
_HCL_TARGET = re.compile(r'(?m)^[ \t]*target[ \t]+"([^"\n]+)"[ \t]*\{')
_HCL_TEXT = re.compile(r"(?m)^[ \t]*(context|dockerfile|dockerfile-inline)[ \t]*=[ \t]*([^\r\n#]++)(?:#[^\n]*)?\r?$")
_HCL_LIST = re.compile(r"(?m)^[ \t]*(tags|inherits)[ \t]*=[ \t]*\[([^\]]{0,4000}+)\]")
_HCL_ARGS = re.compile(r"(?m)^[ \t]*args[ \t]*+(?:=[ \t]*+)?\{")
_HCL_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|#[^\n]*|//[^\n]*|[{}]')
_MOST_INHERITED = 20
_MOST_TAKEN = 1_000_000  # values of all targets together, inherited ones at each
_HCL_ARG = re.compile(r'(?<!\w)([A-Za-z_]\w*)"?[ \t]*=[ \t]*(?:"([^"\n]*)"|([^\s",}][^\r\n,}]*))')


class Dockerfiles:
    """The Dockerfiles of the project, and which of them a build takes."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def below(self, folder: str, context: str | None, dockerfile: str | None) -> str | None:
        """Return the file that a build takes whose context is this folder, seen from `folder`, which holds the file
        that asks for it. `dockerfile` is seen from the context."""
        if context is None or "$" in context or "://" in context or (dockerfile is not None and "$" in dockerfile):
            return None
        return self._known(posixpath.join(folder, context, dockerfile or "Dockerfile"))

    def from_command(self, file: str, context: str, dockerfile: str | None) -> str | None:
        """Return the file that a command takes. It is not known where it runs: at the top of the project or beside its
        own file, and only if one of both is possible."""
        path = dockerfile or posixpath.join(context, "Dockerfile")
        here = PurePosixPath(file).parent.as_posix()
        found = {self._known(path), self._known(posixpath.join(here, path))} - {None}
        return found.pop() if len(found) == 1 else None

    def _known(self, path: str) -> str | None:
        name = posixpath.normpath(path)
        return name if name in self._names else None


def of_command(file: SourceFile, words: Sequence[Word], place: TextSpan, known: Dockerfiles) -> ImageBuild | None:
    """Return what `docker build` and its like build; `None` for another command."""
    if not words or words[0].text.rsplit("/", 1)[-1] not in _BUILDERS:
        return None
    verb = next((i for i, word in enumerate(words[1:4], 1) if word.text in _VERBS), 0)
    if not verb or any(word.text not in ("buildx", "image", "builder") for word in words[1:verb]):
        return None
    arguments: list[Setting] = []
    tags: list[str] = []
    dockerfile: str | None = None
    rest: list[Word] = []
    sure = True
    index = verb + 1
    while index < len(words):
        word = words[index]
        index += 1
        option, equals, value = word.text.partition("=")
        if not option.startswith("-"):
            rest.append(word)
            continue
        valued = word
        if option in _VALUED and not equals and index < len(words):
            valued, value = words[index], words[index].text
            index += 1
        if option == "--build-arg":
            found = _argument(file, valued, value)
            if found is not None:
                arguments.append(found)
        elif option in ("-f", "--file"):
            dockerfile, sure = value, sure and valued.known
        elif option in ("-t", "--tag") and valued.known:
            tags.append(value)
    sure = sure and len(rest) == 1 and rest[0].known
    path = known.from_command(file.name, rest[0].text, dockerfile) if sure else None
    return ImageBuild(file.name, place, path, arguments=tuple(arguments), tags=tuple(tags))


def _argument(file: SourceFile, word: Word, text: str) -> Setting | None:
    match = _PAIR.fullmatch(text)
    if match is None:
        return None
    raw = file.text[word.place.start : word.place.end]
    at = raw.find(f"{match[1]}=")
    if at < 0:
        return None
    start, end = at + len(match[1]) + 1, len(raw)
    around = (raw[at - 1 : at], raw[start : start + 1])  # "NAME=VALUE" or NAME="VALUE"
    quote = next((each for each in around if each in ("'", '"')), "")
    if quote and around[1] == quote:
        start += 1
    if quote and raw.endswith(quote) and end > start:
        end -= 1
    place = file.place(word.place.start + start, word.place.start + end)
    return Setting(
        match[1],
        match[2] if word.known else None,
        place,
        way=AssignmentKind.BUILD_ARGUMENT,
        written=raw[start:end],
        quote=quote,
        in_shell=True,
        choices=_of_name(match[1], word.choices) if not word.known else (),
    )


def _of_name(name: str, choices: Sequence[str]) -> tuple[str, ...]:
    """The values of an argument that may be one of several texts; none where one of them is not for this name."""
    begin = f"{name}="
    values = tuple(each.removeprefix(begin) for each in choices if each.startswith(begin))
    return values if len(values) == len(choices) else ()


def of_compose(file: SourceFile, documents: Sequence[Node], known: Dockerfiles) -> Iterator[ImageBuild]:
    """Yield what the services of a compose file build."""
    folder = PurePosixPath(file.name).parent.as_posix()
    for document in documents:
        for node in (document.get("services") or Node(0, 0)).entries.values():
            build = node.get("build")
            if build is None:
                continue
            context = build.text if build.text is not None else _text(build.get("context")) or "."
            inline = build.get("dockerfile_inline") is not None
            path = None if inline else known.below(folder, context, _text(build.get("dockerfile")))
            arguments = variables(file, build.get("args"), AssignmentKind.BUILD_ARGUMENT)
            image = _text(node.get("image"))
            place = file.place(build.start, build.start)
            yield ImageBuild(
                file.name, place, path, arguments=tuple(arguments.values()), tags=(image,) if image else ()
            )


def of_devcontainer(file: SourceFile, documents: Sequence[Node], known: Dockerfiles) -> Iterator[ImageBuild]:
    """Yield what a devcontainer.json builds."""
    folder = PurePosixPath(file.name).parent.as_posix()
    for document in documents:
        build = document.get("build")
        if build is not None:
            dockerfile = _text(build.get("dockerfile"))  # seen from the file itself, not from the context
            path = known.below(folder, ".", dockerfile) if dockerfile else None
            arguments = variables(file, build.get("args"), AssignmentKind.BUILD_ARGUMENT)
            yield ImageBuild(file.name, file.place(build.start, build.start), path, arguments=tuple(arguments.values()))


def of_step(file: SourceFile, step: JobStep, known: Dockerfiles) -> ImageBuild | None:
    """Return what a step of a job builds, if it is an action that builds images."""
    if not step.action(*_ACTIONS):
        return None
    given = step.given
    arguments: list[Setting] = []
    lines = given.get("build-args")
    for match in _LINE.finditer(file.text, lines.place.start, lines.place.end) if lines is not None else ():
        written = match[2].rstrip(" \t")
        place = file.place(match.start(2), match.start(2) + len(written))
        value = None if "${{" in written else written
        arguments.append(Setting(match[1], value, place, way=AssignmentKind.BUILD_ARGUMENT, written=written))
    named = given.get("file") or given.get("containerfiles") or given.get("dockerfiles")
    context = given.get("context")
    texts = [each.value for each in (named, context) if each is not None]
    if any(text is None for text in texts):
        path = None
    elif named is not None:
        path = known.below("", ".", named.value)
    else:
        path = known.below("", context.value if context is not None else ".", None)
    tags = given.get("tags")
    written = tuple(tags.value.split()) if tags is not None and tags.value else ()
    return ImageBuild(file.name, step.place, path, arguments=tuple(arguments), tags=written)


def of_bake(file: SourceFile, known: Dockerfiles) -> Iterator[ImageBuild]:
    """Yield what the targets of a bake file in HCL build. A target that others inherit from is no build of its own."""
    folder = PurePosixPath(file.name).parent.as_posix()
    closes = _closes(file.text)
    bodies = dict(_bodies(file, closes))
    inherits = {name: body.inherits for name, body in bodies.items()}
    parents = {parent for each in inherits.values() for parent in each}
    taken = 0
    for name, own in bodies.items():
        if name in parents:
            continue
        family = _family(name, inherits)
        sure = all(each in bodies for each in family) and len(family) < _MOST_INHERITED
        texts: dict[str, str] = {}
        arguments: dict[str, Setting] = {}
        tags: tuple[str, ...] = ()
        for body in (bodies[each] for each in family if each in bodies):
            taken += len(body.arguments) + len(body.texts)
            if taken > _MOST_TAKEN:
                raise ValueError("too many values for as many targets")
            texts = {**body.texts, **texts}
            arguments = {**body.arguments, **arguments}
            tags = tags or body.tags
        path = None
        context, dockerfile = (_plain(texts.get(key, usual)) for key, usual in _PLACES)
        if sure and "dockerfile-inline" not in texts and context is not None and dockerfile is not None:
            path = known.below(folder, context, dockerfile)
        yield ImageBuild(
            file.name, file.place(own.start, own.start), path, arguments=tuple(arguments.values()), tags=tags
        )


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands in one target itself, and where that begins."""

    start: int
    inherits: tuple[str, ...]
    texts: Mapping[str, str]
    arguments: Mapping[str, Setting]
    tags: tuple[str, ...]


def _bodies(file: SourceFile, closes: Mapping[int, int]) -> Iterator[tuple[str, _Body]]:
    """The targets by their names; HCL has none within another."""
    after = 0
    for match in _HCL_TARGET.finditer(file.text):
        span = match.end(), closes.get(match.end() - 1, 0)
        if match.start() < after:
            continue
        after = max(after, span[1])
        texts: dict[str, str] = {}
        for line in _HCL_TEXT.finditer(file.text, *span):
            texts.setdefault(line[1], line[2].rstrip(" \t"))
        arguments: dict[str, Setting] = {}
        for setting in _hcl_arguments(file, span, closes):
            arguments.setdefault(setting.name, setting)
        inherits, tags = (_listed(file.text, span, key) for key in ("inherits", "tags"))
        yield match[1], _Body(span[0], inherits, texts, arguments=arguments, tags=tags)


def _family(name: str, inherits: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The target and those that it inherits from, the nearest first, as many as are looked at."""
    family = [name]
    for each in family:
        family += [parent for parent in dict.fromkeys(inherits.get(each, ())) if parent not in family]
        if len(family) >= _MOST_INHERITED:
            break
    return family[:_MOST_INHERITED]


_PLACES = (("context", '"."'), ("dockerfile", '"Dockerfile"'))


def _plain(text: str) -> str | None:
    match = re.fullmatch(r'"([^"$]*)"', text)
    return match[1] if match is not None else None


def _hcl_arguments(file: SourceFile, span: tuple[int, int], closes: Mapping[int, int]) -> Iterator[Setting]:
    after = span[0]
    for block in _HCL_ARGS.finditer(file.text, *span):
        stop = closes.get(block.end() - 1, 0)
        if block.start() < after or not stop:
            continue
        at, after = block.end(), stop
        while (match := _HCL_ARG.search(file.text, at, stop)) is not None:
            group = 2 if match[2] is not None else 3
            value = match[2] if group == 2 and "${" not in match[2] else None
            place = file.place(*match.span(group))
            yield Setting(
                match[1],
                value,
                place,
                way=AssignmentKind.BUILD_ARGUMENT,
                written=match[group].rstrip(),
                quote='"' if group == 2 else "",
            )
            at = match.end()


def _listed(text: str, span: tuple[int, int], key: str) -> tuple[str, ...]:
    return tuple(
        item
        for match in _HCL_LIST.finditer(text, *span)
        if match[1] == key
        for item in re.findall(r'"([^"\n]*)"', match[2])
    )


def _closes(text: str) -> dict[int, int]:
    """Where each brace closes that is opened; what is left open is not there."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in _HCL_TOKEN.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            found[opened.pop()] = match.start()
    return found


def _text(node: Node | None) -> str | None:
    return node.text if node is not None else None
