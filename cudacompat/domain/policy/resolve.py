"""From the values that were given to the policy that they make together, without contradictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cudacompat.domain.policy.policy import Ignore, Policy
from cudacompat.domain.words.choices import Extra, Holes, PtxPolicy, Require
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.policy_value import PolicyValue
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Target

_TARGETS = ("require", "gpus-from")


def strongest(*sources: Mapping[str, PolicyValue]) -> dict[str, PolicyValue]:
    """Return for each key the value of the highest rank. `require` and `gpus-from` say the same thing in two ways:
    those of the highest rank count, both of them if both have it."""
    chosen: dict[str, PolicyValue] = {}
    for source in sources:
        for key, given in source.items():
            if key not in chosen or given.rank > chosen[key].rank:
                chosen[key] = given
    top = max((chosen[key].rank for key in _TARGETS if key in chosen), default=None)
    return {key: given for key, given in chosen.items() if key not in _TARGETS or given.rank == top}


def required(given: Mapping[str, PolicyValue]) -> tuple[JudgedTarget, ...]:
    """Return the GPUs that the values name themselves: those of `require`; where neither that nor a fleet file is
    given, those of `native`."""
    named: tuple[JudgedTarget, ...] = ()
    if "require" in given:
        named = _value(given, "require", ())
    elif "gpus-from" not in given:
        named = _value(given, "native", ())
    return named


def policy_of(given: Mapping[str, PolicyValue], ignores: tuple[Ignore, ...], targets: Sequence[Target]) -> Policy:
    """Return the policy for these targets; `UsageError` in one line where values contradict each other."""
    coverage: float | None = _value(given, "coverage", None)
    policy = Policy(
        require=_value(given, "level", Require.RUNS),
        # a share to reach says which holes pass; nobody who gives one wants each of them to fail
        holes=_value(given, "holes", Holes.ERROR if coverage is None else Holes.WARN),
        any_of=_value(given, "any-of", ()),
        native=_native(given, targets),
        ptx=_value(given, "ptx", None),
        extra=_value(given, "extra", Extra.ALLOW),
        coverage=coverage,
        driver_floor=_value(given, "driver-floor", None),
        max_bytes=_value(given, "max-bytes", None),
        ignores=ignores,
    )
    _refuse_contradictions(policy, given, targets)
    return policy


def _value(given: Mapping[str, PolicyValue], key: str, default: Any) -> Any:
    return given[key].value if key in given else default


def _native(given: Mapping[str, PolicyValue], targets: Sequence[Target]) -> tuple[JudgedTarget, ...]:
    """The targets whose level is native. One that is not judged for is a contradiction, unless a stronger source
    has named other targets for this run: then it does not concern it."""
    found: tuple[JudgedTarget, ...] = _value(given, "native", ())
    judged = {target.capability for target in targets}
    outside = [each for each in found if each.capability not in judged]
    if outside:
        source = next((given[key] for key in _TARGETS if key in given), None)
        if source is None or given["native"].rank >= source.rank:
            there = ", ".join(target.id for target in targets)
            by = source.origin if source is not None else "this machine's GPUs"
            raise UsageError(
                f"{given['native'].origin}: {outside[0].id} is not among the required GPUs ({there}; {by})"
            )
    return tuple(each for each in found if each.capability in judged)


def _refuse_contradictions(policy: Policy, given: Mapping[str, PolicyValue], targets: Sequence[Target]) -> None:
    if policy.ptx is PtxPolicy.NONE:
        for target in targets:
            if _is_ptx(target.id):
                raise UsageError(
                    f'{given["ptx"].origin}: "none" contradicts the required {target.id}, which is PTX{_by(given)}'
                )
    if (
        policy.coverage is not None
        and policy.coverage < 1
        and "holes" in given
        and policy.holes in (Holes.ERROR, Holes.STRICT)
    ):
        raise UsageError(
            f'{given["coverage"].origin}: {policy.coverage:g} contradicts holes = "{policy.holes.value}" '
            f'({given["holes"].origin}), under which one missing kernel fails; take holes = "warn"'
        )
    forced = next((target for target in targets if target.jit.ignores_machine_code), None)
    if forced is not None:
        for key, wants in (
            ("native", bool(policy.native)),
            ("level", policy.require is not Require.RUNS),
            ("ptx", policy.ptx is PtxPolicy.NONE),
        ):
            if wants:
                raise UsageError(
                    f"{given[key].origin}: {given[key].text} contradicts the forced JIT on {forced.id}, "
                    "under which no machine code is looked at"
                )


def _by(given: Mapping[str, PolicyValue]) -> str:
    return f" ({given['require'].origin})" if "require" in given else ""


def _is_ptx(spec: str) -> bool:
    try:
        return ArchTarget.parse(spec).kind is CodeKind.PTX
    except ParseError:
        return False
