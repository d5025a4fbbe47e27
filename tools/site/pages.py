"""The pages of the documentation that are made from the code: commands, rules, engines, schemas, policy, pictures."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cudacompat import engines
from cudacompat.cli.pages.commands import CommandPage, OptionPage, Program, program
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.policy.keys import KEYS
from cudacompat.domain.rules import own_rules
from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES
from cudacompat.domain.words.rule import Rule

ROOT = Path(__file__).resolve().parents[2]
_SCHEMAS = ROOT / "cudacompat" / "schemas"
_HEADING = re.compile(r"(What it finds|Why it matters|Example|What to do): ?")


def pages() -> Mapping[str, str]:
    """Return the Markdown of each page by its path below the root of the site."""
    whole = program()
    rules: dict[str, Rule[Any]] = {rule.id: rule for rule in (*own_rules(), *INLINE_RULES, *LINT_RULES)}
    found = {
        "reference/commands.md": _commands(whole),
        "reference/engines.md": _engines(),
        "reference/schemas.md": _schemas(),
        "reference/policy-keys.md": _policy_keys(),
        "rules/index.md": _rules(rules.values()),
        "gallery.md": _gallery(),
    }
    found |= {f"reference/{page.name}.md": _command(page) for page in whole.commands}
    found |= {f"rules/{rule.id}.md": _rule(rule, rules) for rule in rules.values()}
    return found


def data_files() -> Mapping[str, str]:
    """Return the JSON Schemas by their paths below the root of the site."""
    return {f"schemas/{path.name}": path.read_text(encoding="utf-8") for path in sorted(_SCHEMAS.glob("*.json"))}


def rule_ids() -> list[str]:
    """Return the ids of all rules, in the order of the alphabet."""
    return sorted(rule.id for rule in (*own_rules(), *INLINE_RULES, *LINT_RULES))


# -- commands


def _commands(whole: Program) -> str:
    rows = [f"| [`{page.name}`]({page.name}.md) | {_cell(page.summary)} |" for page in whole.commands]
    return "\n".join(
        [
            *("# Commands", "", whole.summary, "", "| command | does |", "|---|---|", *rows),
            *("", "## Options", "", *_options(whole.options)),
        ]
    )


def _command(page: CommandPage) -> str:
    lines = [f"# cudacompat {page.name}", "", page.summary, "", "```text", page.usage, "```", ""]
    for paragraph in page.text:
        lines += [_escaped(paragraph), ""]
    lines += ["## Examples", "", "```bash", *page.examples, "```", ""]
    if page.arguments:
        lines += ["## Arguments", "", "| argument | meaning |", "|---|---|"]
        lines += [f"| {_code(argument.name)} | {_cell(argument.help)} |" for argument in page.arguments]
        lines.append("")
    return "\n".join([*lines, "## Options", "", *_options(page.options)])


def _options(options: Iterable[OptionPage]) -> Iterator[str]:
    yield "| option | meaning |"
    yield "|---|---|"
    for option in options:
        names = ", ".join(_code(name if option.value is None else f"{name} {option.value}") for name in option.names)
        yield f"| {names} | {_cell(option.help)} |"


# -- rules


def _rules(rules: Iterable[Rule[Any]]) -> str:
    rows = [f"| [`{rule.id}`]({rule.id}.md) | {_cell(rule.title)} |" for rule in sorted(rules, key=lambda r: r.id)]
    return "\n".join(["# Rules", "", f"All {len(rows)} findings, by ID.", "", "| ID | title |", "|---|---|", *rows, ""])


def _rule(rule: Rule[Any], known: Mapping[str, Rule[Any]]) -> str:
    def linked(text: str) -> str:
        """The text with the rules that it names as links, and a capital at its beginning."""
        others = [id_ for id_ in known if id_ != rule.id]
        named = re.sub(
            r"`([a-z0-9-]+)`", lambda m: f"[`{m[1]}`]({m[1]}.md)" if m[1] in others else m[0], _escaped(text)
        )
        return named[0].upper() + named[1:]

    lines = [f"# {_escaped(rule.title)}", "", f"ID: `{rule.id}` · in a terminal: `cudacompat explain {rule.id}`", ""]
    for paragraph in inspect.cleandoc(rule.doc).split("\n\n")[1:]:  # the first is the title again
        heading = _HEADING.match(paragraph)
        if heading is not None:
            lines += [f"## {heading[1]}", ""]
            paragraph = paragraph[heading.end() :].strip("\n")
        if not paragraph:
            continue
        if all(line.startswith("    ") for line in paragraph.splitlines()):
            lines += ["```text", *(line[4:] for line in paragraph.splitlines()), "```", ""]
        else:
            lines += [linked(paragraph), ""]
    return "\n".join(lines)


# -- engines


def _engines() -> str:
    lines = [
        "# Engines",
        "",
        "An engine is a program or library whose build settings cudacompat knows. `cudacompat generate NAME` writes "
        "them.",
        "",
    ]
    for engine in engines.known():
        lines += [f"## {engine.name}", "", *_engine(engine), ""]
    return "\n".join(lines)


def _engine(engine: Engine) -> Iterator[str]:
    yield f"{_escaped(engine.title)}. Built by {engine.system.value}."
    if engine.aliases:
        yield f"\nAlso called: {', '.join(map(_code, engine.aliases))}."
    yield "\n| setting | by way of | read by |"
    yield "|---|---|---|"
    for knob in (*engine.knobs, *engine.env_knobs, *engine.file_knobs):
        yield f"| {_code(knob.name)} | {knob.channel.value} | {_cell(knob.reader)} |"
    if engine.dead:
        yield f"\nSettings that no program of this build reads: {', '.join(_code(each.name) for each in engine.dead)}."
    yield f"\nSource: {_escaped(engine.source)}"


# -- schemas and the policy


def _schemas() -> str:
    rows = []
    for path in sorted(_SCHEMAS.glob("*.json")):
        title = json.loads(path.read_text(encoding="utf-8")).get("title", path.stem)
        rows.append(f"| [{path.name}](../schemas/{path.name}) | {_cell(title)} |")
    return "\n".join(
        [
            "# JSON Schemas",
            "",
            "Every `--format json` document names its schema: `cudacompat/check/1` is `check-1.json`. Keys may be "
            "added; none is renamed or removed under the same number. The schemas are in the package, too "
            "(`cudacompat/schemas`).",
            "",
            "| schema | describes |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _policy_keys() -> str:
    schema = json.loads((_SCHEMAS / "policy-1.json").read_text(encoding="utf-8"))
    rows = [
        f"| `{key}` | {_cell(schema['properties'][key]['description'])} | {_cell(known.form)} |"
        for key, known in KEYS.items()
    ]
    entry = schema["properties"]["ignore"]["items"]
    ignores = [
        f"| `{key}` | {_cell(value['description'])} | {'required' if key in entry['required'] else ''} |"
        for key, value in entry["properties"].items()
    ]
    return "\n".join(
        [
            "# Policy keys",
            "",
            "The keys of `cudacompat.toml`, and of `[tool.cudacompat]` in pyproject.toml "
            "([how a policy works](../policy.md)).",
            "",
            "| key | meaning | value |",
            "|---|---|---|",
            *rows,
            "",
            "Each `[[ignore]]` has:",
            "",
            "| key | meaning | |",
            "|---|---|---|",
            *ignores,
            "",
            "## In an editor",
            "",
            "[policy-1.json](../schemas/policy-1.json) is the JSON Schema of the file: it completes keys and marks "
            "mistakes. In VS Code with Even Better TOML, and in every editor with taplo, save it next to "
            "`cudacompat.toml` and begin that file with:",
            "",
            "```toml",
            "#:schema ./policy-1.json",
            "```",
            "",
        ]
    )


# -- pictures


def _gallery() -> str:
    lines = ["# Gallery", "", "Real output, drawn by `tools/refresh_images.py` from what the commands print.", ""]
    for light in sorted((ROOT / "docs" / "images").glob("*-light.svg")):
        name = light.name.removesuffix("-light.svg")
        lines += [
            f"## cudacompat {name}",
            "",
            f"![cudacompat {name} on a light terminal](images/{name}-light.svg#only-light)",
            f"![cudacompat {name} on a dark terminal](images/{name}-dark.svg#only-dark)",
            "",
        ]
    return "\n".join(lines)


# -- Markdown


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split())).replace("|", "\\|")


def _escaped(text: str) -> str:
    """The text outside of code: no tag, link or emphasis that it does not mean."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([<\[\]*_])", r"\\\1", part) for part in parts)
