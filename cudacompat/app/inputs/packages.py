"""A package by its name, found on the indexes that pip is configured for: which of its wheels is meant."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cudacompat.domain.words.errors import CudacompatError, StepError, UsageError
from cudacompat.domain.words.wheel_tags import Platform
from cudacompat.host.programs.pip import Link, Listing

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.tags import Tag
    from packaging.utils import BuildTag
    from packaging.version import Version

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?"
_EXTRAS = r"(?:\[[^\]\s]{0,100}\])?"
_CLAUSE = r"\s*(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9][A-Za-z0-9.!+*_-]{0,100}\s*"
_RELEASE = re.compile(rf"{_NAME}{_EXTRAS}{_CLAUSE}(?:,{_CLAUSE}){{0,20}}")
_BARE = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9_-]{{0,100}}[A-Za-z0-9])?{_EXTRAS}")
_MOST_NAMED = 8  # tags or versions in a message


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A wheel of an index, with what its name says."""

    version: Version
    build: BuildTag
    tags: frozenset[Tag]
    link: Link


@dataclass(frozen=True, slots=True)
class Wheel:
    """The wheel that a name means. `yanked` is why its publisher withdrew it, None where that was not done."""

    release: str
    link: Link | None
    yanked: str | None = None


_KEPT: dict[tuple[str, Platform, str], Listing] = {}
_MOST_KEPT = 16


def listing_of(package: str, platform: Platform, run: str = "") -> Listing:
    """Return the files of a package on the indexes of pip; with the mark of a run those that were listed in it before,
    for some of the packages. `PipError` where there is no pip."""
    from cudacompat.host.programs import pip

    key = (package, platform, run)
    if run and key in _KEPT:
        return _KEPT[key]
    listing = pip.list_files(package, platform)
    if run and listing.links and not listing.unreached:
        while len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = listing
    return listing


def is_release(text: str) -> bool:
    """Whether a text is PKG==VERSION, or PKG with what else pip takes for a version (`PKG>=2.6,<3`)."""
    return bool(_RELEASE.fullmatch(text))


def is_package(text: str) -> bool:
    """Whether a text is PKG, which no file name with an ending is."""
    return bool(_BARE.fullmatch(text))


def requirement_of(text: str) -> Requirement:
    """Return the requirement that PKG, PKG==VERSION or PKG>=VERSION is; `UsageError` for one with more in it."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        raise UsageError(f"not a release like onnxruntime-gpu==1.27.0: {text}") from None
    if wanted.url or wanted.marker:
        raise UsageError(f"not a release like onnxruntime-gpu==1.27.0: {text}")
    return wanted


def chosen(text: str, listing: Listing, platform: Platform) -> Wheel:
    """Return the wheel that pip would take for PKG or PKG==VERSION. Its link is None where pip has to find it itself:
    it was yanked, or pip's words were not understood. `UsageError` for a name that is none, `StepError` where the
    index has no such wheel or does not answer."""
    wanted = requirement_of(text)
    fitting = _matching(wanted, (link for link in listing.links if link.why_not is None))
    ranks = _ranks(platform)
    if fitting:
        best = max(fitting, key=lambda each: (each.version, _rank(each.tags, ranks), _order(each.build)))
        return Wheel(f"{wanted.name}=={best.version}", best.link)
    others = _matching(wanted, (link for link in listing.links if link.why_not is not None))
    yanked = [each for each in others if _is_yanked(each) and not ranks.keys().isdisjoint(each.tags)]
    if yanked and is_pinned(wanted):  # by file: pip says so before it looks whom a file is for
        return Wheel(f"{wanted.name}=={yanked[-1].version}", None, yanked=_reason(yanked[-1].link.why_not or ""))
    if not listing.links and not listing.said:
        return Wheel(str(wanted), None)
    raise _why_none(text, wanted, listing, platform=platform, others=others, yanked=yanked)


def is_pinned(wanted: Requirement) -> bool:
    """Whether one release is asked for: the only one that pip takes although it was yanked."""
    return any(each.operator in ("==", "===") and "*" not in each.version for each in wanted.specifier)


def _matching(wanted: Requirement, links: Iterable[Link]) -> list[_Candidate]:
    """The wheels of the versions that are wanted: released ones, where there are some and no other is named."""
    from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

    name = canonicalize_name(wanted.name)
    found = []
    for link in links:
        try:
            called, version, build, tags = parse_wheel_filename(link.file)
        except (InvalidWheelFilename, ValueError):
            continue
        if called == name and wanted.specifier.contains(version, prereleases=True):
            found.append(_Candidate(version, build, tags, link=link))
    final = [each for each in found if not each.version.is_prerelease]
    return final if final and not wanted.specifier.prereleases else found


def _ranks(platform: Platform) -> dict[Tag, int]:
    """How good each tag is, the best with the highest number."""
    from packaging.tags import compatible_tags, cpython_tags, sys_tags

    if not platform.tags and platform.python is None:
        tags = list(sys_tags())
    else:
        minor = int(platform.python.split(".")[1]) if platform.python else sys.version_info[1]
        platforms = list(platform.tags) or None
        tags = [
            *cpython_tags((3, minor), platforms=platforms),
            *compatible_tags((3, minor), interpreter=f"cp3{minor}", platforms=platforms),
        ]
    return {tag: -number for number, tag in enumerate(tags)}


def _rank(tags: frozenset[Tag], ranks: dict[Tag, int]) -> int:
    worst = -len(ranks) - 1
    return max(ranks.get(tag, worst) for tag in tags)


def _order(build: BuildTag) -> tuple[int, str]:
    """The build number of a wheel as something to sort by: it decides between those that are otherwise equal."""
    return (int(build[0]), str(build[1])) if build else (0, "")


def _is_yanked(candidate: _Candidate) -> bool:
    return (candidate.link.why_not or "").startswith("yanked")


def _reason(why: str) -> str:
    return why.removeprefix("yanked for reason: ").replace("<none given>", "no reason given")


def _why_none(
    text: str,
    wanted: Requirement,
    listing: Listing,
    platform: Platform,
    others: Sequence[_Candidate],
    yanked: Sequence[_Candidate],
) -> Exception:
    """The error for a wheel that is not there. A word without a version may be a path with a slip in it: that there is
    none is said first, and where the index has nothing that runs either, it is an error of usage. `others` are the
    wheels of the versions that are wanted, `yanked` those among them that fit and were withdrawn."""
    begin = f"pip could not get {text}" if is_release(text) else f"no such file or directory: {text}; as a package"
    failed: type[CudacompatError] = StepError if is_release(text) else UsageError
    if listing.sealed:
        return StepError(
            f"{begin}: {listing.sealed[0]} asks for a password, or refuses the one given "
            "(pip takes it from its index-url, ~/.netrc or a keyring)"
        )
    if not listing.links and listing.unreached:
        return failed(f"{begin}: the package index could not be reached ({', '.join(listing.unreached)})")
    if not listing.links and listing.untrusted:
        host = listing.untrusted[0]
        return failed(f"{begin}: pip ignores {host}, whose address is not https (PIP_TRUSTED_HOST={host} allows it)")
    standing = [each for each in others if not _is_yanked(each)]
    if standing:
        withdrawn = f" that was not yanked by its publisher ({_last_reason(yanked)})" if yanked else ""
        there = f"there are wheels for {_names(standing)}{_how_to_take(standing, platform)}"
        return StepError(f"{begin}: no wheel for {_shown(platform)}{withdrawn}; {there}")
    if others:
        return StepError(f"{begin}: every wheel was yanked by its publisher ({_last_reason(others)})")
    versions = sorted({each.version for each in _matching(_any_version(wanted), listing.links)})
    if versions:
        newest = ", ".join(map(str, versions[-1 : -_MOST_NAMED - 1 : -1]))
        return StepError(f"{begin}: the index has no wheel of that version; newest are: {newest}")
    if any(link.file.endswith((".tar.gz", ".zip", ".tar.bz2")) for link in listing.links):
        return failed(f"{begin}: the index has only its sources, which are not built here")
    if not is_release(text):
        return UsageError(f"no such file or directory: {text}; the package index has no package of that name either")
    return StepError(f"{begin}: {listing.said or 'the package index has no package of that name'}")


def _last_reason(yanked: Sequence[_Candidate]) -> str:
    last = max(yanked, key=lambda each: each.version)
    return f"{last.version}: {_reason(last.link.why_not or '')}"


def _any_version(wanted: Requirement) -> Requirement:
    from packaging.requirements import Requirement

    return Requirement(wanted.name)


def _shown(platform: Platform) -> str:
    python = platform.python or "{}.{}".format(*sys.version_info[:2])
    return f"Python {python} on {_tag_of(platform)}"


def _tag_of(platform: Platform) -> str:
    import sysconfig

    return platform.tags[-1] if platform.tags else sysconfig.get_platform().replace("-", "_").replace(".", "_")


def _newest(others: Sequence[_Candidate]) -> list[_Candidate]:
    newest = max(each.version for each in others)
    return [each for each in others if each.version == newest]


def _names(others: Sequence[_Candidate]) -> str:
    """The Pythons and the platforms of the newest of these versions, as in the names of wheels."""
    ends = [each.link.file[:-4].split("-")[-3:] for each in _newest(others)]
    pythons = dict.fromkeys(python for python, _, _ in ends)
    platforms = list(dict.fromkeys(platform.rsplit(".", 1)[-1] for _, _, platform in ends))
    return f"{_list(list(pythons))} on {_list(platforms)}"


def _how_to_take(others: Sequence[_Candidate], platform: Platform) -> str:
    """The options with which one of these wheels is taken: that of the newest Python on the same platform, where there
    is one."""
    from cudacompat.domain.wheels.platforms import platform_of

    own = platform_of(_tag_of(platform))
    tags = [tag for each in _newest(others) for tag in each.tags]
    there = [tag for tag in tags if platform_of(tag.platform) == own] or tags
    pythons = {version for tag in there if (version := _python_of(tag)) is not None}
    if not pythons:
        return ""
    newest = max(pythons, key=lambda each: int(each[2:]))
    on = next(tag.platform for tag in there if _python_of(tag) == newest)
    where = "" if platform_of(on) == own else f" --platform {on}"
    return f" (use{where} --python {newest})"


def _python_of(tag: Tag) -> str | None:
    """`3.8` of cp38; `None` of what is for no one Python."""
    digits = tag.interpreter.removeprefix("cp3")
    return f"3.{int(digits)}" if digits.isdigit() else None


def _list(words: Sequence[str]) -> str:
    more = f" and {len(words) - _MOST_NAMED} more" if len(words) > _MOST_NAMED else ""
    return ", ".join(words[:_MOST_NAMED]) + more
