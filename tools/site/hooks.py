"""What mkdocs does beside its own: pages made from the code, the README as the first page, links to files of the
repository. `mkdocs build --strict` needs nothing else, and no network."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tools.site import pages  # noqa: E402

# pages that lie in the root of the repository, by their names in the site
_IN_ROOT = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
}
_PLACES = {name: page for page, name in _IN_ROOT.items()}
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"<picture>.*?</picture>", re.DOTALL)
_PICTURE_OF_CHECK = (
    "![cudacompat check](images/check-light.svg#only-light)\n![cudacompat check](images/check-dark.svg#only-dark)"
)


def on_config(config: Any) -> Any:
    """List the page of each rule under its heading, and each page that mkdocs.yml does not place."""
    placed = set(_pages_in(config.nav))
    docs = (path.relative_to(config.docs_dir).as_posix() for path in sorted(Path(config.docs_dir).glob("*.md")))
    made = (page for page in pages.pages() if not page.startswith("rules/"))
    more = [page for page in (*docs, *made) if page not in placed]
    if more:
        config.nav.append({"More": more})
    config.nav.append({"Rules": ["rules/index.md", *(f"rules/{id_}.md" for id_ in pages.rule_ids())]})
    return config


def _pages_in(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for each in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _pages_in(each)


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages of the root and those that are made from the code."""
    for page, name in _IN_ROOT.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    for page, content in {**pages.pages(), **pages.data_files()}.items():
        files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:  # noqa: ARG001
    """Lead each link to a page of the site; a file of the repository that is none is named."""
    here = page.file.src_uri
    source = _IN_ROOT.get(here, f"docs/{here}")
    if here == "index.md":
        markdown = _PICTURE.sub(_PICTURE_OF_CHECK, markdown)
    if here in _IN_ROOT or (ROOT / source).is_file():
        markdown = _LINK.sub(lambda link: _led(link[1], link[2], source=source, here=here), markdown)
    return markdown


def _led(text: str, target: str, *, source: str, here: str) -> str:
    path, mark, anchor = target.partition("#")
    if not path or re.match(r"[a-z]+:", target):
        return f"[{text}]({target})"
    file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if not file.startswith("docs/") and not (ROOT / file).exists():  # mkdocs itself looks at its pages
        raise PluginError(f"{source}: the link to {target} leads nowhere")
    page = _PLACES.get(file) or (file.removeprefix("docs/") if file.startswith("docs/") else None)
    if page is None:
        return text if text.strip("`").startswith(file.rstrip("/")) else f"{text} (`{file}` in the repository)"
    return f"[{text}]({posixpath.relpath(page, posixpath.dirname(here) or '.')}{mark}{anchor})"
