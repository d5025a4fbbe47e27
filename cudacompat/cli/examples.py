"""Two or three examples for each command: what its help page ends with. Every one of them runs as it is printed."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "doctor": (
        "cudacompat doctor",
        'cudacompat doctor dist/ --gpu "RTX 5070 Ti" --driver 570',
    ),
    "inspect": (
        "cudacompat inspect build/libfoo.so",
        "cudacompat inspect dist/foo-1.0-py3-none-any.whl --format json",
    ),
    "check": (
        'cudacompat check build/libfoo.so --gpu "RTX 5070 Ti" --gpu 8.6',
        "cudacompat check dist/ --gpu 12.0 --require native --format sarif --output check.sarif",
        "cudacompat check image.tar --gpu 12.0 --platform linux/amd64",
    ),
    "diff": (
        "cudacompat diff dist/foo-1.0-py3-none-any.whl dist/foo-1.1-py3-none-any.whl",
        'cudacompat diff old/libfoo.so new/libfoo.so --gpu "GTX 1080"',
    ),
    "generate": (
        'cudacompat generate cmake --gpu "RTX 5070 Ti" --gpu 8.6 --as dockerfile',
        "cudacompat generate nvcc --gpu 12.0",
    ),
    "lint": (
        'cudacompat lint . --gpu "RTX 5070 Ti"',
        "cudacompat lint Dockerfile --gpu 12.0 --diff",
    ),
    "rebuild": (
        'cudacompat rebuild cmake . --gpu "RTX 5070 Ti"',
        "cudacompat rebuild cmake . --gpu 8.6 --gpu 12.0 --dry-run",
    ),
    "verify": (
        "cudacompat verify --expect native -- ./build/bin/server --port 8080",
        "cudacompat verify --log server.log --gpu 12.0",
    ),
    "bench": (
        'cudacompat bench --native "./native/app" --cpu "./cpu/app"',
        "cudacompat bench --runs 5 -- ./build/bin/app",
    ),
    "gpus": (
        'cudacompat gpus "RTX 5070 Ti"',
        "cudacompat gpus 12.0 --format json",
    ),
    "toolkits": (
        "cudacompat toolkits 12.8",
        'cudacompat toolkits --gpu "RTX 5070 Ti"',
    ),
    "wheels": (
        'cudacompat wheels torchvision --gpu "RTX 5070 Ti"',
        'cudacompat wheels xgboost==1.7.6 --gpu "GTX 1080" --driver 550',
    ),
    "survey": (
        "cudacompat survey dist/ --out rows.jsonl",
        "cudacompat survey dist/ --out rows.jsonl --resume --executor dask --jobs 2",
    ),
    "explain": (
        "cudacompat explain server.log",
        "cudacompat explain 209",
    ),
}
