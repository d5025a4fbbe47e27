"""Which release of a crate cargo takes for a requirement."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.builds.crate_versions import newest_allowed
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.builds.engine_facts import BuildSystem
from cudacompat.domain.builds.setting_facts import Window
from cudacompat.engines import find
from tests.helpers.each_row import each_case


@each_case(
    ("operator", "version", "newest"),
    [
        ('"', "0.14", "0.14.7"),
        ("^", "0.14.1", "0.14.7"),
        ("~", "0.14.1", "0.14.7"),
        ("~", "0", "0.16.2"),
        ("=", "0.14.1", "0.14.1"),
        ("=", "0.14", "0.14.7"),
        ('"', "0.14.7", "0.14.7"),
        ('"', "0.15.1", "0.15.1"),
        ('"', "0.16", "0.16.2"),
        ('"', "1", "1.3.0"),
        ('"', "1.2.9", "1.3.0"),
        ("~", "1.2.9", "1.2.9"),
        ('"', "0.0.3", "0.0.3"),
    ],
)
def test_the_newest_that_is_allowed_and_known(operator: str, version: str, newest: str) -> None:
    windows = (Window("0.0.4", "0.14.7"), Window("0.16.2"), Window("1.3.0", "2.0.0"))
    hazards = tuple(replace(find("whisper-rs").hazards[0], window=each) for each in windows)
    engine = Engine(
        name="a",
        title="A",
        aliases=(),
        system=BuildSystem.CARGO,
        current="0.16.0",
        knobs=(),
        source="this test",
        hazards=hazards,
    )
    assert newest_allowed(engine, operator, version) == newest
