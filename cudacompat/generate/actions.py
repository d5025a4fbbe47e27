"""The actions of others that a workflow uses: each by the commit of a release, as a tag can be moved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PinnedAction:
    """One action: its name, the release and its commit, and where that was read."""

    name: str
    release: str
    commit: str
    source: str

    def __str__(self) -> str:
        return f"{self.name}@{self.commit} # {self.release}"


CHECKOUT = PinnedAction(
    name="actions/checkout",
    release="v5.0.0",
    commit="08c6903cd8c0fde910a37f88322edcfb5dd907a8",
    source="the tag v5.0.0 of https://github.com/actions/checkout",
)
UPLOAD_ARTIFACT = PinnedAction(
    name="actions/upload-artifact",
    release="v4.6.2",
    commit="ea165f8d65b6e75b540449e92b4886f43607fa02",
    source="the tag v4.6.2 of https://github.com/actions/upload-artifact",
)
