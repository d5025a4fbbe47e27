"""What a build leaves for the image, as shell lines: where it installs nothing that runs on a GPU, what it linked."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.builds.plans.plan import BuildPlan

# What find tells the files of this build by. Clocks of file systems tick every few milliseconds: what a short build
# makes in the tick of the stamp would not be newer.
STAMP = "touch /tmp/before && sleep 0.1"

# make does not know that the flags changed: objects that came along with the sources would stay as they are.
MAKE = (
    STAMP,
    "if make -n clean > /dev/null 2>&1; then make clean; else set -- -B; fi",
    'make "$@" -j "$jobs"',
)
# What make installed; of a Makefile without `install`, or whose `install` knows no DESTDIR, what make wrote.
TAKE_OF_MAKE = (
    "if make -n install DESTDIR=/out > /dev/null 2>&1; then make install DESTDIR=/out; fi",
    'for prefix in /out/usr/local /out/usr; do if [ -d "$prefix" ]; then '
    'cp -a "$prefix/." /out/ && rm -rf "$prefix"; fi; done',
    'if [ -z "$(find /out -type f)" ]; then mkdir -p /out/bin /out/lib && find . -newer /tmp/before -type f '
    "\\( -name '*.so*' -o -name '*.a' -o -name '*.cubin' -o -name '*.fatbin' \\) -exec cp -t /out/lib {} + && "
    "find . -newer /tmp/before -type f -perm -u+x ! -name '*.so*' -exec cp -t /out/bin {} +; fi",
)

_OWN = "find . -newer /tmp/before ! -path '*/CMakeFiles/*'"
_LOADED = "\\( -name '*.cubin' -o -name '*.fatbin' -o -name '*.ptx' \\)"
# A project without install(), or one of which only the libraries that it brings along have it: what nvcc linked has a
# section of this name, and programs of the driver API load their code from files.
TAKE_OF_CMAKE = (
    "mkdir -p /out/bin /out/lib",
    f'if ! grep -rqF .nv_fatbin /out && [ -z "$(find /out {_LOADED})" ]; then '
    f"{_OWN} \\( -type f -o -type l \\) -name '*.so*' -exec cp -a -t /out/lib {{}} + && "
    f"{_OWN} -type f -perm -u+x ! -name '*.so*' -exec grep -qm1 '^.ELF' {{}} \\; -exec cp -t /out/bin {{}} + && "
    f"{_OWN} -type f {_LOADED} -exec cp -t /out/lib {{}} +; fi",
    f"if [ -z \"$(find /out ! -type d)\" ]; then {_OWN} -type f -name '*.a' -exec cp -t /out/lib {{}} +; fi",
)


_FOLDER = '"$CARGO_TARGET_DIR"'
_SOURCES = '"$CARGO_TARGET_DIR/sources.sha256"'
# cargo goes by the times of files alone, and those of sources that are copied into an image may be older than the
# build before, of other sources: what has another content is touched. What that build linked is not of this one.
CARGO_ANEW = (
    f"mkdir -p {_FOLDER}",
    f"touch {_SOURCES}",
    "find . -type f ! -path './.git/*' -exec sha256sum {} + | sort > /tmp/sources.sha256",
    f"comm -13 {_SOURCES} /tmp/sources.sha256 | cut -c67- > /tmp/changed",
    "xargs -r -d '\\n' -a /tmp/changed touch -c --",
    # a build script names seldom more to cargo than itself: it runs again for what changed beside and below it
    'awk \'!/\\.(rs|md)$|\\/Cargo\\.(toml|lock)$/ { while (sub("/[^/]*$", "")) print $0 "/build.rs" }\' /tmp/changed '
    "| sort -u | xargs -r -d '\\n' touch -c --",
    f"rm {_SOURCES}",
    f"find {_FOLDER} -path '*/release/*' ! -path '*/release/*/*' -type f -delete",
)
CARGO_MADE = (f"cp /tmp/sources.sha256 {_SOURCES}",)


def of_cargo(folder: str = _FOLDER) -> tuple[str, ...]:
    """Return the lines that take what cargo linked below its folder, a word of the shell, whichever target it was told
    to build for; of a crate that is only a library, what its build scripts made for it, as cargo says it."""
    top = f"find {folder} -path '*/release/*' ! -path '*/release/*/*' -type f"
    again = "cargo build --release " + ('"$@" ' if folder == _FOLDER else "") + "--message-format=json"
    return (
        "mkdir -p /out/bin /out/lib",
        f"{top} -perm -u+x ! -name '*.so' -exec cp -t /out/bin {{}} +",
        f"{top} \\( -name '*.so' -o -name '*.a' \\) -exec cp -t /out/lib {{}} +",
        f'if [ -z "$(find /out -type f)" ]; then {again} '
        '| sed -n \'s/.*"build-script-executed".*"out_dir":"\\([^"]*\\)".*/\\1/p\' '
        "| while read -r out; do find \"$out\" -type f \\( -name '*.a' -o -name '*.so' \\) "
        "-exec cp --parents -t /out/lib {} +; done; fi",
    )


def stamp(plan: BuildPlan) -> tuple[str, ...]:
    """Return what has to run before the build, for `taking` to tell what is new."""
    return (STAMP,) if taking(plan) else ()


def taking(plan: BuildPlan) -> Sequence[str]:
    """Return the lines behind a build by CMake that bring into /out what it linked and did not install; none where
    the engine's own installation is known to be whole."""
    recipe = plan.recipe
    takes = recipe is not None and not recipe.installs and plan.engine.system is BuildSystem.CMAKE
    return TAKE_OF_CMAKE if takes else ()
