"""The limits that are written for people (SECURITY.md, help pages) are those of the code."""

from __future__ import annotations

import re

from cudacompat.app.doctor import machine
from cudacompat.app.inputs import baseline_file, fleet, policy_file, standard_input
from cudacompat.app.project import files, time_limit
from cudacompat.artifacts.buildfiles import positions, shell_tree
from cudacompat.artifacts.files import opened
from cudacompat.artifacts.remote import connection
from cudacompat.domain.words.limits import MOST_OF_BUILD_FILE, Limits
from tests.helpers.each_row import each_case
from tests.helpers.every_command import commands
from tests.helpers.run import ROOT, inside

LIMITS = Limits()
GIB, MIB = 1 << 30, 1 << 20
LINT = (
    f"{MOST_OF_BUILD_FILE // MIB} MiB for a build file ({files._MOST_OF_LOCK // MIB} MiB for a requirements file), "
    f"{files._MOST_FILES} files and {files._MOST_TOTAL // MIB} MiB in all; "
    f"{time_limit.FILE_SECONDS} seconds of processor time for a file, "
    f"{time_limit.BUILD_SECONDS} for a configured directory, "
    f"{time_limit.RULE_SECONDS} for a rule, {time_limit.RUN_SECONDS} in all"
)
SECURITY = (
    ("entries of containers, of one named path", f"{LIMITS.members:,}"),
    ("bytes inflated, of one named path", f"{LIMITS.bytes // GIB} GiB"),
    ("bytes inflated, of one file", f"{LIMITS.per_file} times its size, at least {LIMITS.of_file(1) // GIB} GiB"),
    ("seconds, of one named path", f"{LIMITS.seconds:g}"),
    ("containers within containers", f"{LIMITS.depth}"),
    ("rows about what was not read", f"{LIMITS.rows:,}; the others are counted"),
    (
        "a build file (`lint`, `generate --add`)",
        f"{MOST_OF_BUILD_FILE // MIB} MiB, {files._MOST_OF_LOCK // MIB} MiB for a file of requirements; "
        f"{files._MOST_FILES:,} files and {files._MOST_TOTAL // MIB} MiB in all, directories {files._DEEPEST} deep",
    ),
    (
        "values of a YAML file, seconds to parse one shell script",
        f"{positions._MOST_NODES:,}; {shell_tree._MOST_SECONDS:g}",
    ),
    (
        "processor time of `lint`",
        f"{time_limit.FILE_SECONDS} seconds a file, {time_limit.BUILD_SECONDS} a configured directory, "
        f"{time_limit.RULE_SECONDS} a rule, {time_limit.RUN_SECONDS} a run",
    ),
    (
        "a policy, baseline, facts, fleet file",
        f"{policy_file._LARGEST // MIB}, {baseline_file._LARGEST // MIB}, {machine._MOST_FACTS // MIB}, "
        f"{fleet._LARGEST // MIB} MiB",
    ),
    ("a wait for somebody to write into a named pipe", f"{opened.PATIENCE_S:g} seconds"),
    (
        "a file behind an address",
        f"{connection.Patience().silent_s:g} seconds of silence, {connection.Patience().whole_s:,.0f} in all, "
        f"{connection._MOST_REDIRECTS} redirections; no more bytes than were promised",
    ),
    ("standard input", f"{standard_input._LARGEST // GIB} GiB put on the disk"),
)


@each_case(("limit", "default"), SECURITY)
def test_security_says_what_the_code_does(limit: str, default: str) -> None:
    assert f"\n| {limit} | {default} |" in (ROOT / "SECURITY.md").read_text("utf-8")


def test_the_help_of_lint_does() -> None:
    assert LINT in " ".join(inside("lint", "--help").out.split())


def test_the_help_of_every_command_that_reads_device_code_does() -> None:
    reading = [name for name, each in commands().items() if any(one.name == "max_members" for one in each.params)]
    assert {"check", "inspect", "diff", "doctor"} <= set(reading)
    for name in reading:
        said = " ".join(inside(name, "--help").out.split())
        assert f"nested ones included (default: {LIMITS.members})" in said
        least = LIMITS.of_file(1) // GIB
        whole = (
            f"(default: {LIMITS.bytes // GIB}G, and for each file {LIMITS.per_file} times its size, at least {least}G)"
        )
        assert whole in said
        assert re.search(rf"The most time to read one PATH \(default: {LIMITS.seconds:g}\)", said)
