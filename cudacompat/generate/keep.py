"""What stays of a file that is there already when another is generated in its place."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from cudacompat.domain.words.errors import UsageError

_MADE = "Made by cudacompat"
_OWN_VENDOR = "cudacompat/1"
_FLAGS = re.compile(r"(?:\s*-gencode=arch=compute_\w+,code=\w+)+\s*")
_ENV = re.compile(r"^[ \t]*\[?[ \t]*env\b", re.MULTILINE)  # a table, a part of one, or a dotted key
_COMMENTS = re.compile(r"(?:^[ \t]*#.*\n)+", re.MULTILINE)


def kept(name: str, there: str, made: str) -> str:
    """Return the text for a file of that name: what was generated, with all of the text that is there and that was not.

    Cargo's configuration keeps everything but the variables that are set, CMake's presets all other presets. A file of
    another kind is replaced as a whole, if it was generated: `UsageError` where it was not.
    """
    if not there.strip() or there == made:
        return made
    if name.endswith(".cargo/config.toml"):
        return _cargo(there, made)
    if name.endswith("CMakePresets.json"):
        return _presets(there, made)
    if _MADE in there or _FLAGS.fullmatch(there):
        return made
    raise UsageError("was not made by cudacompat, and is not replaced: move it away, or name another directory with -o")


# -- cargo's configuration


def _cargo(there: str, made: str) -> str:
    mark = "\ufeff" if there.startswith("\ufeff") else ""
    text = there.removeprefix("\ufeff")
    before = _toml(text)
    variables = tomllib.loads(made)["env"]
    env = before.get("env", {})
    if not isinstance(env, dict):
        raise UsageError("has an `env` that is not a table")
    after = _with_head(_with_variables(text, variables), made) if "env" in before else _below(text, made)
    if "\r\n" in text:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    if _toml(after) != {**before, "env": {**env, **variables}}:
        raise UsageError("has an [env] that nothing can be put into: do it by hand, --diff shows what")
    return mark + after


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"is not TOML: {str(error) or 'nested too deep'}") from None


def _below(text: str, made: str) -> str:
    """The generated text behind what is there."""
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}\n{made}"


def _with_variables(text: str, variables: dict[str, Any]) -> str:
    """The text with these variables in its [env], each as it was generated; tomlkit keeps the rest to the
    byte. The text as it is where that cannot be done."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document: Any = tomlkit.parse(text)
        if tomlkit.dumps(document) != text:  # it gathers the tables of an array that other tables separate
            return text
        for name, value in variables.items():
            if document["env"].get(name) != value:
                table = tomlkit.inline_table()
                table.update(value)
                document["env"][name] = table
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, TypeError):  # tomlkit cannot add to this form of table
        return text


def _with_head(text: str, made: str) -> str:
    """The text with the generated file's own comments: in place of older ones, or before its [env]."""
    head = made[: made.index("[env]")]
    for block in _COMMENTS.finditer(text):
        if _MADE in block[0]:
            return f"{text[: block.start()]}{head}{text[block.end() :]}"
    found = _ENV.search(text)
    if found is None:
        return text
    before = text[: found.start()]
    gap = "" if not before.strip() or before.endswith(("\n\n", "\r\n\r\n")) else "\n"
    return f"{before}{gap}{head}{text[found.start() :]}"


# -- CMake's presets


def _presets(there: str, made: str) -> str:
    try:
        old = json.loads(there)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}") from None
    new = json.loads(made)
    if not isinstance(old, dict) or not isinstance(old.get("vendor", {}), dict):
        raise UsageError("is not a file of presets")
    merged = {
        **old,
        "version": max(_whole(old.get("version")), new["version"]),
        "cmakeMinimumRequired": old.get("cmakeMinimumRequired", new["cmakeMinimumRequired"]),
        "vendor": {**old.get("vendor", {}), _OWN_VENDOR: new["vendor"][_OWN_VENDOR]},
        "configurePresets": _by_name(old.get("configurePresets", []), new["configurePresets"]),
        "buildPresets": _by_name(old.get("buildPresets", []), new["buildPresets"]),
    }
    if merged == new:
        return made
    return there if merged == old else json.dumps(merged, indent=2, ensure_ascii=False) + "\n"


def _whole(version: object) -> int:
    return version if isinstance(version, int) else 0


def _by_name(old: object, new: list[dict[str, Any]]) -> list[Any]:
    """The old presets, those of the same name replaced, and the others behind them."""
    if not isinstance(old, list) or not all(isinstance(each, dict) for each in old):
        raise UsageError("is not a file of presets")
    named = {each["name"]: each for each in new}
    return [named.pop(each.get("name"), each) for each in old] + list(named.values())
