"""The service of a compose file that builds a Dockerfile: its build has arguments that `docker build` alone has not."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from cudacompat.app.inputs.text_files import beginning

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")  # as compose looks for them
_PLAIN = re.compile(r"[A-Za-z0-9][\w.-]*")


class ComposeBuild(NamedTuple):
    """The command that builds the image, the image's name, and the folder whose files COPY takes."""

    command: str
    image: str
    context: Path


def compose_build(folder: Path, dockerfile: str) -> ComposeBuild | None:
    """Return how the compose file of a folder builds this Dockerfile; `None` where it does not, or where no service, or
    more than one, does."""
    from cudacompat.artifacts.buildfiles.positions import yaml_tree
    from cudacompat.artifacts.buildfiles.services import compose
    from cudacompat.domain.project.model import SourceFile

    name = next((name for name in _NAMES if (folder / name).is_file()), None)
    text = beginning(folder / name) if name is not None else None
    if name is None or text is None:
        return None
    whole = folder.resolve()  # below the root, from which a context above the folder can be told, too
    built = (whole / dockerfile).relative_to(whole.anchor).as_posix()
    try:
        tree = yaml_tree(text)
        file = SourceFile((whole / name).relative_to(whole.anchor).as_posix(), text)
        services = [each for each in compose(file, tree) if each.dockerfile == built]
    except (ValueError, RecursionError):
        return None
    if len(services) != 1 or _PLAIN.fullmatch(services[0].name) is None:
        return None
    service = services[0]
    named = next((own.text for each in tree if (own := each.get("name")) is not None), None)
    project = named or re.sub(r"[^a-z0-9_-]", "", whole.name.lower()).lstrip("_-")
    image = service.base.image if service.base is not None else f"{project}-{service.name}"
    command = f"docker compose -f {quote(str(folder / name))} build {service.name}"
    return ComposeBuild(command, image, context=Path(whole.anchor, service.context or ""))
