"""A plain list of GPUs: a SPEC in each line, or several with commas between them."""

from __future__ import annotations

from cudacompat.domain.gpus.fleet import without_comment
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu


def of_lines(text: str, where: str) -> tuple[FleetGpu, ...]:
    """Return the GPUs of a list; `#` at a line's start or after a space begins a comment. `UsageError` that names the
    line for what is no GPU: somebody wrote this list for us and can mend it."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for spec in without_comment(line).split(","):
            if spec.strip():
                try:
                    gpu = resolve(spec.strip())
                except UsageError as error:
                    raise UsageError(f"{where}:{number}: {error}") from None
                found.append(FleetGpu(gpu.id, gpu.name, gpu.capability))
    return tuple(found)
