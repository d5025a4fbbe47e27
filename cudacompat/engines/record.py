"""All that is known of one engine: how it is built, and what its logs, its runs and its wheels say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.machine.loaders import PackageLoading
from cudacompat.domain.project.prebuilt_wheels import Prebuilt

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRecord(Engine):
    """One engine. Rows that only some commands need are given by functions, so that the other commands load none."""

    log_lines: Callable[[], LogLines] | None = None
    run_signs: Callable[[], tuple[RunSign, ...]] | None = None
    wheels: tuple[Prebuilt, ...] = ()  # packages that are built already
    loading: tuple[PackageLoading, ...] = ()  # how such packages choose among their own libraries
