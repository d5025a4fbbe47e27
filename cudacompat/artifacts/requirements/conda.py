"""Packages of conda: an environment.yml, the specifications of commands and manifests, and what the name of a build
says. A framework's packages on its own channel are builds for one CUDA release, which a selecting package or the name
of the build says; those of other channels are other builds than the wheels of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from cudacompat.artifacts.buildfiles.positions import yaml_tree
from cudacompat.artifacts.requirements import pip_file
from cudacompat.artifacts.requirements.base import LineNumbers, Origin, ReadRequirements, made
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.requirement import CONDA, Requirement

_LONGEST_SPEC = 500  # characters
_NAME = re.compile(r"(?:([\w./:-]+)::)?([\w.-]+)(?![\w.-])\s*(?:\[([^\]]*)\])?(.*)", re.DOTALL)
_VALUE = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^,\s]*))")  # in the brackets behind a name
# operators with versions, then a build: `=2.1.0=py3.11_cuda12.1_0`, `>=2.0,<3`, `=*=*cuda*`
_VERSIONS = re.compile(r"([=<>!~]=?\s*[^=<>!~\s]+(?:\s*[,|]\s*[=<>!~]*\s*[^=<>!~\s,|]+)*)(?:=([^=\s]+))?\s*")
_LONGEST_ADDRESS = 2000  # characters
_FILE = re.compile(r"(?:^|/)([^/\s]+)-([^-/\s]+)-([^-/\s]+?)\.(?:conda|tar\.bz2)(?:[#?]\S*)?$")
PLATFORM = re.compile(r"/([a-z]+-(?:32|64|aarch64|arm64|ppc64le|armv7l|s390x)|noarch)/[^/]+$")
# cuda12.1, cuda126, cu121; cuda12_0 and cuda12 say the major release alone
_CUDA_BUILD = re.compile(r"(?:cuda|cu)_?(\d{2})\.?(\d)?", re.IGNORECASE)
_ANY_CUDA_BUILD = re.compile(r"(?:^|_)(?:cuda(?=_|$)|gpu)", re.IGNORECASE)
_CPU_BUILD = re.compile(r"(?:^|_)cpu(?![a-z])", re.IGNORECASE)
# how the framework's own channel names its builds: py3.11_cuda12.1_cudnn8.9.2_0, py311_cu121
_OF_CHANNEL = re.compile(r"py\d\.?\d{1,2}_(?:cuda\d+\.\d+|cu\d{3}|cpu)(?:_|$)")
_KEY = re.compile(r"^(\w+):", re.MULTILINE)
_DEPENDENCIES = re.compile(r"^dependencies:[ \t]*(?:\[|(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*[ \t]*-[ \t])", re.MULTILINE)
_JSON_DEPENDENCIES = re.compile(r"\"dependencies\"\s{0,9}:\s{0,9}\[")
_JSON_PLACE = re.compile(r"\"(?:channels\"\s{0,9}:\s{0,9}\[|name\"\s{0,9}:)")
_EXACT_RELEASE = re.compile(r"==(\d{2})(?:\.(\d{1,2}))?(?:\.\d+)*(?:\.\*)?")  # of CUDA


@dataclass(frozen=True, slots=True)
class CondaPackage:
    """A package as conda names it: its version as a specifier of PEP 440, its build (empty where none is said), the
    channel that it comes from (its last part, empty where it is not said), and the CUDA release that its environment
    selects (`None` for none, `cpu` for no CUDA)."""

    name: str
    specifier: str
    build: str = ""
    channel: str = ""
    selected: str | None = None
    locked: bool = False
    address: str = ""

    @property
    def cuda(self) -> str | None:
        """The CUDA release that the name of the build says: `12.6`, `12`, empty for a CUDA build of any."""
        match = _CUDA_BUILD.search(self.build)
        if match is not None:
            return ".".join(filter(None, match.groups()))
        return "" if _ANY_CUDA_BUILD.search(self.build) is not None else None

    def requirement(self, written: str, line: int, origin: Origin) -> Requirement | None:
        """Return what it asks for; `None` for a package that only selects others, or brings CUDA's own files."""
        name = str(canonicalize_name(self.name))
        if selects_cuda(name):
            return None
        cpu = _CPU_BUILD.search(self.build) is not None or name in framework().conda_cpu
        cpu = cpu or (self.selected == "cpu" and not self.build and name in distributions().conda_packages)
        found = made(
            distributions().conda_packages.get(name, name),
            self.specifier,
            written,
            line=line,
            origin=origin,
            locked=self.locked,
            own_index=self._index(name, cpu=cpu),
        )
        cuda = None if cpu else self.cuda
        if not cpu and not cuda and name in distributions().conda_packages and self.selected != "cpu":
            cuda = self.selected or cuda  # the build does not say which
        return replace(found, address=self.address, conda=True, cuda=cuda)

    def _index(self, name: str, *, cpu: bool) -> str:
        """Where it comes from: an index of the framework for a build of its own channel, else conda's."""
        if cpu:
            return "cpu"
        own = self.channel == framework().conda_channel or (not self.channel and _OF_CHANNEL.match(self.build))
        if name not in framework().conda_builds or not own:
            return CONDA
        release = self.cuda or self.selected or ""
        major, _, minor = release.partition(".")
        return f"cu{major}{minor}" if minor else framework().conda_channel


def package_file(address: str) -> CondaPackage | None:
    """Return the package of conda that an address or path names by its file (`pytorch-2.1.0-cuda126_….conda`); `None`
    for any other text."""
    match = _FILE.search(address.strip()[:_LONGEST_ADDRESS])
    if match is None:
        return None
    place = PLATFORM.search(address)
    channel = address[: place.start()].rpartition("/")[2] if place is not None else ""
    plain = address.strip().partition("#")[0]
    return CondaPackage(
        match[1], f"=={unquote(match[2])}", match[3], channel=channel, locked=True,
        address=plain if plain.startswith("https://") else "",
    )  # fmt: skip


def selects_cuda(name: str) -> bool:
    """Return True for a package of conda, by its normalised name, that holds none but CUDA's own files, or selects the
    builds of others."""
    return name in framework().conda_selectors or name == "cuda" or name.startswith("cuda-")


Written = tuple[CondaPackage, str, int]  # a package, how it stands in the file, and the line


def in_environment(packages: Sequence[Written], file: str) -> Iterator[Requirement]:
    """Yield what these packages of one environment ask for: one of them may select the CUDA release of others."""
    selected = _selected([package for package, _, _ in packages])
    for package, written, line in packages:
        found = replace(package, selected=selected).requirement(written, line, Origin(file))
        if found is not None:
            yield found


def _selected(packages: Sequence[CondaPackage]) -> str | None:
    """The CUDA release that one of these packages selects: `12.4`, or `cpu` for builds without CUDA; `None` where none
    does, one leaves a choice, or two differ."""
    found: set[str] = set()
    for each in packages:
        name = str(canonicalize_name(each.name))
        if name in framework().conda_cpu:
            return "cpu"
        match = _EXACT_RELEASE.fullmatch(each.specifier) if name in framework().conda_selectors else None
        if match is not None:
            found.add(".".join(filter(None, match.groups())))
    longest = max(found, key=len, default=None)
    return longest if longest is not None and all(longest.startswith(each) for each in found) else None


def is_environment(text: str) -> bool:
    """Return True for a text that is an environment of conda, by its keys: dependencies, with channels or a name."""
    return len({match[1] for match in _KEY.finditer(text)} & {"dependencies", "channels", "name"}) > 1 and (
        _DEPENDENCIES.search(text) is not None
    )


def is_environment_of_json(text: str) -> bool:
    """Return True for a text of JSON that is one, by its keys (`conda env export --json`)."""
    return _JSON_DEPENDENCIES.search(text) is not None and _JSON_PLACE.search(text) is not None


def environment(text: str, file: str) -> ReadRequirements:
    """Return the requirements of an environment.yml, those of its pip section included, with the files that this takes
    in and the indexes that it names; `ValueError` for no YAML."""
    found = ReadRequirements(())
    numbers = LineNumbers(text)
    for document in yaml_tree(text):
        channels = document.get("channels")
        dependencies = document.get("dependencies")
        specs: list[tuple[str, int]] = []
        for item in dependencies.items if dependencies is not None else ():
            line = numbers.at(item.start)
            if item.text is not None:
                specs.append((item.text, line))
            pip = item.get("pip")
            if pip is not None and pip.items:
                found = _together(found, pip_file.of_nodes(pip.items, numbers, file))
        found = _together(found, of_specs(specs, channels.words() if channels is not None else (), file))
    return found


def _together(one: ReadRequirements, other: ReadRequirements) -> ReadRequirements:
    return ReadRequirements(
        (*one.requirements, *other.requirements),
        (*one.includes, *other.includes),
        (*one.not_understood, *other.not_understood),
        index=one.index or other.index,
        extra_indexes=(*one.extra_indexes, *other.extra_indexes),
    )


@dataclass(frozen=True, slots=True)
class _Spec:
    """One specification of conda: name, version and build as they are written, and the channel's last part."""

    name: str
    version: str
    build: str
    channel: str

    def package(self, channel: str) -> CondaPackage:
        """Return the package that it means, from this channel if it names none."""
        return CondaPackage(self.name, _specifier(self.version), self.build, channel=self.channel or channel)

    @classmethod
    def parse(cls, text: str) -> _Spec | None:
        """Return what `channel::name=version=build`, `name version build` or `name[version=…,build=…]` means."""
        plain = text.partition("#")[0].strip()
        match = _NAME.fullmatch(plain) if len(plain) <= _LONGEST_SPEC else None
        if match is None:
            return None
        given = {each[1]: each[2] or each[3] or each[4] or "" for each in _VALUE.finditer(match[3] or "")}
        rest = match[4].strip()
        if rest and rest[0] not in "=<>!~":
            version, _, build = rest.partition(" ")
            if not re.match(r"[\d*]", version):
                return None
            version = version if "*" in version else f"=={version}"
        else:
            versions = _VERSIONS.fullmatch(rest)
            if rest and versions is None:
                return None
            version, build = (versions[1], versions[2] or "") if versions is not None else ("", "")
        channel = match[1] or given.get("channel", "")
        return cls(
            match[2], version or given.get("version", ""), build.strip() or given.get("build", ""),
            channel.rpartition("/")[2],
        )  # fmt: skip


def is_spec(text: str) -> bool:
    """Return True for a text that is one specification of conda, or names the file of a package."""
    return package_file(text) is not None or _Spec.parse(text) is not None


def of_specs(specs: Sequence[tuple[str, int]], channels: Sequence[str], file: str) -> ReadRequirements:
    """Return the requirements that conda's specs name (`pytorch=2.1.0`, each with its line), with the CUDA release that
    a selecting package or a build's name says."""
    parsed: list[tuple[_Spec | CondaPackage, str, int]] = []
    wrong: list[tuple[int, str]] = []
    for text, line in specs:
        package = package_file(text) or _Spec.parse(text)
        if package is not None:
            parsed.append((package, text, line))
        else:
            wrong.append((line, f"not a specification of conda: {text[:80]!r}"))
    named = _first_channel(channels) or next((each.channel for each, _, _ in parsed if each.channel), "")
    packages = [(each.package(named) if isinstance(each, _Spec) else each, text, line) for each, text, line in parsed]
    return ReadRequirements(tuple(in_environment(packages, file)), not_understood=tuple(wrong))


def _first_channel(channels: Sequence[str]) -> str:
    """The first of the channels that has the framework, which conda takes it from; empty where none is known to."""
    ends = (each.rstrip("/").rpartition("/")[2] for each in channels)
    return next((each for each in ends if each == framework().conda_channel or each in framework().conda_others), "")


def _specifier(spec: str) -> str:
    """conda's constraint as PEP 440 writes it: `=2.1` is `==2.1.*`, `==2.1.0` and `=2.1.0` are exact here; nothing for
    one that PEP 440 has no words for."""
    spec = re.sub(r"\s+", "", spec)
    match = re.fullmatch(r"={0,2}(\d[\w.]*)(\*?)", spec)
    if match is not None:
        version = match[1].rstrip(".")
        exact = not match[2] and (spec.startswith("==") or version.count(".") >= 2)
        return f"=={version}" if exact else f"=={version}.*"
    parts = [re.sub(r"(?<=[\w])\.?\*$", "", each) if each[:1] in "<>" else each for each in spec.split(",")]
    return "" if "|" in spec or spec.strip("=*") == "" else ",".join(parts)
