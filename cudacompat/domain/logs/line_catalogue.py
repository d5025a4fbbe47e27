"""All known log lines together: those of the tools and of NVIDIA, and those that engines bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cudacompat.domain.logs.cases import SIGNS, LogSign
from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup


@dataclass(frozen=True, slots=True)
class LineCatalogue:
    """The groups in their order, what stands in most lines of a verbose build, and the signs that lines show."""

    groups: tuple[SignatureGroup, ...]
    everywhere: tuple[str, ...] = ()
    signs: tuple[LogSign, ...] = SIGNS

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """All signatures, in the order of their groups."""
        return tuple(signature for group in self.groups for signature in group.signatures)

    def by_id(self) -> Mapping[str, Signature]:
        """Return the signatures by their ids."""
        return {signature.id: signature for signature in self.signatures}

    def named(self, text: str) -> Signature | None:
        """Return the signature that an id, the number of a CUDA error or one of its names stands for."""
        wanted = text.strip()
        for signature in self.signatures:
            if wanted.lower() == signature.id or wanted in signature.names:
                return signature
            numbers = [str(number) for library, number in signature.numbers if library == "cuda"]
            if wanted.lower().removeprefix("cuda-") in numbers:
                return signature
        return None


def assembled(groups: Iterable[SignatureGroup], lines: Iterable[LogLines]) -> LineCatalogue:
    """Return the catalogue of these groups with what engines bring: groups of their own, lines in groups that are
    there, and what they add to lines of others."""
    brought = tuple(lines)
    found: dict[str, SignatureGroup] = {}
    joining: list[SignatureGroup] = []
    for group in (*groups, *(each for own in brought for each in own.groups)):
        if group.title in found or not group.place:
            joining.append(group)
        else:
            found[group.title] = group
    for group in joining:
        found[group.title] = _joined(found.get(group.title), group)
    ordered = sorted(found.values(), key=lambda each: each.place)
    additions = [each for own in brought for each in own.additions]
    everywhere = tuple(text for own in brought for text in own.everywhere)
    signs = (*SIGNS, *(sign for own in brought for sign in own.signs))
    return LineCatalogue(tuple(_added(group, additions) for group in ordered), everywhere, signs)


def _joined(group: SignatureGroup | None, more: SignatureGroup) -> SignatureGroup:
    if group is None:
        return more
    ids = [signature.id for signature in group.signatures]
    at = ids.index(more.before) if more.before in ids else len(ids)
    return replace(group, signatures=(*group.signatures[:at], *more.signatures, *group.signatures[at:]))


def _added(group: SignatureGroup, additions: Iterable[LineAddition]) -> SignatureGroup:
    by_line: dict[str, list[LineAddition]] = defaultdict(list)
    for each in additions:
        by_line[each.id].append(each)
    if not any(signature.id in by_line for signature in group.signatures):
        return group
    return replace(group, signatures=tuple(_with(each, by_line[each.id]) for each in group.signatures))


def _with(signature: Signature, additions: Iterable[LineAddition]) -> Signature:
    """The signature with what engines add: sentences behind its cause; behind its cure, after a semicolon."""
    for each in additions:
        signature = replace(
            signature,
            after=(*signature.after, *each.after),
            cases=(*each.cases, *signature.cases),
            cause=" ".join(filter(None, (signature.cause, each.cause))),
            fix=f"{signature.fix.removesuffix('.')}; {each.fix}" if each.fix else signature.fix,
        )
    return signature
