"""What a build does that is given no list: it asks for the GPUs that are there, or takes a list of its own."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from cudacompat.domain.builds.setting_facts import ALWAYS, Window
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True)
class Native:
    """Without a list, these versions ask for the GPUs of the machine that builds; an image build has none.

    `off` are the switches that keep it from that: a name, and the value (`None`: any). `stops` is whether the build
    then ends with an error; else CMake's version decides what it makes of `native`. `cmake` and `cuda` are the first
    releases with which it asks; with older ones it takes a list of its own.
    """

    source: str
    window: Window = ALWAYS
    off: tuple[tuple[str, str | None], ...] = ()
    stops: bool = False
    cmake: tuple[int, int] | None = None
    cuda: ToolkitVersion | None = None

    def asks(self, cmake: tuple[int, int] | None, cuda: ToolkitVersion | None) -> bool | None:
        """Return whether a build with these asks for the GPUs; `None` where what is not known decides."""
        old = self.cmake is not None and cmake is not None and cmake < self.cmake
        if old or (self.cuda is not None and cuda is not None and cuda < self.cuda):
            return False
        return None if (self.cmake and cmake is None) or (self.cuda and cuda is None) else True


@dataclass(frozen=True, slots=True)
class MakeNative:
    """The engine's own Makefile, in these versions: `switch` switches CUDA on, and without `arch` nvcc gets
    -arch=native."""

    switch: str
    arch: str
    window: Window
    source: str


@dataclass(frozen=True, slots=True)
class OwnList:
    """The list that these versions build for where nothing gives one, and `native` is not asked for: its parts in the
    words of CMake, each with the releases of CUDA that get it. With one of `unless` it is another one."""

    source: str
    window: Window
    parts: tuple[tuple[str, Window], ...]
    unless: tuple[str, ...] = ()

    def text(self, cuda: ToolkitVersion) -> str:
        """Return the list that a build with this release of CUDA takes; empty where that is not known."""
        return ";".join(part for part, window in self.parts if window.holds(Version(str(cuda))))

    @property
    def is_default_target(self) -> bool:
        """Whether it is no list at all, but the compiler's default target."""
        return self.parts == _DEFAULT_TARGET


# sm_52 up to CUDA 12, sm_75 from CUDA 13: what CMake takes from nvcc, with PTX of the same
_DEFAULT_TARGET = (("52", Window(None, "13.0")), ("75", Window("13.0")))


def default_target(source: str, window: Window = ALWAYS) -> OwnList:
    """Return the entry of an engine whose build files leave the list to CMake, which takes the compiler's default."""
    return OwnList(source, window, _DEFAULT_TARGET)
