"""Say which nvidia/cuda images there are that cudacompat/domain/tables/images.py does not have, as rows to write there.

    python tools/fetch_image_tags.py [--from FILE]    without a file Docker Hub's list of tags is fetched

That table is authored: a row says how well an image is known, and why. So this writes nothing. Exit code 1: there are
some.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cudacompat.domain.tables.images import IMAGES
from tools import fact_files

SOURCE = "https://hub.docker.com/v2/repositories/nvidia/cuda/tags?page_size=100"
OLDEST = min(row.release for row in IMAGES)

_TAG = re.compile(r"(\d+\.\d+\.\d+)-(base|runtime|devel)-([a-z]+[\d.]*)")

Image = tuple[str, str, str]  # release, flavour, distribution


def tags(pages: Iterator[str]) -> Iterator[Image]:
    """The images in pages of Docker Hub's list; those with cuDNN, and of another kind, are left out."""
    for page in pages:
        for entry in json.loads(page)["results"]:
            found = _TAG.fullmatch(entry["name"])
            if found:
                yield found[1], found[2], found[3]


def fetched_pages() -> Iterator[str]:
    """Docker Hub's pages, each naming the next."""
    address = SOURCE
    while address:
        page = fact_files.fetched(address)
        yield page
        address = json.loads(page).get("next")


def unknown(images: set[Image]) -> list[str]:
    """A line for each release and flavour with distributions that the table does not have, oldest first."""
    known = {(row.cuda, flavour, distro) for row in IMAGES for flavour in row.flavours for distro in row.distros}
    missing: dict[tuple[str, str], list[str]] = {}
    for cuda, flavour, distro in sorted(images - known):
        if [int(part) for part in cuda.split(".")][:2] >= [OLDEST.major, OLDEST.minor]:
            missing.setdefault((cuda, flavour), []).append(distro)
    ordered = sorted(missing, key=lambda key: ([int(part) for part in key[0].split(".")], key[1]))
    return [f"{cuda} {flavour}: {' '.join(missing[cuda, flavour])}" for cuda, flavour in ordered]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="file", type=Path, help="one page of the list, instead of fetching all")
    options = parser.parse_args(arguments)
    pages = iter([options.file.read_text(encoding="utf-8")]) if options.file else fetched_pages()
    lines = unknown(set(tags(pages)))
    print("\n".join(lines) if lines else "no image that the table does not have")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
