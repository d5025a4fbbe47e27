"""`cudacompat explain`."""

from __future__ import annotations

from typing import Annotated

import typer


def command(id_: Annotated[str, typer.Argument(metavar="ID", help="A finding's id.")]) -> int:
    """Say what a finding means, why it matters and what to do."""
    from cudacompat.app.explain import explain

    typer.echo(explain(id_))
    return 0
