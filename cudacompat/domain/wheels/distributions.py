"""Distributions by their names on a package index: which have indexes of their own, which share libraries or folders.

The names stand in `data/distributions.json`, each group with its source.
"""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Framework:
    """The distribution that is published on an index for each CUDA release, and those that go with it.

    `index` is the address in front of an index's name, `addresses` what finds that name in any address of one.
    `on_its_index` are the packages that pip finds there, `built_with_it` those that are released for exactly one of
    its releases, of which `companions` say so in their metadata. In conda a package of `conda_selectors` picks the
    CUDA release, one of `conda_cpu` none, and `conda_builds` follow it when they come from `conda_channel`, whose
    last release is `conda_last`; `conda_others` are channels with other builds of them. `built_on` are indexes that
    have releases which the framework's own matrix does not list, `archives` finds the address of its libraries for
    C++, `for_boards` is NVIDIA's page of its wheels for Jetson.
    """

    name: str
    index: str
    addresses: re.Pattern[str]
    on_its_index: frozenset[str]
    built_with_it: frozenset[str]
    companions: tuple[str, ...]
    conda_channel: str
    conda_others: frozenset[str]
    conda_builds: frozenset[str]
    conda_selectors: frozenset[str]
    conda_cpu: frozenset[str]
    conda_last: str
    built_on: frozenset[str]
    archives: re.Pattern[str]
    for_boards: str


@dataclass(frozen=True, slots=True)
class ChosenByExtra:
    """A package with an extra for each major CUDA release (`cuda{}`), and by release the packages that it brings, which
    have its version; no two of these releases go into one environment, `second` is what becomes of the second one."""

    extra: str
    releases: Mapping[int, tuple[str, ...]]
    second: str


@dataclass(frozen=True, slots=True)
class Distributions:
    """What is known by name alone.

    `shared_libraries` are packages that load CUDA's libraries from other packages, `loaded_by_name` those libraries'
    packages without the release in their names; `libraries_of_machine` are families of packages that neither hold nor
    require these libraries, each with the extras that bring them, `cudnn_of_machine` the major release of cuDNN whose
    libraries their releases open (`None`: they open none), `cudnn_called_by` the packages that make them do so (of
    others: every program); `one_folder` are groups that write the same files.
    For reading wheels: `deciding_library` finds the library that decides for a package,
    `called_beside` another one that its programs call on every GPU,
    `library_for_each_cuda` those of a package that has one for each CUDA release, `nearest_library_since` from which of
    its releases on the nearest one of the same major release is loaded where none is for that release,
    `library_for_older` those that GPUs below a compute capability load in their place, `no_kernels_of_its_own` are
    packages whose device code is that of a compiler's tools, `single_features` those that run without the features that
    their libraries hold, and `requirements_that_matter` finds the requirements to keep.
    `compiled_at_run_time` says of package families how they compile device code themselves. `chosen_by_extra` are
    packages whose extra decides which packages with device code come along, `brought_by_extra` what other extras of
    packages bring, each up to the version that it names, the oldest first (`{}` is the version that is asked for),
    `own_indexes` those whose publisher has
    newer releases elsewhere than on PyPI, by CUDA release, newest first, `conda_packages` what packages of conda
    with device code are called here and `conda_without` some with a build for each CUDA release that decide nothing
    or hold none, `conda_names` what conda-forge calls a package, as `conda install` takes it, and `used_from` below
    which compute capability no program uses a library.
    `brings` are packages without device code, with what they require that has some, `brought_by_older` the same of
    older releases, each up to the version that it names, the oldest first, `repositories` where those are developed;
    `built_here` are packages that the index has as sources alone, each with the first such release (empty for all) and
    the variable that names the GPUs to build for (empty where its setup has a list of its own), `listed_in_sources`
    the targets that the sources of some releases have, which no variable extends, by the release from which and the one
    before which, `builds_from` the compute capability below which the sources of packages build nothing;
    `added_by_compiler` says of such packages which targets their setup adds only from a CUDA release of nvcc on,
    `published_elsewhere` which wheels their project has elsewhere: the releases from and before which, those of the
    framework, and the CUDA release that compiled them;
    `with_code_unread` are packages whose wheels hold device code and were not read, `named_for_cuda` finds others by a
    CUDA release in their names, but for those families that are `named_for_cuda_without` device code.
    `local_build` finds a local version that names the CUDA release, or the framework's, that a wheel was built for.
    `used_without_it` says of packages what they do without device code that most programs want of them;
    `other_accelerators` are packages for other processors, `other_makers` finds their names in the name of an image, a
    function or a command; `pypi_mirrors` finds the address of an index that holds PyPI's own files.
    """

    framework: Framework
    shared_libraries: frozenset[str]
    loaded_by_name: tuple[str, ...]
    libraries_of_machine: Mapping[str, frozenset[str]]
    cudnn_of_machine: Mapping[str, Mapping[str, int | None]]
    cudnn_called_by: Mapping[str, frozenset[str]]
    one_folder: tuple[tuple[str, ...], ...]
    deciding_library: Mapping[str, re.Pattern[str]]
    called_beside: Mapping[str, re.Pattern[str]]
    library_for_each_cuda: Mapping[str, re.Pattern[str]]
    nearest_library_since: Mapping[str, str]
    library_for_older: Mapping[str, tuple[str, re.Pattern[str]]]
    no_kernels_of_its_own: frozenset[str]
    single_features: frozenset[str]
    compiled_at_run_time: Mapping[str, str]
    requirements_that_matter: re.Pattern[str]
    chosen_by_extra: Mapping[str, ChosenByExtra]
    brought_by_extra: Mapping[str, Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]]
    own_indexes: Mapping[str, Mapping[str, str]]
    conda_packages: Mapping[str, str]
    conda_without: frozenset[str]
    conda_names: Mapping[str, str]
    used_from: Mapping[str, str]
    brings: Mapping[str, tuple[str, ...]]
    brought_by_older: Mapping[str, Mapping[str, tuple[str, ...]]]
    built_here: Mapping[str, tuple[str, str]]
    listed_in_sources: Mapping[str, tuple[tuple[str, str, str], ...]]
    listed_in_sources_by: tuple[str, str]  # where that stands, and when it was read
    added_by_compiler: Mapping[str, Mapping[str, str]]
    published_elsewhere: Mapping[str, tuple[tuple[str, str, str, str, str], ...]]
    builds_from: Mapping[str, str]
    with_code_unread: frozenset[str]
    named_for_cuda: re.Pattern[str]
    named_for_cuda_without: frozenset[str]
    local_build: re.Pattern[str]
    used_without_it: Mapping[str, str]
    repositories: Mapping[str, str]
    other_accelerators: frozenset[str]
    other_makers: re.Pattern[str]
    pypi_mirrors: re.Pattern[str]

    def compiled_later(self, package: str) -> str | None:
        """Return how this package compiles device code at run time (`compiles … with NVRTC`), None if it does not."""
        return self.compiled_at_run_time.get(family_of(package))

    def runs_without_own(self, package: str) -> bool:
        """Return True for a package whose programs do without the device code in it, if there is some."""
        return family_of(package) in self.no_kernels_of_its_own | self.single_features

    def is_compiler(self, package: str) -> bool:
        """Return True for a package without kernels of its own that compiles them at run time: the device code in it is
        that of its tools."""
        return self.compiled_later(package) is not None and family_of(package) in self.no_kernels_of_its_own


_OF_RELEASE = re.compile(r"-cu(?:da)?(\d+)x?$")


def family_of(package: str) -> str:
    """Return the package's name without the CUDA release in it: `nvidia-cublas` of `nvidia-cublas-cu12`."""
    return _OF_RELEASE.sub("", package)


def release_of_family(package: str) -> int | None:
    """Return the CUDA release at the end of the package's name as a number, 12 of `nvidia-cublas-cu12`; `None` for a
    name without one."""
    match = _OF_RELEASE.search(package)
    return int(match[1]) if match is not None else None


def table_text(name: str) -> str:
    """Return the text of one of the files in `data`."""
    found = pkgutil.get_data(__package__, f"data/{name}")
    if found is None:  # a loader that cannot give data, which no installation of this package has
        raise FileNotFoundError(f"no table {name} in {__package__}")
    return found.decode()


@cache
def distributions() -> Distributions:
    """Return the table."""
    raw = json.loads(table_text("distributions.json"))
    return Distributions(
        framework=_framework(raw["framework"]),
        shared_libraries=frozenset(raw["shared_libraries"]["names"]),
        loaded_by_name=tuple(raw["loaded_by_name"]["names"]),
        libraries_of_machine={
            name: frozenset(extras) for name, extras in raw["libraries_of_machine"]["extras"].items()
        },
        cudnn_of_machine=raw["cudnn_of_machine"]["releases"],
        cudnn_called_by={name: frozenset(each) for name, each in raw["cudnn_of_machine"]["called_by"].items()},
        one_folder=tuple(map(tuple, raw["one_folder"]["groups"])),
        deciding_library=_patterns(raw["deciding_library"]["patterns"]),
        called_beside=_patterns(raw["called_beside"]["patterns"]),
        library_for_each_cuda=_patterns(raw["library_for_each_cuda"]["patterns"]),
        nearest_library_since=raw["library_for_each_cuda"]["nearest_since"],
        library_for_older={
            name: (below, re.compile(pattern))
            for name, (below, pattern) in raw["library_for_older"]["packages"].items()
        },
        no_kernels_of_its_own=frozenset(raw["no_kernels_of_its_own"]["names"]),
        single_features=frozenset(raw["single_features"]["names"]),
        compiled_at_run_time=raw["compiled_at_run_time"]["names"],
        requirements_that_matter=re.compile(raw["requirements_that_matter"]["pattern"], re.IGNORECASE),
        chosen_by_extra={
            name: ChosenByExtra(
                each["extra"],
                {int(cuda): tuple(names) for cuda, names in each["releases"].items()},
                second=each["second"],
            )
            for name, each in raw["chosen_by_extra"]["packages"].items()
        },
        brought_by_extra={
            name: {extra: tuple((last, tuple(needs)) for last, needs in rows) for extra, rows in extras.items()}
            for name, extras in raw["brought_by_extra"]["packages"].items()
        },
        own_indexes=raw["own_indexes"]["packages"],
        conda_packages=raw["conda_packages"]["names"],
        conda_without=frozenset(raw["conda_packages"]["without"]),
        conda_names=raw["conda_names"]["names"],
        used_from=raw["used_from"]["names"],
        brings={name: tuple(needs) for name, needs in raw["brings"]["packages"].items()},
        brought_by_older={
            name: {last: tuple(needs) for last, needs in releases.items()}
            for name, releases in raw["brought_by_older"]["packages"].items()
        },
        built_here={name: (since, variable) for name, (since, variable) in raw["built_here"]["names"].items()},
        listed_in_sources={
            name: tuple((since, until, targets) for since, until, targets in rows)
            for name, rows in raw["listed_in_sources"]["names"].items()
        },
        listed_in_sources_by=(raw["listed_in_sources"]["source"], raw["listed_in_sources"]["date"]),
        added_by_compiler=raw["listed_in_sources"]["added_by_compiler"],
        published_elsewhere={
            name: tuple((first, end, since, until, cuda) for first, end, since, until, cuda in rows)
            for name, rows in raw["listed_in_sources"]["published_elsewhere"].items()
        },
        builds_from=raw["builds_from"]["names"],
        with_code_unread=frozenset(raw["with_code_unread"]["names"]),
        named_for_cuda=re.compile(raw["with_code_unread"]["pattern"]),
        named_for_cuda_without=frozenset(raw["with_code_unread"]["without"]),
        local_build=re.compile(raw["local_build"]["pattern"]),
        used_without_it=raw["used_without_it"]["names"],
        repositories=raw["repositories"]["names"],
        other_accelerators=frozenset(raw["other_accelerators"]["names"]),
        other_makers=re.compile(raw["other_makers"]["pattern"], re.IGNORECASE),
        pypi_mirrors=re.compile(raw["pypi_mirrors"]["pattern"], re.IGNORECASE),
    )


def compiled_by(package: str) -> str | None:
    """Return how a package without kernels of its own compiles them at run time, by its name as it is installed; `None`
    for any other one."""
    name = package.lower().replace("_", "-")
    return distributions().compiled_later(name) if distributions().is_compiler(name) else None


def front_of(package: str) -> str | None:
    """Return what installs this package in its own version, with what has to be of that version: `jax[cuda12]` of
    `jax-cuda12-plugin`; `None` for a package that is installed by its own name."""
    for name, front in distributions().chosen_by_extra.items():
        cuda = next((cuda for cuda, names in front.releases.items() if package in names), None)
        if cuda is not None:
            return f"{name}[{front.extra.format(cuda)}]"
    return None


def framework() -> Framework:
    """Return the distribution that has an index for each CUDA release."""
    return distributions().framework


def _framework(raw: Mapping[str, object]) -> Framework:
    texts = {key: value for key, value in raw.items() if isinstance(value, str)}
    lists = {key: tuple(map(str, value)) for key, value in raw.items() if isinstance(value, list)}
    return Framework(
        name=texts["name"],
        index=texts["index"],
        addresses=re.compile(texts["addresses"], re.IGNORECASE),
        on_its_index=frozenset(lists["on_its_index"]),
        built_with_it=frozenset(lists["built_with_it"]),
        companions=lists["companions"],
        conda_channel=texts["conda_channel"],
        conda_others=frozenset(lists["conda_others"]),
        conda_builds=frozenset(lists["conda_builds"]),
        conda_selectors=frozenset(lists["conda_selectors"]),
        conda_cpu=frozenset(lists["conda_cpu"]),
        conda_last=texts["conda_last"],
        built_on=frozenset(lists["built_on"]),
        archives=re.compile(texts["archives"]),
        for_boards=texts["for_boards"],
    )


def _patterns(raw: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in raw.items()}
