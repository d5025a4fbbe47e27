"""Programs that answer as the compiler of a CUDA release that does not exist yet would: the newest one's, and one
architecture more. They are scripts, so that the tools ask them as they ask NVIDIA's."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.newest import NEWEST_ISA, NEWEST_TOOLKIT, NEXT_ISA, NEXT_TOOLKIT, UNKNOWN_CAPABILITY

# 13.9 with PTX ISA 9.9 and sm_130, until there are such
RELEASE = f"{NEWEST_TOOLKIT.major}.{max(9, NEXT_TOOLKIT.minor)}"
ISA = f"{NEWEST_ISA.major}.{max(9, NEXT_ISA.minor)}"
NUMBER, CAPABILITY = UNKNOWN_CAPABILITY.number, str(UNKNOWN_CAPABILITY)

_PTXAS = f"""#!/bin/sh
archs=" ARCHS_HERE "
case "$1" in
  --version) echo "Cuda compilation tools, release {RELEASE}, V{RELEASE}.41" ;;
  --help)
    for arch in $archs; do echo "'sm_$arch','compute_$arch',"; done
    echo "Default value:  'sm_75'." ;;
  *)
    arch=${{1#-arch=sm_}}
    {{ read -r _ isa; read -r _ target; }} < "$2"
    target=${{target#sm_}}
    case "$isa" in
      {ISA}) ;;
      *) echo "ptxas fatal : Unsupported .version $isa; current version is '{ISA}'" >&2; exit 255 ;;
    esac
    case "$archs" in *" $arch "*) ;; *) exit 255 ;; esac
    case "$target" in "$arch" | "$arch"f) echo cubin > "$4" ;; *) exit 255 ;; esac ;;
esac
"""
_NVCC = f"""#!/bin/sh
archs=" ARCHS_HERE "
list() {{ for arch in $archs; do case "$arch" in *[af]) ;; *) echo "$1$arch" ;; esac; done; }}
case "$1" in
  --version) echo "Cuda compilation tools, release {RELEASE}, V{RELEASE}.41"; echo "Build cuda_{RELEASE}" ;;
  --help) echo "--compress-mode [default,none]" ;;
  --list-gpu-code) list sm_ ;;
  --list-gpu-arch) list compute_ ;;
  -ptx) printf '.version {ISA}\\n.target sm_75\\n' > "$4" ;;
  -arch=sm_*) case "$archs" in *" ${{1#-arch=sm_}} "*) ;; *) exit 1 ;; esac ;;
esac
"""
_HEADER = """\
#if __GNUC__ > 17
#if (__clang_major__ >= 24) || (__clang_major__ < 3)
#if _MSC_VER < 1920 || _MSC_VER >= 1970
"""


def toolkit(folder: Path, archs: list[str]) -> Path:
    """Lay out such a toolkit and return its nvcc; `archs` are what it builds for."""
    (folder / "bin").mkdir(parents=True)
    (folder / "include/crt").mkdir(parents=True)
    (folder / "include/crt/host_config.h").write_text(_HEADER)
    for name, text in (("ptxas", _PTXAS), ("nvcc", _NVCC)):
        program = folder / "bin" / name
        program.write_text(text.replace("ARCHS_HERE", " ".join(archs)))
        program.chmod(0o755)
    return folder / "bin/nvcc"
