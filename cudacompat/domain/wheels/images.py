"""Container images whose device code is known: what a tag installs, or which lists its build scripts give.

The rows stand in `data/images.json`, each with its source. Nothing here was read from an image.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from packaging.version import InvalidVersion, Version

from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.distributions import framework, table_text
from cudacompat.domain.wheels.model import PYPI, CodeList, RowBasis, WheelRow
from cudacompat.domain.wheels.platforms import platform_for
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.running_framework import every_build_fails, with_its_pin
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.domain.words.versions import ToolkitVersion

_REFERENCE = re.compile(r"(?P<repository>[a-z0-9][\w./-]*?)(?::(?P<tag>[\w.-]+))?(?:@sha256:[0-9a-f]{64})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImageContent:
    """What is known of an image: the package that decides for it (`package`), or lists of targets by CUDA release
    (`libraries`), of which the program in the image picks one; neither where only its name is known. `cuda` is the
    CUDA release in it, `toolkit` whether it holds the compilers of that release, `flavour` the kind of image that its
    tag names (`devel`), `rolling` whether the tag moves to newer builds, `source` and `date` how it is known."""

    image: str
    source: str
    date: str
    package: Requirement | None = None
    libraries: tuple[WheelRow, ...] = ()
    cuda: ToolkitVersion | None = None
    toolkit: bool = False
    flavour: str | None = None
    rolling: bool = False

    @property
    def known(self) -> bool:
        """True if its device code is known."""
        return self.package is not None or bool(self.libraries)


@dataclass(frozen=True, slots=True)
class ImageVerdict:
    """One image on one target: the verdict of what decides in it."""

    content: ImageContent
    target: Target
    verdict: RequirementVerdict

    @property
    def outcome(self) -> Outcome | None:
        """As of a wheel: None where it holds no device code, undecided where nothing is known."""
        return self.verdict.outcome


@cache
def _table() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(table_text("images.json"))
    return found


@cache
def content_of_image(image: str) -> ImageContent | None:
    """Return what is known of an image by its name and tag (`registry/name:tag`, a digest is ignored); None for an
    image that the table does not have, and for one of a tag that holds no device code (`without_code`)."""
    match = _REFERENCE.fullmatch(image.strip())
    if match is None:
        return None
    row = _row_of(match["repository"])
    if row is None or re.fullmatch(row.get("without_code", r"\b\B"), match["tag"] or "latest"):
        return None
    tag = re.fullmatch(row["tags"], match["tag"] or "latest")
    unknown = ImageContent(image, row["source"], _table()["date"])
    if tag is None:
        return unknown
    return _of_tag(image, row, tag.groupdict(), unknown=unknown)


def image_with(content: ImageContent, version: Version, cuda: str | None) -> str | None:
    """Return the name of the same image with this release of its package (`pytorch/pytorch:2.7.1-cuda12.8-cudnn9-devel`
    for `cuda` 12.8): its publisher's tags have one form. None where the form is not known, or not for that release."""
    repository = content.image.partition("@")[0].rpartition(":")[0]
    row = _row_of(repository)
    tag = row.get("tag") if row is not None else None
    if tag is None or version < Version(tag["from"]) or ("{cuda}" in tag["form"] and cuda is None):
        return None
    return f"{repository}:{tag['form'].format(version=version, cuda=cuda, flavour=content.flavour)}"


def _row_of(repository: str) -> Mapping[str, Any] | None:
    plain = repository.removeprefix("docker.io/").removeprefix("index.docker.io/")
    return next((row for row in _table()["images"] if plain in row["repositories"]), None)


def _of_tag(image: str, row: Mapping[str, Any], named: Mapping[str, str | None], unknown: ImageContent) -> ImageContent:
    release = _release(row, named.get("version"))
    if release is None:
        return unknown
    cuda = release.get("cuda") or named.get("cuda")
    flavour = named.get("flavour")
    return ImageContent(
        image,
        row["source"],
        _table()["date"],
        package=_package(image, row, release, named=named),
        libraries=tuple(_libraries(image, row, release)),
        cuda=ToolkitVersion.parse(cuda) if cuda else None,
        toolkit=bool(row.get("toolkit")) or flavour == "devel",
        flavour=flavour,
        rolling=bool(row.get("rolling")),
    )


def _release(row: Mapping[str, Any], version: str | None) -> Mapping[str, Any] | None:
    """The part of the row that holds for this version of the image; an empty one where the row has no parts."""
    releases: Sequence[Mapping[str, Any]] = row.get("releases", ())
    if not releases:
        return {} if row.get("package") else None
    if version is None:
        return releases[-1] if row.get("rolling") else None
    try:
        wanted = Version(version)
    except InvalidVersion:
        return None
    return next((each for each in releases if Version(each["from"]) <= wanted <= Version(each["to"])), None)


def _package(
    image: str, row: Mapping[str, Any], release: Mapping[str, Any], named: Mapping[str, str | None]
) -> Requirement | None:
    package = row.get("package")
    version = release.get("version") or named.get("version")
    if package is None or version is None:
        return None
    index = release.get("index", PYPI)
    if row.get("index") == "cuda" and named.get("cuda"):
        index = "cu" + str(named["cuda"]).replace(".", "")
    return Requirement(package, f"=={version}", image, file="", line=0, index=index)


def _libraries(image: str, row: Mapping[str, Any], release: Mapping[str, Any]) -> Iterator[WheelRow]:
    for cuda, text in release.get("lists", {}).items():
        isa = next((each.ptx_isa for each in RELEASES if str(each.version) == cuda), None)
        code = CodeList(text, 1)
        yield WheelRow(
            package=image,
            version=Version("0"),
            index=PYPI,
            platform="any",
            basis=RowBasis.DOCUMENTED,
            source=row["source"],
            date=_table()["date"],
            cuda=cuda,
            main=row.get("main"),
            lists=(code,),
            ptx_isa=dict.fromkeys(code.ptx, str(isa)) if isa is not None else {},
        )


def judge_image(content: ImageContent, target: Target) -> ImageVerdict:
    """Return the verdict on the target: of the package that decides, or of the library that runs best there."""
    if content.package is not None:
        return ImageVerdict(content, target, _with_its_framework(content, content.package, target))
    wheels = [_documented(content, row) for row in content.libraries] or [_unread(content)]
    verdicts = [verdict_of(wheel, target) for wheel in wheels]
    best = max(verdicts, key=lambda each: each.outcome.strength if each.outcome is not None else -1)
    return ImageVerdict(content, target, best)


def _with_its_framework(content: ImageContent, package: Requirement, target: Target) -> RequirementVerdict:
    """The verdict on the package that decides; where the framework that it pins does not run on the target, nor does
    the image, whatever is known of the package itself."""
    platform = platform_for(target)
    found = resolve([package], platform)
    own = with_its_pin(verdict_of(found[0] if found else _unread(content), target), platform)
    asked = asked_of_framework(package.name, package.pinned) if own.outcome is Outcome.UNDECIDED else None
    if asked is None or not every_build_fails(asked, target, platform):
        return own
    pinned = resolve([replace(package, name=framework().name, specifier=str(asked), index=PYPI)], platform)
    beside = [verdict_of(each, target) for each in pinned]
    return next((each for each in beside if each.outcome is Outcome.FAILS), own)


def _documented(content: ImageContent, row: WheelRow) -> Resolved:
    return Resolved(_as_requirement(content), None, PYPI, how="", known=HowKnown.DOCUMENTED, rows=(row,))


def _unread(content: ImageContent) -> Resolved:
    return Resolved(_as_requirement(content), None, PYPI, how="", known=HowKnown.UNREAD)


def _as_requirement(content: ImageContent) -> Requirement:
    return Requirement(content.image, "", content.image, file="", line=0)
