"""What all commands do before they begin: see that nothing they read is what they write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from cudacompat.cli.also import Also, also, written_also
from cudacompat.cli.verbose import speaking
from cudacompat.domain.words.errors import UsageError
from cudacompat.report.formats import formats_of, require

# parameters that name a file to be written, and those that name what is read
_WRITTEN = {"output": "--output", "save_facts": "--save-facts", "baseline": "--baseline"}
_ALSO = "cudacompat.also"
VERBOSE = "cudacompat.verbose"
_READ = ("paths", "old", "new", "load", "log", "facts", "gpus_from", "config", "baseline")


class Commands(TyperGroup):
    """The list of commands, each with its whole line: it is wrapped where the terminal is narrow, and never cut."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's own signature
        """Write the commands in their order."""
        rows = [(name, (each.help or "").partition("\n")[0]) for name, each in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class ReportCommand(TyperCommand):
    """A command that offers the formats of its report, and refuses, before it reads anything, to write over that."""

    def __init__(self, name: str | None, **more: Any) -> None:
        super().__init__(name, **more)
        for each in self.params:
            if isinstance(each, TyperOption) and each.name == "format_" and name is not None:
                each.metavar = "FORMAT"
                formats = ", ".join(formats_of(name))
                each.help = f"Write the result as {formats}. FORMAT=FILE, repeatable, writes that one to FILE as well."
        names = [each.name for each in self.params]
        self.params.insert(names.index("quiet") + 1 if "quiet" in names else len(names), _verbose_option())

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page, with examples at its end. A command that is wider than the page is not broken."""
        from cudacompat.cli.examples import EXAMPLES

        super().format_help(ctx, formatter)
        examples = EXAMPLES.get(self.name or "", ())
        with formatter.section("Examples"):
            for each in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{each}\n")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the options; `--format FORMAT=FILE` among them is kept for `invoke`."""
        left, ctx.meta[_ALSO] = also(args)
        rest: list[str] = super().parse_args(ctx, left)
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; `UsageError` where a file to be written is one that is read, or must not be replaced."""
        more: Sequence[Also] = ctx.meta.get(_ALSO, ())
        for each in more:
            require(ctx.info_name or "", each.format)
        written = {**dict(_written(ctx.params)), **{each.option: each.file for each in more}}
        if written:
            from cudacompat.cli.written_apart import require_apart

            read = [
                path for name in _READ if _WRITTEN.get(name) not in written for path in _paths(ctx.params.get(name))
            ]
            project = ctx.params["folder"] if ctx.info_name == "lint" else None
            require_apart(written, read, project)
        _refuse_two_readers(ctx.params)
        with written_also(more), speaking(bool(ctx.meta.get(VERBOSE)) and not ctx.params.get("quiet")):
            return super().invoke(ctx)


def _verbose_option() -> TyperOption:
    """The option that all commands have and no function of theirs is given."""

    def keep(ctx: Any, _: Any, value: bool) -> None:
        ctx.meta[VERBOSE] = ctx.meta.get(VERBOSE, False) or value

    return TyperOption(
        param_decls=["-v", "--verbose"],
        is_flag=True,
        default=False,
        expose_value=False,
        callback=keep,
        help="Say on stderr what is read, and how long the run took.",
    )


def _refuse_two_readers(params: Mapping[str, object]) -> None:
    """`UsageError` where two things are to be read from standard input, which has one file in it."""
    if params.get("write_baseline") and params.get("baseline") == "-":
        raise UsageError("--write-baseline needs a file name (--baseline FILE)")
    readers = [name for name in _READ for path in _paths(params.get(name)) if path == "-"]
    if len(readers) > 1:
        named = " and ".join(
            "a path" if name in ("paths", "old", "new") else f"--{name.replace('_', '-')}" for name in readers
        )
        raise UsageError(f"standard input (-) holds one file, and it is named {len(readers)} times: {named}")


def _written(params: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, option in _WRITTEN.items():
        path = params.get(name)
        if isinstance(path, str) and (name != "baseline" or params.get("write_baseline")):
            yield option, path


def _paths(value: object) -> list[str]:
    """The paths that a parameter names, itself or in a list."""
    return (
        [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list | tuple) else []
    )
