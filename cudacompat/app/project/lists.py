"""Every list of architectures in a project: where it stands, who reads it, and what it says to that reader."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cudacompat.app.project.list_names import ListName, ListNames, names_of
from cudacompat.artifacts.buildfiles.target_words import of_command as target_words
from cudacompat.domain.builds.engine import Channel, Engine, Grammar
from cudacompat.domain.builds.lists.nvcc_flags import PAIR_OPTIONS, TARGET_OPTIONS
from cudacompat.domain.builds.lists.reader import ArchList, Item, NoListError, UnreadableListError, read_list
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.project.arguments import in_arguments
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_list_names import NO_NAMES, OwnListNames
from cudacompat.domain.project.cmake_values import LIST_NAME
from cudacompat.domain.project.model import ArchListSetting, Command, EngineUse, ImageBuild, Setting, TextSpan, Word
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.target import ArchSuffix
from cudacompat.engines import find, known

_ONE = re.compile(r"(?:sm_)?(\d{2,3})([af]?)")
_QUOTES = re.compile(r"\\*[\"']")
_HANDS_ON = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
# What these names mean does not depend on whose project it is.
_GENERIC = {
    ("CMAKE_CUDA_ARCHITECTURES", AssignmentKind.DEFINE): "cmake",
    ("CUDA_ARCHITECTURES", AssignmentKind.DEFINE): "cmake",
    ("CUDAARCHS", AssignmentKind.ENVIRONMENT): "cmake",
    **dict.fromkeys(((name, AssignmentKind.ENVIRONMENT) for name in FLAG_VARIABLES), "nvcc"),
}


class Lists:
    """Finds them, given the engines of the project; `here` are those of its own, which no command fetches."""

    def __init__(
        self, uses: Sequence[EngineUse], own: OwnListNames = NO_NAMES, here: Sequence[EngineUse] | None = None
    ) -> None:
        self._uses = tuple(uses)
        self._here = self._uses if here is None else tuple(here)
        self._own = own
        self._named: dict[tuple[str, str | None], ListNames] = {}  # by what is quick to hash
        self._told: set[tuple[str, str | None, int]] = set()
        self._carrying: dict[tuple[str, str | None, int], tuple[tuple[Setting, ListName], ...]] = {}

    def _names(self, use: EngineUse) -> ListNames:
        key = (use.engine.name, use.version)
        if key not in self._named:
            self._named[key] = names_of(use.engine, use.parsed)
        return self._named[key]

    def of_project(
        self,
        commands: Sequence[Command],
        settings: Iterable[Setting],
        builds: Iterable[ImageBuild],
        made: Iterable[tuple[Setting, Command]] = (),
    ) -> Iterator[ArchListSetting]:
        """Yield the lists that builds of images hand to a command, then those that reach one by its file, those
        that are handed to make (`made`), and those that stand elsewhere, each place once."""
        seen: set[tuple[str, int]] = set()
        for listed, handed in self._handed_on(commands, builds):
            at = listed.setting.place.at
            if at not in seen:
                seen.update((at, handed.place.at))
                yield listed
        for command in commands:
            for setting, use, carrier in self._of_command(command):
                at = setting.place.at
                if at not in seen:
                    seen.add(at)
                    yield listed_of(setting, use, carrier, command=command)
        nvcc = find("nvcc")
        for setting, command in made:
            if setting.place.at not in seen:
                seen.add(setting.place.at)
                yield listed_of(setting, EngineUse(nvcc, None, setting.place.file), _FLAGS, command=command)
        for setting in settings:
            for each in (setting, *in_arguments(setting)):
                at = each.place.at
                if at in seen or not each.written.strip():
                    continue
                found = self._of_setting(each)
                if found is not None:
                    seen.add(at)
                    yield found

    def _handed_on(
        self, commands: Iterable[Command], builds: Iterable[ImageBuild]
    ) -> Iterator[tuple[ArchListSetting, Setting]]:
        """The build arguments that a Dockerfile gives to a setting for a list as they are, and that setting."""
        given: dict[tuple[str, str], list[Setting]] = defaultdict(list)  # those not yet handed on, by file and name
        for build in builds:
            for argument in build.arguments if build.dockerfile is not None else ():
                if argument.written.strip():
                    given[build.dockerfile or "", argument.name].append(argument)
        for command in commands if given else ():
            if command.use is None or command.stage is None:
                continue
            for setting, carrier in self._carried(command, command.use):
                match = _HANDS_ON.fullmatch(setting.written)
                for argument in given.pop((command.stage.file, match[1] or match[2]), ()) if match is not None else ():
                    yield listed_of(argument, command.use, carrier, command=command), setting

    def _of_command(self, command: Command) -> Iterator[tuple[Setting, EngineUse, ListName]]:
        """The settings that carry a list to a command; of those that it shares with one before, none."""
        use = command.use
        if command.program == "cmake" and self._own.variables:
            yield from self._of_own_names(command)
        for named in target_words(command.words):
            yield named, EngineUse(find("nvcc"), None, command.place.file), _FLAGS
        if use is None:
            return
        key = (use.engine.name, use.version, id(command.environment))
        shared = self._carried(command, use) if key not in self._told else _carriers(self._names(use), command.defines)
        self._told.add(key)
        for setting, carrier in shared:
            if setting.written.strip():
                yield setting, use, carrier
        flags = _flags(command) if command.program == "nvcc" else None
        if flags is not None:
            yield flags, use, _FLAGS

    def _of_own_names(self, command: Command) -> Iterator[tuple[Setting, EngineUse, ListName]]:
        """What a command line gives to CMake's list, or to FindCUDA's, by a name of the project's own."""
        use = EngineUse(find("cmake"), None, command.place.file)
        for setting in command.defines:
            carrier = self._own_carrier(use, self._own.variables.get(setting.name))
            if carrier is not None:
                yield setting, use, carrier

    def _own_carrier(self, use: EngineUse, grammar: Grammar | None) -> ListName | None:
        """What the project's own name of this grammar carries."""
        if grammar is Grammar.FIND_CUDA:
            return ListName(grammar, "CMake's FindCUDA module", None)
        return self._names(use).read.get((LIST_NAME, AssignmentKind.DEFINE)) if grammar is not None else None

    def _carried(self, command: Command, use: EngineUse) -> Iterator[tuple[Setting, ListName]]:
        """The settings of a command that carry a list: those on its line, then those in its environment, which are
        looked for once for all commands that share it."""
        names = self._names(use)
        yield from _carriers(names, command.defines)
        key = (use.engine.name, use.version, id(command.environment))
        if key not in self._carrying:
            self._carrying[key] = tuple(_carriers(names, command.environment.values()))
        yield from self._carrying[key]

    def _of_setting(self, setting: Setting) -> ArchListSetting | None:
        if setting.way is AssignmentKind.FLAGS:
            return listed_of(setting, EngineUse(find("nvcc"), None, setting.place.file), _FLAGS)
        for use in self._uses:
            carrier = _carrier(self._names(use), setting)
            if carrier is not None:
                return listed_of(setting, use, carrier)
        way = AssignmentKind.ENVIRONMENT if setting.way is AssignmentKind.BUILD_ARGUMENT else setting.way
        engine = _generic(setting.name, way)
        if engine is None and way is AssignmentKind.ENVIRONMENT:
            use = EngineUse(find("cmake"), None, setting.place.file)
            carrier = self._own_carrier(use, self._own.environment.get(setting.name))
            return listed_of(setting, use, carrier) if carrier is not None else None
        if engine is None or any(_dead(use.engine, setting.name) for use in self._here):
            return None
        generic = EngineUse(engine, None, setting.place.file)
        carrier = _carrier(self._names(generic), setting)
        return listed_of(setting, generic, carrier) if carrier is not None else None


def _generic(name: str, way: AssignmentKind) -> Engine | None:
    """The engine for which this name stands in any project."""
    if (name, way) in _GENERIC:
        return find(_GENERIC[name, way])
    if way is not AssignmentKind.ENVIRONMENT:
        return None
    own = ((each, knob) for each in known() for knob in each.knobs if knob.channel is Channel.ENVIRONMENT)
    return next((each for each, knob in own if knob.anywhere and knob.name == name), None)


_FLAGS = ListName(Grammar.GENCODE, "nvcc, in this very command", None)


def _flags(command: Command) -> Setting | None:
    words = command.words[1:]
    begins = (*TARGET_OPTIONS, "--gpu-code")
    places = [each.place for each in words if any(text.lstrip().startswith(begins) for text in _texts(each))]
    if not places:
        return None
    place = TextSpan(places[0].file, places[0].line, places[0].start, places[-1].end)
    open_ = [each for each in words if not each.known and each.text != "$_"]  # make's own $@ and $< hold no target
    texts: tuple[str, ...] = (" ".join(each.text for each in words),)
    if len(open_) == 1:  # a variable of several values
        texts = tuple(" ".join(one if each is open_[0] else each.text for each in words) for one in open_[0].choices)
    if not any("arch=compute_" in text or _SHORT.search(text) for text in texts):
        return None
    value = texts[0] if not open_ else None
    choices = texts if len(open_) == 1 else ()
    written = " ".join(each.text for each in words)
    return Setting("", value, place, way=AssignmentKind.FLAGS, written=written, in_shell=True, choices=choices)


def _texts(word: Word) -> tuple[str, ...]:
    return word.choices or (word.text,)


def _dead(engine: Engine, name: str) -> bool:
    return any(dead.name == name for dead in engine.dead)


def _carriers(names: ListNames, settings: Iterable[Setting]) -> Iterator[tuple[Setting, ListName]]:
    for setting in settings:
        for each in (setting, *(in_arguments(setting) if setting.name == "CMAKE_ARGS" else ())):
            carrier = _carrier(names, each)
            if carrier is not None:
                yield each, carrier


def _carrier(names: ListNames, setting: Setting) -> ListName | None:
    if setting.way is AssignmentKind.FLAGS:
        return _FLAGS
    if setting.name == "CUDA_ARCHITECTURES" and not setting.of_target:
        return None  # a variable of somebody's own
    way = AssignmentKind.ENVIRONMENT if setting.way is AssignmentKind.BUILD_ARGUMENT else setting.way
    return names.read.get((setting.name, way))


def listed_of(setting: Setting, use: EngineUse, carrier: ListName, command: Command | None = None) -> ArchListSetting:
    """Return the list that a setting holds, as the reader of its grammar takes it."""
    archs, wrong, word = None, None, None
    if setting.value is not None:
        try:
            archs = _read(carrier.grammar, setting.value.replace("\\;", ";"))
        except NoListError:
            word = setting.value.strip().lower()
        except UnreadableListError as error:
            wrong = str(error)
    return ArchListSetting(
        setting,
        use,
        carrier.grammar,
        reader=carrier.reader,
        knob=carrier.knob,
        archs=archs,
        wrong=wrong,
        word=word,
        command=command,
        choices=_choices(carrier.grammar, setting),
    )


def _choices(grammar: Grammar, setting: Setting) -> tuple[ArchList, ...]:
    """The lists that the setting may be; none where one of them is no list. A run of a matrix without a number has no
    build for a GPU."""
    found: list[ArchList] = []
    values = setting.choices if setting.value is None else ()
    for value in filter(str.strip, values) if grammar is Grammar.ONE_NUMBER else values:
        try:
            found.append(_read(grammar, value.replace("\\;", ";")))
        except UnreadableListError:
            return ()
    return tuple(found)


# PyTorch's and CMake's FindCUDA replace spaces by semicolons before they look at the items.
_PARTED_BY_ANYTHING = (Grammar.TORCH, Grammar.SPACED, Grammar.FIND_CUDA)
_PARTED_BY_SEMICOLONS = (Grammar.CMAKE, Grammar.CMAKE_SPLIT)


def _read(grammar: Grammar, value: str) -> ArchList:
    text = value.strip()
    if grammar is Grammar.GENCODE:
        text = _QUOTES.sub("", text)  # code=\\"sm_52,compute_52\\"
    if grammar is Grammar.GENCODE and not any(option in text for option in PAIR_OPTIONS):
        return _of_short_flags(text)
    if grammar is Grammar.ONE_NUMBER:
        match = _ONE.fullmatch(text)
        if match is None:
            raise UnreadableListError("its reader takes one architecture: a number")
        code = CodeTarget(int(match[1]), ArchSuffix(match[2]))
        return ArchList(grammar, text, (Item(match.start(1), match.end(2), code),), separator=";")
    if grammar in _PARTED_BY_ANYTHING and ";" in text:
        return replace(read_list(Grammar.TORCH, re.sub(r"[;\s]+", _semicolon, text)), text=text)
    if grammar in _PARTED_BY_SEMICOLONS and ";" in text and re.search(r"\s", text):
        raise UnreadableListError("it contains a space, which CMake reads as a part of the item")
    return read_list(grammar, text)


_SHORT = re.compile(
    r"(?:-arch|--gpu-architecture)[=\s]+[\"']?(?P<kind>sm|compute)_(?P<number>\d{2,3})(?P<suffix>[af]?)\b"
)


_SHORT_CODE = re.compile(r"(?<![\w-])(?:-code|--gpu-code)[=\s]+[\"']?\w+_\w+(?:,\w+)*")
_CODE = re.compile(r"(sm|compute)_(\d{2,3})([af]?)\b")


def _of_short_flags(text: str) -> ArchList:
    """The list of -arch=sm_70, which is short for its machine code and its PTX, or -arch=compute_70, the PTX alone."""
    items = [
        Item(
            match.start(),
            match.end(),
            CodeTarget(int(match["number"]), ArchSuffix(match["suffix"]), sass=match["kind"] == "sm", ptx=True),
        )
        for match in _SHORT.finditer(text)
    ]
    named = _SHORT_CODE.search(text)
    if items and named is not None:  # -arch=compute_90 -code=sm_90,compute_90
        items = [
            Item(
                named.start(), named.end(), CodeTarget(int(number), ArchSuffix(suffix), kind == "sm", ptx=kind != "sm")
            )
            for kind, number, suffix in _CODE.findall(named[0])
        ]
    if not items or len(_SHORT_CODE.findall(text)) > 1:
        raise UnreadableListError("it holds no -gencode and no -arch of one target")
    return ArchList(Grammar.GENCODE, text, tuple(items), separator=" ")


def _semicolon(gap: re.Match[str]) -> str:
    return ";" + " " * (len(gap[0]) - 1)
