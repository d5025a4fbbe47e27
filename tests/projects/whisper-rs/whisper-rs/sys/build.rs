//! The paths of whisper-rs-sys 0.15's build script that decide the CUDA architectures, written for the tests:
//! CMAKE_*, WHISPER_* and GGML_* of the environment become -D behind the script's own settings, and cargo is told of
//! none of them, so that a changed variable does not run the script again.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");

    let sources = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap()).join("ggml");
    let build = PathBuf::from(env::var("OUT_DIR").unwrap()).join("build");

    let mut defines = vec![
        ("BUILD_SHARED_LIBS".to_string(), "OFF".to_string()),
        ("CMAKE_BUILD_TYPE".to_string(), "Release".to_string()),
    ];
    if env::var_os("CARGO_FEATURE_CUDA").is_some() {
        defines.push(("GGML_CUDA".into(), "ON".into()));
        defines.push(("CMAKE_POSITION_INDEPENDENT_CODE".into(), "ON".into()));
        defines.push(("CMAKE_CUDA_FLAGS".into(), "-Xcompiler=-fPIC".into()));
    }
    for (name, value) in env::vars() {
        if ["CMAKE_", "WHISPER_", "GGML_"].iter().any(|prefix| name.starts_with(prefix)) {
            defines.push((name, value));
        }
    }

    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&sources).arg("-B").arg(&build);
    for (name, value) in &defines {
        configure.arg(format!("-D{name}={value}"));
    }
    run(&mut configure);
    run(Command::new("cmake").arg("--build").arg(&build));

    println!("cargo:rustc-link-search=native={}", build.join("src/ggml-cuda").display());
    println!("cargo:rustc-link-lib=static=ggml-cuda");
    for folder in cuda_libraries() {
        println!("cargo:rustc-link-search=native={}", folder.display());
    }
    println!("cargo:rustc-link-lib=static=cudart_static");
    for library in ["stdc++", "rt", "pthread", "dl"] {
        println!("cargo:rustc-link-lib=dylib={library}");
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// Where the CUDA runtime may lie: beside the nvcc that CUDACXX names, or in the usual place.
fn cuda_libraries() -> Vec<PathBuf> {
    let root = env::var_os("CUDACXX")
        .and_then(|nvcc| Path::new(&nvcc).parent()?.parent().map(Path::to_path_buf))
        .unwrap_or_else(|| "/usr/local/cuda".into());
    ["lib64", "lib"].iter().map(|name| root.join(name)).filter(|folder| folder.is_dir()).collect()
}
