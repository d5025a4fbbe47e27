"""Rows of wheels as a file of Parquet, made of their JSON lines a thousand at a time."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from cudacompat.domain.words.errors import UsageError
from cudacompat.host.written import growing

_BATCH = 1000  # rows
_MAGIC = b"PAR1"

_TEXTS = (
    "asked", "package", "version", "index", "platform", "basis", "source", "date", "wheel", "python", "cuda", "main",
)  # fmt: skip
_LISTS = ("requires", "compilers", "not_read")


def is_meant(path: str) -> bool:
    """Return True for the name of a file of Parquet."""
    return path.lower().endswith(".parquet")


def lines_of(path: str) -> str:
    """Return where the rows of that file of Parquet are kept as JSON lines."""
    return f"{path}.jsonl"


def is_parquet(path: str) -> bool:
    """Return True for a file of Parquet, by its first bytes."""
    with Path(path).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def require() -> None:
    """`UsageError` where pyarrow is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed (pip install 'cudacompat[parquet]')") from None


def write(rows: str, out: str) -> None:
    """Write the rows of a file of JSON lines as one of Parquet; `UsageError` where that cannot be written."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    schema = _schema(pyarrow)
    with (
        Path(rows).open(encoding="utf-8") as lines,
        growing(out) as file,
        ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        objects = (_flat(json.loads(line)) for line in lines)
        while batch := list(itertools.islice(objects, _BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def _schema(arrow: Any) -> Any:
    text, share = arrow.string(), arrow.map_(arrow.string(), arrow.float64())
    outcomes = arrow.map_(text, text)
    library = arrow.struct(
        [("name", text), ("modules", arrow.int64()), ("sass", share), ("ptx", share), ("ptx_isa", outcomes)]
    )
    return arrow.schema(
        [
            *((name, text) for name in _TEXTS),
            ("bytes", arrow.int64()),
            *((name, arrow.list_(text)) for name in _LISTS),
            ("lists", arrow.list_(arrow.struct([("targets", text), ("modules", arrow.int64())]))),
            ("ptx_isa", outcomes),
            ("answers", outcomes),
            ("by_cuda", arrow.map_(text, outcomes)),
            ("libraries", arrow.list_(library)),
        ]
    )


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row as Parquet's columns hold it: pairs in place of objects, whose keys are data."""
    lists = [{"targets": targets, "modules": modules} for targets, modules in row.get("lists", ())]
    libraries = [
        {**each, **{name: list(each[name].items()) for name in ("sass", "ptx", "ptx_isa")}}
        for each in row.get("libraries", ())
    ]
    by_cuda = [(cuda, list(answers.items())) for cuda, answers in row.get("by_cuda", {}).items()]
    pairs = {name: list(row.get(name, {}).items()) for name in ("ptx_isa", "answers")}
    texts = {name: row.get(name) for name in (*_TEXTS, "bytes")}
    several = {name: list(row.get(name, ())) for name in _LISTS}
    return {**texts, **several, **pairs, "lists": lists, "libraries": libraries, "by_cuda": by_cuda}
