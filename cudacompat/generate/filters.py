"""What the templates call: pieces of plans as the languages of the files want them written."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

from cudacompat.domain.builds.engine import Channel, Server
from cudacompat.domain.builds.plans.commands import checked_for
from cudacompat.domain.builds.plans.matrix import slug
from cudacompat.domain.builds.plans.plan import BuildPlan, OmittedSetting, PlanSetting, environment
from cudacompat.generate.install import InstallSource


def define(setting: PlanSetting) -> str:
    """`-DNAME=VALUE`, or `NAME VALUE`, as words of a shell, quoted where the shell would break them."""
    if setting.channel is Channel.ARGUMENT:
        return f"{setting.name} {shlex.quote(setting.value)}"
    return shlex.quote(f"-D{setting.name}={setting.value}")


def comment(text: str, lead: str = "# ", width: int = 100) -> str:
    """The text as comment lines, each beginning with `lead`."""
    import textwrap

    return "\n".join(
        textwrap.wrap(
            text, width, initial_indent=lead, subsequent_indent=lead, break_long_words=False, break_on_hyphens=False
        )
    )


def said(setting: PlanSetting, lead: str = "# ") -> str:
    """What a setting is for and who reads it, as a comment."""
    if setting.idle:
        return comment(f"{setting.name}: {setting.why}. Elsewhere it is read by {setting.reader}", lead)
    return comment(f"{setting.name}: {setting.why}; read by {setting.reader}", lead)


def left_out(each: OmittedSetting, lead: str = "# ") -> str:
    """What is left out and why, as a comment."""
    return comment(f"{each.name} is left out: {each.why}", lead)


def installed(source: InstallSource, requirements: str, lead: str = "# ") -> str:
    """What pip is given, and who wrote it, as a comment."""
    own = source.shown if source.git is None else f"{source.shown}, whose build tools come from the index,"
    said = f"What pip installs has its version and sha256 in {requirements}: {own} and the packages that it needs."
    return comment(f"{said} The command above, with -o DIR, writes that file.", lead)


def command(items: Sequence[str], settings: Sequence[PlanSetting] = (), indent: int = 4) -> str:
    """A command line for a Dockerfile: one setting a line, the rest together."""
    lead = " \\\n" + " " * indent
    lines: list[list[str]] = [[]]
    for word in items:
        if word == "{settings}":
            lines += [[define(setting)] for setting in settings]
            lines.append([])
        else:
            lines[-1].append(shlex.quote(word))
    return lead.join(" ".join(line) for line in lines if line)


def indented(line: str) -> str:
    """One shell line for a Dockerfile, broken where its commands meet."""
    return line.replace(" && ", " \\\n        && ").replace("; then ", "; then \\\n        ")


def quoted(text: object) -> str:
    """In double quotes, as JSON, YAML, TOML and Dockerfiles read it."""
    return json.dumps(str(text), ensure_ascii=False)


def exec_form(words: Sequence[str]) -> str:
    """A command line as Dockerfiles take it without a shell."""
    return json.dumps(list(words))


def health(server: Server) -> tuple[str, ...]:
    """The command, within the container, that ends with 0 while its server is well."""
    return ("curl", "--fail", "--silent", "--output", "/dev/null", f"http://127.0.0.1:{server.port}{server.health}")


def bake_target(plan: BuildPlan, name: str, plans: Sequence[BuildPlan]) -> str:
    """The target's name in a bake file, which takes no dots."""
    return name if len(plans) == 1 else f"{name}-{slug(plan, plans)}".replace(".", "-")


def image_name(plan: BuildPlan, name: str, plans: Sequence[BuildPlan]) -> str:
    """The image's name and tag: the list is in it, so that an image for other GPUs is not taken for this one."""
    return f"{name}:{slug(plan, plans) if len(plans) > 1 else f'cuda{plan.release.version}'}-{plan.key}"[:120]


def each_file(file: str, plan: BuildPlan, plans: Sequence[BuildPlan]) -> str:
    """The file's name for one build of a matrix: Dockerfile.cuda12.8, cudacompat.cuda12.8.env."""
    if len(plans) == 1:
        return file
    path = PurePosixPath(file)
    return str(path.with_name(f"{path.stem}.{slug(plan, plans)}{path.suffix}"))


def checked(plan: BuildPlan, bare: bool = False) -> str:
    """The options of the check; `bare` where no shell will read quotes."""
    if not bare:
        return f"--require {plan.require} {checked_for(plan)}"
    archs = dict.fromkeys(f"--gpu sm_{each.arch}" for each in plan.wanted)
    driver = [f"--driver {plan.driver}"] if plan.driver is not None else []
    return " ".join(["--require", plan.require, *archs, *driver])


def decisive(plan: BuildPlan) -> tuple[PlanSetting, ...]:
    """The settings that carry the list, as they travel."""
    return tuple(each for each in (*environment(plan), *plan.through(Channel.DEFINE, Channel.ARGUMENT)) if each.decides)
