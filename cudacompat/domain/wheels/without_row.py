"""Packages with device code of which the table has no row: those that are built where they are installed, and those
whose wheels nobody read."""

from __future__ import annotations

from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import is_vendors, is_vendors_wheel
from cudacompat.domain.wheels.distributions import distributions, family_of
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import LOCAL_BUILD, Requirement
from cudacompat.domain.wheels.table import packages


def is_listed(requirement: Requirement) -> bool:
    """Return True for a package that may hold device code: one of the table, a package of pip that has no row there
    and is known by its name, or one of conda that is known so, or one whose build is for a CUDA release."""
    if requirement.conda:
        return _is_of_conda(requirement)
    if requirement.name in packages():
        return True
    index = requirement.index
    of_pip = index == PYPI or "://" in index or LOCAL_BUILD.fullmatch(index) is not None
    named = _variable(requirement.name, requirement.pinned) is not None or _is_unread(requirement.name)
    return (of_pip and named) or (requirement.for_cuda and not _is_without(requirement.name))


def _is_of_conda(requirement: Requirement) -> bool:
    known = distributions()
    if is_vendors(requirement.name) or requirement.name in known.conda_without:
        return False
    named = requirement.name in packages() or requirement.name in known.conda_packages.values()
    built = requirement.name in known.built_here or _is_unread(requirement.name)
    return named or built or requirement.cuda is not None


def is_built_here(requirement: Requirement) -> bool:
    """Return True for a package that pip builds from sources where it installs it: from a repository, or as the index
    has no wheel of it."""
    if requirement.conda or ".whl" in requirement.index or ".whl" in requirement.written:
        return False
    if "git+" in requirement.index:
        return not distributions().runs_without_own(requirement.name)
    if requirement.name in packages() or requirement.for_cuda:
        return False
    return requirement.index == PYPI and _variable(requirement.name, requirement.pinned) is not None


def is_built_from_sources(package: str, version: Version | None) -> bool:
    """Return True for a release (any without a version) that PyPI has as sources alone."""
    return _variable(package, version) is not None


def variable_of(package: str) -> str:
    """Return the variable that names the GPUs which the package is built for; empty where its setup has a list of its
    own, or none is known."""
    return _variable(package, None) or ""


def _variable(package: str, version: Version | None) -> str | None:
    since, variable = distributions().built_here.get(package, ("", None))
    older = version is not None and since != "" and version < Version(since)
    return None if older else variable


def _is_without(package: str) -> bool:
    """Whether the package is known to hold none, whatever its version says."""
    known = distributions()
    return package in known.brings or family_of(package) in known.named_for_cuda_without


def _is_unread(package: str) -> bool:
    known = distributions()
    family = family_of(package)
    if family in known.named_for_cuda_without:
        return False
    if package in known.with_code_unread or family in known.with_code_unread:
        return True
    return not is_vendors_wheel(package) and known.named_for_cuda.fullmatch(package) is not None
