"""`rerun-missing`: a build script that does not tell cargo of its list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "build.rs": """\
use std::env;

fn main() {
    println!("cargo:rerun-if-changed=src/kernels.cu");
    // env::var("CUDA_ARCH_IGNORED") is what the old script read
    let archs = env::var("KERNELS_CUDA_ARCHS").unwrap_or_else(|_| "80;90".into());
    let mut build = cc::Build::new();
    build.cuda(true).file("src/kernels.cu");
    for arch in archs.split(';') {
        build.flag("-gencode").flag(&format!("arch=compute_{arch},code=sm_{arch}"));
    }
    build.compile("kernels");
}
""",
        },
        good={
            "build.rs": """\
use std::env;

fn main() {
    println!("cargo:rerun-if-changed=src/kernels.cu");
    println!("cargo:rerun-if-env-changed=KERNELS_CUDA_ARCHS");
    // env::var("CUDA_ARCH_IGNORED") is what the old script read
    let archs = env::var("KERNELS_CUDA_ARCHS").unwrap_or_else(|_| "80;90".into());
    let mut build = cc::Build::new();
    build.cuda(true).file("src/kernels.cu");
    for arch in archs.split(';') {
        build.flag("-gencode").flag(&format!("arch=compute_{arch},code=sm_{arch}"));
    }
    build.compile("kernels");
}
""",
        },
        line='env::var("KERNELS_CUDA_ARCHS")',
    ),
)

NEAR_MISSES = (
    NearMiss(
        "every variable is told",
        {
            "build.rs": """\
fn main() {
 for v in ALL { println!("cargo:rerun-if-env-changed={v}"); }
 let a = env::var("CUDA_ARCHS");
}
""",
        },
    ),
    NearMiss(
        "a variable about something else",
        {
            "build.rs": 'fn main() { env::var("CUDA_PATH"); }\n',
        },
    ),
)
