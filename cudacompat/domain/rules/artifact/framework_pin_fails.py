"""A wheel that requires a torch which does not run.

What it finds: a wheel of a published release whose metadata requires one release of torch, of which every build fails
on the GPU, although the code in the wheel itself runs there. Of a wheel that pip takes from an index the build of torch
counts that pip takes from there with it.

Why it matters: pip installs that torch with it, and the first kernel of torch ends in "no kernel image is available for
execution on the device" (CUDA error 209).

Example: torchaudio==2.5.0 on an RTX 5070 Ti: its PTX runs there, torch 2.5.0 does not.

What to do: take the release that the finding names. Of a wheel on this machine it is a warning: its torch may have
been built there, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cudacompat.domain.rules.artifact.compiled_later import WheelFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

if TYPE_CHECKING:
    from cudacompat.domain.wheels.published import PublishedPackage


def check(wheel: WheelFacts) -> Iterable[Finding]:
    """One finding for each GPU."""
    from cudacompat.domain.wheels.platforms import platform_of  # few checks are of wheels
    from cudacompat.domain.wheels.published import PublishedPackage, pin_that_fails, plain_pin_that_fails

    platform = platform_of(wheel.tag)
    known = platform if platform not in ("any", "other") else None
    package = PublishedPackage(wheel.package, wheel.version, platform=known)
    for target in wheel.targets:
        pin = pin_that_fails(package, target)
        plain = plain_pin_that_fails(package, target) if wheel.fetched and pin is None else None
        if pin is None and plain is None:
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if wheel.fetched else Severity.WARNING,
            path=wheel.path,
            target=target.id,
            message=f"{package.label} requires {pin or plain}, which does not run on {target.label}",
            why=f"{_brought(pin)}no build of it that is known runs there{_file(wheel)}"
            if pin is not None
            else f"pip installs the {plain} of the same index with it; builds of other indexes may run there",
            help=_help(package, target),
        )


def _brought(pin: str) -> str:
    """That pip installs what is pinned; libraries for some CUDA releases pin nothing."""
    return f"pip installs {pin} with it, and " if "==" in pin else ""


def _file(wheel: WheelFacts) -> str:
    """Why it is a warning for a file."""
    return "" if wheel.fetched else "; for a file this is a warning: its environment may have another framework"


def _help(package: PublishedPackage, target: Target) -> str:
    """The release that runs with its framework: this one with a build of another index, too."""
    cure = package.cure((target,))
    return cure.sentence if cure is not None else package.help((target,))


RULE = Rule("framework-pin-fails", "A wheel whose required framework fails", __doc__, check)
