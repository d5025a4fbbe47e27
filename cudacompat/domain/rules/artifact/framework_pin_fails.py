"""A wheel that requires a torch which does not run.

What it finds: a wheel of a published release whose metadata requires one release of torch, of which every build fails
on the GPU, although the code in the wheel itself runs there.

Why it matters: pip installs that torch with it, and the first kernel of torch ends in "no kernel image is available for
execution on the device" (CUDA error 209).

Example: torchaudio==2.5.0 on an RTX 5070 Ti: its PTX runs there, torch 2.5.0 does not.

What to do: take the release that the finding names. Of a wheel on this machine it is a warning: its torch may have
been built there, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.compiled_later import WheelFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(wheel: WheelFacts) -> Iterable[Finding]:
    """One finding for each GPU."""
    from cudacompat.domain.wheels.platforms import platform_of
    from cudacompat.domain.wheels.published import PublishedPackage, pin_that_fails  # few checks are of wheels

    platform = platform_of(wheel.tag)
    known = platform if platform not in ("any", "other") else None
    package = PublishedPackage(wheel.package, wheel.version, platform=known)
    for target in wheel.targets:
        pin = pin_that_fails(package, target)
        if pin is None:
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if wheel.fetched else Severity.WARNING,
            path=wheel.path,
            target=target.id,
            message=f"{package.label} requires {pin}, which does not run on {target.label}",
            why=f"pip installs {pin} with it, and no build of that release that is known runs there",
            help=package.help((target,)),
        )


RULE = Rule("framework-pin-fails", "A wheel whose required framework fails", __doc__, check)
