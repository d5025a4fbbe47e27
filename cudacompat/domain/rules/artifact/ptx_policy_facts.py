"""Modules as places of a finding about PTX."""

from __future__ import annotations

from cudacompat.domain.judge.code_places import module_name
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.finding import CodePlace

_SHOWN = 5


def shown_places(modules: list[DeviceModule]) -> tuple[CodePlace, ...]:
    return tuple(CodePlace(module_name(module)) for module in modules[:_SHOWN])
