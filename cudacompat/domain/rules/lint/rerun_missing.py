"""A build script that reads a list of architectures and does not tell cargo so.

What it finds: a build.rs that reads a variable about CUDA's architectures and prints no rerun-if-env-changed for it.

Why it matters: cargo runs a build script again when a file changed, or a variable that the script named. With a warm
target directory, in CI or in a cached image layer, a changed list changes nothing, and the old code goes into the
release.

Example: `let archs = env::var("CUDA_ARCHS")?;` without `println!("cargo:rerun-if-env-changed=CUDA_ARCHS");`

What to do: print that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.api_changes import code_only
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import Project, SourceFile
from cudacompat.domain.project.walks import on_file
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_READS = re.compile(r"\benv\s*+::\s*+var(?:_os)?\s*+\(\s*+\"([A-Z][A-Z0-9_]*)\"")
_ARCHS = re.compile(
    r"CUDA\w*(?:ARCH|COMPUTE|CAPABILIT|_CC$|GENCODE|_SM)|^(?:NVCC_(?:APPEND_|PREPEND_)?FLAGS|CUDAARCHS)$|GENCODE"
)
_TOLD = re.compile(r"rerun-if-env-changed=\{|rerun_if_env_changed")
_TELLS = re.compile(r"rerun-if-env-changed=(\w+)")
_MAIN = re.compile(r"\bfn\s++main\s*+\(\s*+\)[^{]{0,400}\{")


@on_file
def check(_project: Project, file: SourceFile) -> Iterable[Finding]:
    """One finding for each variable."""
    if base_name(file.name) != "build.rs" or _TOLD.search(file.text):
        return
    code = code_only(file.text)
    told = frozenset(_TELLS.findall(file.text))
    main = _MAIN.search(code)
    # the first directive of a script ends cargo's watching of the whole package: for a person to decide
    safe = "cargo:rerun-if" in file.text
    seen: set[str] = set()
    for match in _READS.finditer(file.text):
        name = match[1]
        if not code[match.start() : match.start() + 3].strip() or name in seen or not _ARCHS.search(name):
            continue  # in a comment
        if name in told:
            continue
        seen.add(name)
        line = f'println!("cargo:rerun-if-env-changed={name}");'
        fix = None
        if main is not None:
            edit = Edit(file.name, main.end(), main.end(), new=f"\n    {line}")
            fix = Fix(f"declare {name} to cargo", (edit,), safe=safe)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"the build script reads {name} without declaring it to cargo",
            path=file.name,
            line=file.place(match.start(), match.start()).line,
            span=match.span(),
            found=match[0] + ")",
            why="cargo reruns a build script only for declared files and variables, so a changed list is not built",
            help=line,
            fix=fix,
        )


RULE = Rule("rerun-missing", "Build script that does not declare its list", __doc__, check)
