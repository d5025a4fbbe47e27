"""PTX texts for `prove_ptx.py`: good ones in many targets and versions, broken ones, and ones with foreign features.

Each text is a name and bytes; the name begins with its group. Nothing here says what the driver does with it: that is
what is asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PtxCase:
    """One text."""

    name: str
    text: bytes


def _head(isa: str, target: str, bits: int = 64) -> str:
    return f".version {isa}\n.target {target}\n.address_size {bits}\n"


def _kernel(body: str, name: str = "k", parameters: str = ".param .u64 p", directives: str = "") -> str:
    return f".visible .entry {name}({parameters}) {directives}\n{{\n{body}\nret;\n}}\n"


_REGISTERS = (
    ".reg .pred q; .reg .b16 h, i; .reg .b32 a, b, c, d; .reg .f32 x, y, z; .reg .f64 u, v, w; .reg .b64 l, m, n;\n"
    "ld.param.u64 l, [p]; cvta.to.global.u64 m, l; mov.u32 a, %tid.x; mov.u32 b, %ctaid.x; cvt.rn.f32.u32 x, a;\n"
)
_STORE = "st.global.u32 [m], a;"

# Bodies by the first `.version` and the first target that have what they use.
_BODIES: dict[str, tuple[str, int, str]] = {
    "integers": ("3.2", 20, "mad.lo.s32 a, a, b, 7; shl.b32 c, a, 3; xor.b32 a, a, c;"),
    "floats": ("3.2", 20, "fma.rn.f32 y, x, x, x; sqrt.approx.f32 z, y; cvt.rzi.u32.f32 a, z;"),
    "doubles": ("3.2", 20, "cvt.f64.f32 u, x; fma.rn.f64 v, u, u, u; div.rn.f64 w, v, u; cvt.rzi.u32.f64 a, w;"),
    "predicates": ("3.2", 20, "setp.gt.u32 q, a, 3; @q add.u32 a, a, 1; @!q bra L; sub.u32 a, a, 2;\nL:"),
    "loop": ("3.2", 20, "mov.u32 c, 0;\nT: add.u32 c, c, 1; setp.lt.u32 q, c, a; @q bra T; mov.u32 a, c;"),
    "shared": (
        "3.2",
        20,
        ".shared .align 4 .b8 s[512]; mov.u32 c, s; st.shared.u32 [c], a; bar.sync 0; ld.shared.u32 a, [c];",
    ),
    "local": ("3.2", 20, ".local .align 4 .b8 t[64]; st.local.u32 [t], a; ld.local.u32 a, [t];"),
    "atomics": ("3.2", 20, "atom.global.add.u32 a, [m], b; red.global.max.u32 [m], a;"),
    "bits": ("3.2", 20, "popc.b32 c, a; clz.b32 d, a; bfe.u32 a, a, 4, 8; prmt.b32 a, a, c, d;"),
    "special": ("3.2", 20, "mov.u32 c, %laneid; mov.u32 d, %clock; add.u32 a, c, d;"),
    "lop3": ("4.3", 50, "lop3.b32 a, a, b, a, 0x96;"),
    "half": ("4.2", 53, "cvt.rn.f16.f32 h, x; fma.rn.f16 i, h, h, h; mov.b16 h, i;"),
    "dp4a": ("5.0", 61, "dp4a.u32.u32 a, a, b, a;"),
    "shuffle": ("6.0", 30, "shfl.sync.down.b32 c, a, 1, 31, 0xffffffff; add.u32 a, a, c;"),
    "old-shuffle": ("4.0", 30, "shfl.down.b32 c, a, 1, 31; add.u32 a, a, c;"),
    "vote": ("6.0", 30, "setp.gt.u32 q, a, 3; vote.sync.ballot.b32 a, q, 0xffffffff;"),
    "match": ("6.0", 70, "match.any.sync.b32 a, a, 0xffffffff;"),
    "fence": ("6.0", 70, "fence.acq_rel.gpu; atom.acq_rel.gpu.global.add.u32 a, [m], 1;"),
    "matrix-load": (
        "6.5",
        75,
        ".shared .align 16 .b8 s[512]; mov.u32 c, s; ldmatrix.sync.aligned.m8n8.x1.shared.b16 {a}, [c];",
    ),
    "tanh": ("7.0", 75, "tanh.approx.f32 y, x; cvt.rzi.u32.f32 a, y;"),
    "redux": ("7.0", 80, "redux.sync.add.u32 a, a, 0xffffffff;"),
    "async-copy": (
        "7.0",
        80,
        ".shared .align 16 .b8 s[512]; mov.u32 c, s; cp.async.ca.shared.global [c], [m], 4; cp.async.wait_all;",
    ),
    "bfloat": ("7.0", 80, "cvt.rn.bf16.f32 h, x; fma.rn.bf16 i, h, h, h; mov.b16 h, i;"),
    "mbarrier": (
        "7.0",
        80,
        ".shared .align 8 .b64 s; mov.u32 c, s; mbarrier.init.shared.b64 [c], 32; mbarrier.inval.shared.b64 [c];",
    ),
    "tensor": (
        "7.0",
        80,
        ".reg .f32 f0, f1, f2, f3; mov.f32 f0, 0f00000000; mov.f32 f1, f0; mov.f32 f2, f0; mov.f32 f3, f0;"
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {f0,f1,f2,f3}, {a,b}, {c}, {f0,f1,f2,f3};"
        "cvt.rzi.u32.f32 a, f0;",
    ),
    "fp8": ("8.1", 89, "cvt.rn.satfinite.e4m3x2.f32 h, x, x; cvt.u32.u16 a, h;"),
    "cluster": ("7.8", 90, "mov.u32 a, %cluster_ctarank; barrier.cluster.arrive; barrier.cluster.wait;"),
    "bulk-copy": (
        "8.0",
        90,
        ".shared .align 16 .b8 s[512]; .shared .align 8 .b64 r; mov.u32 c, s; mov.u32 d, r;"
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [c], [m], 16, [d];",
    ),
    "elect": ("8.0", 90, "elect.sync d|q, 0xffffffff; @q add.u32 a, a, 1;"),
    "dependency": ("7.8", 90, "griddepcontrol.wait; griddepcontrol.launch_dependents;"),
    "warpgroup": (
        "8.0",
        900,
        "wgmma.fence.sync.aligned; wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;",
    ),
    "registers-of-groups": ("8.0", 900, "setmaxnreg.inc.sync.aligned.u32 160;"),
}
_VERSIONS = ("3.2", "4.0", "4.3", "5.0", "6.0", "6.5", "7.0", "7.8", "8.0", "8.1", "8.7", "9.0")
_TARGETS = (("5.0", "sm_61"), ("7.0", "sm_80"), ("7.8", "sm_90"), ("8.0", "sm_90a"))


def _number(isa: str) -> tuple[int, int]:
    major, _, minor = isa.partition(".")
    return int(major), int(minor)


def _arch(target: str) -> int:
    """`sm_90a` is 900, as in the table: it has what no plain target has."""
    return 900 if target == "sm_90a" else int(target.removeprefix("sm_"))


def _good() -> Iterator[PtxCase]:
    """Every body in the first version that has it and its target, and in a later one, for each target that has it."""
    for (name, (first, arch, body)), (born, target) in itertools.product(_BODIES.items(), _TARGETS):
        if _arch(target) < arch:
            continue
        least = max(_number(first), _number(born))
        for isa in dict.fromkeys((f"{least[0]}.{least[1]}", "8.7")):
            if name == "old-shuffle" and _number(isa) >= (6, 4) and _arch(target) >= 70:
                continue  # among the foreign ones
            directives = ".explicitcluster" if name == "cluster" and target == "sm_90a" else ""
            text = _head(isa, target) + _kernel(_REGISTERS + body + "\n" + _STORE, directives=directives)
            yield PtxCase(f"good/{name}-{isa}-{target}", text.encode())


def _shapes() -> Iterator[PtxCase]:
    """What texts may have around their kernels."""
    head, plain = _head("8.0", "sm_80"), _kernel(_REGISTERS + _STORE)
    shapes = {
        "empty": head,
        "two-kernels": head + plain + _kernel("", "other"),
        "no-address-size": ".version 8.0\n.target sm_80\n" + plain,
        "comments": "// one\n/* two\n { */\n" + head + plain.replace("ret;", "ret; // }\n"),
        "utf8-comment": "// Größe\n" + head + plain,
        "crlf": (head + plain).replace("\n", "\r\n"),
        "function": head
        + ".func (.reg .b32 r) twice(.reg .b32 s) { add.u32 r, s, s; ret; }\n"
        + _kernel(_REGISTERS + "call (a), twice, (a);" + _STORE),
        "declared-and-unused": head + ".extern .func other();\n" + plain,
        "printf": head
        + ".extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 v);\n"
        + ".global .align 1 .b8 f[3] = {104, 105, 0};\n"
        + _kernel(
            _REGISTERS + "{ .param .b64 c0; .param .b64 c1; .param .b32 r0; mov.u64 n, f; cvta.global.u64 n, n;"
            "st.param.b64 [c0], n; mov.u64 n, 0; st.param.b64 [c1], n; call (r0), vprintf, (c0, c1); }"
        ),
        "assert": head
        + ".extern .func __assertfail(.param .b64 a, .param .b64 b, .param .b32 c, .param .b64 d, .param .b64 e);\n"
        + plain,
        "malloc": head
        + ".extern .func (.param .b64 r) malloc(.param .b64 s);\n"
        + _kernel(
            _REGISTERS + "{ .param .b64 c0; .param .b64 r0; mov.u64 n, 16; st.param.b64 [c0], n;"
            "call (r0), malloc, (c0); ld.param.b64 n, [r0]; st.global.u64 [m], n; }"
        ),
        "constants": head
        + ".const .align 4 .b32 c0[4] = {1, 2, 3, 4};\n"
        + _kernel(_REGISTERS + "ld.const.u32 a, [c0+4];" + _STORE),
        "globals": head
        + ".visible .global .align 4 .b32 g = 7;\n"
        + _kernel(_REGISTERS + "ld.global.u32 a, [g];" + _STORE),
        "dynamic-shared": head
        + ".extern .shared .align 16 .b8 s[];\n"
        + _kernel(_REGISTERS + "mov.u32 c, s; st.shared.u32 [c], a;"),
        "shared-48k": head + _kernel(_REGISTERS + ".shared .align 4 .b8 s[49152]; mov.u32 c, s; st.shared.u32 [c], a;"),
        "bounds": head + _kernel(_REGISTERS + _STORE, directives=".maxntid 256, 1, 1 .minnctapersm 2"),
        "exact-bounds": head + _kernel(_REGISTERS + _STORE, directives=".reqntid 128, 1, 1"),
        "many-parameters": head + _kernel(_REGISTERS + _STORE, parameters=".param .u64 p, .param .align 8 .b8 s[4000]"),
        "texture": head + _kernel(_REGISTERS + "tex.2d.v4.f32.f32 {x, y, z, x}, [l, {x, x}];" + _STORE),
        "surface": head + _kernel(_REGISTERS + "suld.b.2d.b32.trap {a}, [l, {a, a}];" + _STORE),
        "lines": head + '.file 1 "unit.cu"\n' + _kernel(".loc 1 3 0\n" + _REGISTERS + _STORE),
        "pragma": head + _kernel(_REGISTERS + '.pragma "nounroll";' + _STORE),
        "weak": head + ".weak .entry w() { ret; }\n" + plain,
        "alias": head + ".visible .func f() { ret; }\n.visible .func g();\n.alias g, f;\n" + plain,
        "noreturn": head + ".func stop() .noreturn { trap; }\n" + plain,
        "indirect": head
        + ".visible .func (.param .b32 r) one() { st.param.b32 [r], 1; ret; }\n"
        + _kernel(
            _REGISTERS + "mov.u64 n, one; { .param .b32 r0; P: .callprototype (.param .b32 _) _ ();"
            "call (r0), n, (), P; ld.param.b32 a, [r0]; }" + _STORE
        ),
        "recursion": head + ".func f() { call f; ret; }\n" + _kernel("call f;"),
        "branch-table": head
        + _kernel(
            _REGISTERS + "T: .branchtargets A, B; and.b32 a, a, 1; brx.idx a, T;\nA: add.u32 a, a, 1;\nB:" + _STORE
        ),
        "long-name": head + _kernel("", "k" + "x" * 2000),
        "dollar-name": head + _kernel("", "$k_1$"),
        "many-kernels": head + "".join(_kernel("", f"k{number}") for number in range(200)),
        "many-registers": head
        + _kernel(
            ".reg .f32 r<300>; .reg .b64 l, m; ld.param.u64 l, [p]; cvta.to.global.u64 m, l;\n"
            + "".join(f"ld.volatile.global.f32 r{n}, [m+{4 * n}];\n" for n in range(300))
            + "".join(f"st.volatile.global.f32 [m+{4 * n}], r{n};\n" for n in range(300))
        ),
        "debug": _head("8.0", "sm_80, debug") + plain,
        "texmode": _head("8.0", "sm_80, texmode_unified") + plain,
        "cuda-13-form": _head("9.0", "sm_75") + plain,
        "sm_20": _head("3.2", "sm_20") + plain,
        "sm_10": ".version 1.4\n.target sm_10\n.entry k() { ret; }\n",
        "version-3.0": _head("3.0", "sm_20") + plain,
        "duplicate-directive": head.replace(".address_size 64\n", ".address_size 64\n.address_size 64\n") + plain,
    }
    for name, text in shapes.items():
        yield PtxCase(f"shape/{name}", text.encode())


def _foreign() -> Iterator[PtxCase]:
    """Instructions that the target or the version does not have, and targets that the GPU is none of."""
    for name, (first, arch, body) in _BODIES.items():
        if arch > 80:
            text = _head("8.7", "sm_80") + _kernel(_REGISTERS + body + "\n" + _STORE)
            yield PtxCase(f"foreign/{name}-on-sm_80", text.encode())
        if arch > 61:
            text = _head("8.7", "sm_61") + _kernel(_REGISTERS + body + "\n" + _STORE)
            yield PtxCase(f"foreign/{name}-on-sm_61", text.encode())
        if _number(first) > (7, 8):
            text = _head("7.8", "sm_90") + _kernel(_REGISTERS + body + "\n" + _STORE)
            yield PtxCase(f"foreign/{name}-in-7.8", text.encode())
    text = _head("8.7", "sm_90") + _kernel(_REGISTERS + _BODIES["warpgroup"][2])
    yield PtxCase("foreign/warpgroup-on-sm_90", text.encode())
    text = _head("8.7", "sm_90") + _kernel(_REGISTERS + _BODIES["old-shuffle"][2] + _STORE)
    yield PtxCase("foreign/old-shuffle-on-sm_90", text.encode())
    for target, isa in (
        ("sm_90a", "8.0"),
        ("sm_100", "8.7"),
        ("sm_100a", "8.7"),
        ("sm_100f", "8.8"),
        ("sm_120", "8.7"),
    ):
        yield PtxCase(f"foreign/plain-kernel-{target}", (_head(isa, target) + _kernel("")).encode())
    tcgen = _head("8.7", "sm_90a") + _kernel("tcgen05.wait::ld.sync.aligned;")
    yield PtxCase("foreign/tensor-memory-on-sm_90a", tcgen.encode())
    for target in ("sm_70a", "sm_80a", "sm_89a"):
        yield PtxCase(f"foreign/{target}", (_head("8.0", target) + _kernel("")).encode())
    yield PtxCase("foreign/version-9.9", (_head("9.9", "sm_80") + _kernel("")).encode())
    yield PtxCase("foreign/target-before-its-version", (_head("7.0", "sm_90") + _kernel("")).encode())


def _broken() -> Iterator[PtxCase]:
    head, plain = _head("8.0", "sm_80"), _kernel(_REGISTERS + _STORE)
    broken = {
        "no-such-instruction": head + _kernel("bogus.u32 a, b;"),
        "undeclared-register": head + _kernel("add.u32 r, r, r;"),
        "wrong-type": head + _kernel(".reg .f32 x; add.u32 x, x, x;"),
        "wrong-width": head + _kernel(".reg .b64 l; add.u32 l, l, l;"),
        "no-semicolon": head + plain.replace("ret;", "ret"),
        "too-few-operands": head + _kernel(".reg .b32 a; add.u32 a, a;"),
        "too-many-operands": head + _kernel(".reg .b32 a; add.u32 a, a, a, a;"),
        "no-such-label": head + _kernel("bra NOWHERE;"),
        "label-twice": head + _kernel("L: L:"),
        "kernel-twice": head + plain + plain,
        "register-twice": head + _kernel(".reg .b32 a; .reg .b32 a;"),
        "no-such-parameter": head + _kernel(".reg .u64 l; ld.param.u64 l, [nothing];"),
        "no-such-function": head + _kernel("call nothing;"),
        "extern-function": head + ".extern .func other();\n" + _kernel("call other;"),
        "extern-variable": head + ".extern .global .b32 g;\n" + _kernel(_REGISTERS + "ld.global.u32 a, [g];" + _STORE),
        "declared-function": head + ".func other();\n" + _kernel("call other;"),
        "wrong-arguments": head + ".func f(.reg .b32 s) { ret; }\n" + _kernel("call f;"),
        "shared-too-large": head
        + _kernel(_REGISTERS + ".shared .align 4 .b8 s[70000]; mov.u32 c, s; st.shared.u32 [c], a;"),
        "shared-far-too-large": head
        + _kernel(_REGISTERS + ".shared .align 4 .b8 s[900000]; mov.u32 c, s; st.shared.u32 [c], a;"),
        "constants-too-large": head
        + ".const .align 4 .b8 c0[70000];\n"
        + _kernel(_REGISTERS + "ld.const.u32 a, [c0];" + _STORE),
        "parameters-too-large": head + _kernel("", parameters=".param .align 8 .b8 s[5000]"),
        "bad-bounds": head + _kernel("", directives=".maxntid 4096, 1, 1"),
        "bits-32": _head("8.0", "sm_80", 32) + _kernel("", parameters=".param .u32 p"),
        "no-target": ".version 8.0\n.address_size 64\n" + plain,
        "target-first": ".target sm_80\n.version 8.0\n" + plain,
        "version-twice": ".version 8.0\n" + head + plain,
        "two-targets": ".version 8.0\n.target sm_80, sm_90\n.address_size 64\n" + plain,
        "target-twice": head + ".target sm_90\n" + plain,
        "no-such-target": _head("8.0", "sm_85") + plain,
        "no-such-option": _head("8.0", "sm_80, nothing") + plain,
        "cut-in-a-body": (head + plain)[:-30],
        "cut-in-the-head": head[:-6],
        "cut-in-a-word": head + ".visible .ent",
        "one-brace-too-many": head + plain + "}\n",
        "open-comment": head + plain + "/* never closed",
        "open-string": head + '.file 1 "unit.cu\n' + plain,
        "placeholder": head + _kernel("mov.u32 {{NAME}}, 1;"),
        "control-character": head + plain.replace("ret;", "\x01ret;"),
        "rest-of-a-log": head + plain + "ptxas info: compiling entry function\n",
        "byte-order-mark": "\ufeff" + head + plain,
        "source-of-cuda": head + "__global__ void k() {}\n",
        "upper-case": (head + plain).upper(),
        "initial-value-too-long": head + ".global .b8 g[2] = {1, 2, 3};\n" + plain,
        "atomics-on-registers": head + _kernel(_REGISTERS + "atom.global.add.u32 a, [a], b;"),
        "store-to-constant": head + ".const .b32 c0;\n" + _kernel(_REGISTERS + "st.const.u32 [c0], a;"),
        "unknown-special-register": head + _kernel(_REGISTERS + "mov.u32 a, %nothing;"),
        "vector-too-wide": head + _kernel(_REGISTERS + "ld.global.v8.u32 {a,b,c,d,a,b,c,d}, [m];"),
        "alias-of-nothing": head + ".visible .func g();\n.alias g, nothing;\n" + plain,
        "mask-missing": head + _kernel(_REGISTERS + "shfl.sync.down.b32 c, a, 1, 31;"),
        "immediate-too-large": head + _kernel(_REGISTERS + "add.u32 a, a, 99999999999;" + _STORE),
    }
    for name, text in broken.items():
        yield PtxCase(f"broken/{name}", text.encode())


def cases() -> tuple[PtxCase, ...]:
    """Return all texts, in a stable order; no name twice."""
    found = {case.name: case for case in (*_good(), *_shapes(), *_foreign(), *_broken())}
    return tuple(found.values())
