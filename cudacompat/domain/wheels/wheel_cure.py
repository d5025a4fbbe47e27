"""A pin and an index that cure a wheel which does not run, or that no wheel is one."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from cudacompat.domain.wheels.distributions import framework, front_of
from cudacompat.domain.wheels.table import cuda_of_index
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class WheelCure:
    """A pin that runs on all GPUs that were named and is taken by the driver; `companions` are the pins of the packages
    beside it that have to move with it. `basis` is `measured` or `documented`; `min_driver` the oldest driver branch
    that will do on all of them. `native` is whether every GPU has machine code there, `cuda` the release that the wheel
    was made for (`12.4`, `12`), where it is known. `stuck` are packages beside it of which no release is known that
    goes along. `pythons` are those that the release has wheels for (`3.9 to 3.13`), if the one there is none of them.
    `extras` are those of the package that the requirement is written with."""

    package: str
    version: Version
    index: str
    basis: str
    native: bool
    min_driver: int | None
    companions: tuple[tuple[str, Version], ...] = ()
    cuda: str | None = None
    stuck: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    pythons: str = ""

    @property
    def pins(self) -> tuple[str, ...]:
        """The requirements: `torch==2.7.1`, and those of its companions; of another index with the build's own name
        (`2.7.1+cu128`): pip takes an installed 2.7.1 of PyPI for 2.7.1, and does nothing."""
        if self.index_url is not None and not _is_on_index(self.package):
            return (*self.pins_of_pypi, *self.pins_of_index)
        return (*self.pins_of_index, *self.pins_of_pypi)

    @property
    def released(self) -> tuple[tuple[str, Version], ...]:
        """The packages with their releases, itself first."""
        return (self.package, self.version), *self.companions

    @property
    def pins_of_index(self) -> tuple[str, ...]:
        """Those of the pins that its index has."""
        local = f"+{self.index}" if self.index_url is not None else ""
        own = {framework().name, *framework().built_with_it}
        there = self.released if self.index_url is None else (each for each in self.released if _is_on_index(each[0]))
        return tuple(f"{self._named(name)}=={version}{local if name in own else ''}" for name, version in there)

    @property
    def pins_of_pypi(self) -> tuple[str, ...]:
        """Those of the pins that PyPI alone has, where its index is another one."""
        if self.index_url is None:
            return ()
        return tuple(f"{self._named(name)}=={version}" for name, version in self.released if not _is_on_index(name))

    def _named(self, name: str) -> str:
        """The package as it is installed: with its extras, and by the one whose extra brings it in its own version, so
        that what belongs together moves together."""
        front = front_of(name)
        if front is not None:
            return front
        return f"{name}[{','.join(self.extras)}]" if self.extras and name == self.package else name

    @property
    def index_option(self) -> str:
        """The option of pip that names its index, in place of PyPI or beside it; empty for PyPI."""
        return f"--{'extra-' if self.pins_of_pypi else ''}index-url {self.index_url}" if self.index_url else ""

    @property
    def index_url(self) -> str | None:
        """The address of its index; `None` for PyPI."""
        return f"{framework().index}/{self.index}" if cuda_of_index(self.index) is not None else None

    @property
    def command(self) -> str:
        """The command of pip that installs it."""
        words = ["pip install", *(f'"{pin}"' for pin in self.pins), self.index_option]
        return " ".join(filter(None, words))

    @property
    def conditions(self) -> str:
        """How it is known, whether it runs by JIT, and the driver and Python that it needs."""
        driver = f"driver {self.min_driver} or newer" if self.min_driver else ""
        python = f"Python {self.pythons}" if self.pythons else ""
        needs = f"; needs {' and '.join(filter(None, (driver, python)))}" if driver or python else ""
        how = "" if self.native else ", by JIT at first use"
        stuck = f"; no release of {some(self.stuck)} is known that runs there with it" if self.stuck else ""
        return f"{self.basis}{how}{needs}{stuck}"

    @property
    def sentence(self) -> str:
        """The command, and its conditions as a shell's comment: so it runs as it is copied."""
        return remarked(self.command, self.conditions)


def remarked(command: str, remark: str) -> str:
    """Return a command with a remark that shells leave out."""
    return f"{command}  # {remark}"


def _is_on_index(name: str) -> bool:
    return name in framework().on_its_index


def no_native(package: str, where: str) -> str:
    """Return what to do where machine code is required and each wheel needs JIT on a GPU (`where`), if only for some of
    its modules."""
    return f"no wheel of {package} that is known runs on {where} without JIT: build it from source for that GPU"


@dataclass(frozen=True, slots=True)
class NoCure:
    """No wheel of the package that is known serves all of these. `for_each` are the cures of single GPUs, where they
    have one; `sentence` says what does instead; `is_known` is whether any wheel of it with device code is known."""

    package: str
    sentence: str
    for_each: tuple[tuple[Target, WheelCure], ...] = ()
    is_known: bool = True
