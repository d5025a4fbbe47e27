"""How an engine is told by its logs and its sources, and how a container builds it: words for the facts in
`cudacompat.engines`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packaging.version import Version

from cudacompat.domain.builds.setting_facts import ALWAYS, RequiredSetting, Window
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class LogName:
    """How logs name an engine: a regular expression of what only its lines hold.

    Of several engines that a log names, the one of the lowest `rank` is meant: what is built on another names that one,
    too.
    """

    pattern: str
    rank: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server among an engine's programs: its command, where it listens, what says that it is well.

    `command` listens on all addresses of its container at `port`; `model` are the arguments that name a model below
    /models, which the user brings. `health` is the path that answers 200 once the model is loaded.
    """

    command: tuple[str, ...]
    model: tuple[str, ...]
    model_files: str  # a glob of their names
    port: int
    health: str
    source: str
    window: Window = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkBuild:
    """A published build of the framework that an engine extends: what pip is given to install it (`torch==2.14.1
    --index-url …`), and the CUDA release that it was built with."""

    version: Version
    cuda: ToolkitVersion
    install: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedFramework:
    """What an engine extends: its title, the package that it is on an index, and what gives its published builds for a
    version (`None`: each) that run on GPUs of these numbers, beside an Arm processor or not, the newest first. The
    first group of `pins` that matches is the version that a line of a build file asks for. `asking` gives the newest
    release of the engine that asks for this version of it, where each release asks for one."""

    title: str
    package: str
    pins: str
    builds: Callable[[Version | None, Sequence[int], bool], tuple[FrameworkBuild, ...]]
    asking: Callable[[Version], Version | None] | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a container builds the engine: packages of Ubuntu, commands, what the runtime needs.

    `of_image` are settings that only an image gets, which runs on machines other than the one that builds it.
    Without `installs` the engine's own installation may be empty, and what the build linked is taken in its place.
    `only` are words of `configure` that these versions alone know, `cudnn` the versions that are built with cuDNN,
    `cmake` is the oldest CMake that its lists take.
    `python_packages` are what the wheel that is built needs when it is imported, whether its metadata says so or not.

    In `configure` and `build` the item `{settings}` stands for the settings of channel DEFINE or ARGUMENT, and
    `{framework}` within an item for what pip is given to install the engine's framework.
    """

    packages: tuple[str, ...]
    configure: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    runtime_packages: tuple[str, ...] = ()
    python_packages: tuple[str, ...] = ()
    rust: bool = False
    servers: tuple[Server, ...] = ()
    of_image: tuple[RequiredSetting, ...] = ()
    installs: bool = True
    only: tuple[tuple[str, Window], ...] = ()
    cudnn: Window | None = None
    cmake: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Marker:
    """What shows that a source tree is this engine's, or uses it: a file in its top folder, and what must stand there.

    `recognises` and `version` are regular expressions over the file's text; the groups of `version`, joined by dots,
    are the engine's version there. `means`, where the file states none, is the first version whose facts are those of
    such a file. `beside` is another file that has to be there. With `allows` the version is a requirement of cargo's,
    whose operator stands before it: it allows newer releases, too.
    """

    file: str
    recognises: str
    version: str | None = None
    means: str | None = None
    beside: str | None = None
    allows: bool = False
