"""All that the program says, as one text: findings, errors, help pages.

A change of wording is then a difference of `tests/golden/messages.txt` that can be read. Nothing here depends on the
machine or on the width of a terminal; help pages are laid out by typer, whose version the text names.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import textwrap
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import tests.domain.rules.lint as lint_specs
from cudacompat.domain.rules import own_rules
from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES
from cudacompat.domain.words.finding import Finding
from tests.helpers.lint_case import project
from tests.helpers.run import ROOT, inside
from tests.helpers.trees import tree_of

GOLDEN = ROOT / "tests" / "golden" / "messages.txt"
_COLUMNS = "80"


def messages() -> str:
    """The whole text: every rule's findings in its cases, every error that can be raised, every help page."""
    sections = (
        ("findings of check, inspect, doctor and verify", _own_findings()),
        ("findings of lint", _lint_findings()),
        ("errors, by the module that raises them; {…} is filled in", _errors()),
        (f"help pages, 80 columns, as typer {_minor('typer')} lays them out", _help_pages()),
    )
    return "\n".join(f"{'=' * 80}\n{title}\n{'=' * 80}\n\n{body}" for title, body in sections)


def _minor(package: str) -> str:
    return ".".join(version(package).split(".")[:2])


# -- findings


def _own_findings() -> str:
    from tests.domain.rules.test_rules import ALWAYS, every_case

    found: dict[str, list[Finding]] = {}
    rules = {rule.id: rule for rule in (*own_rules(), *INLINE_RULES)}
    for id_, facts in (*((case.id, case.fires) for case in every_case()), *ALWAYS.items()):
        found.setdefault(id_, []).extend(rules[id_].check(facts))
    return _blocks(found)


def _lint_findings() -> str:
    rules = {rule.id: rule for rule in LINT_RULES}
    found: dict[str, list[Finding]] = {}
    for id_, spec in lint_modules():
        for case in spec.CASES:
            found.setdefault(id_, []).extend(rules[id_].check(project(case.bad, *case.gpu)))
    return _blocks(found)


def lint_modules() -> Iterator[tuple[str, ModuleType]]:
    """The specs of the rules of `lint`, each with its rule's id, in the order of the ids."""
    for name in sorted(info.name for info in pkgutil.iter_modules(lint_specs.__path__)):
        if not name.startswith("test_"):
            yield name.replace("_", "-"), importlib.import_module(f"{lint_specs.__name__}.{name}")


def _blocks(found: dict[str, list[Finding]]) -> str:
    """Each different finding once, the rules in the order of their ids."""
    return "\n".join(block for id_ in sorted(found) for block in dict.fromkeys(map(_block, found[id_])))


def _block(finding: Finding) -> str:
    lines = [f"{finding.severity.value}[{finding.id}]: {finding.message}"]
    for name in ("found", "why", "help"):
        text = getattr(finding, name)
        if text is not None:
            lines.append(textwrap.indent(text, f"  {name:6} ").replace("\n  " + f"{name:6} ", "\n         "))
    if finding.fix is not None:
        lines.append(f"  {'fix' if finding.fix.safe else 'unsafe fix'}: {finding.fix.what}")
    return "\n".join(lines) + "\n"


# -- errors


def _errors() -> str:
    blocks = []
    for path in sorted((ROOT / "cudacompat").rglob("*.py")):
        raised = list(_raised(tree_of(path)))
        if raised:
            blocks.append(f"{_dotted(path)}\n" + "".join(f"  {line}\n" for line in raised))
    return "\n".join(blocks)


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _raised(tree: ast.Module) -> Iterator[str]:
    """The texts that are raised, in the order of the file; what is no text is shown as the expression it is."""
    raising = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    for call in sorted(raising, key=lambda call: call.lineno):
        if call.args and ast.unparse(call.func).endswith("Error"):
            yield f"{ast.unparse(call.func)}: {_template(call.args[0])}"


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_template, node.values))
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _template(node.left) + _template(node.right)
    if isinstance(node, ast.IfExp):
        return f"[{_template(node.body)} | {_template(node.orelse)}]"
    return f"{{{ast.unparse(node)}}}"


# -- help pages


def _commands() -> Iterable[str]:
    from cudacompat.cli.command_line import app

    return sorted(str(command.name) for command in app.registered_commands)


def _help_pages() -> str:
    pages = []
    for words in ((), *((name,) for name in _commands())):
        ran = inside(*words, "--help", env={"COLUMNS": _COLUMNS, "TERMINAL_WIDTH": _COLUMNS})
        assert ran.code == 0, ran.err
        pages.append(f"$ cudacompat {' '.join((*words, '--help'))}\n\n{ran.out.strip()}\n")
    return "\n".join(line.rstrip() for line in "\n".join(pages).splitlines()) + "\n"
