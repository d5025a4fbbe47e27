"""`image-cannot-run`: the image that the project runs has nothing for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

NEW = ("RTX 5070 Ti",)
GPU = "    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}\n"
HELM = "gpu: nvidia\nimage:\n  repository: vllm/vllm-openai\n  pullPolicy: Always\n"
HELM = "gpu: nvidia\nimage:\n  repository: vllm/vllm-openai\n  pullPolicy: Always\n  tag: "
CASES = (
    *(
        LintCase(
            bad={"run.sh": line.format("2.1.0-cuda12.1-cudnn8")},
            good={"run.sh": line.format("2.8.0-cuda12.8-cudnn9")},
            line="pytorch/pytorch",
            gpu=("12.0",),
        )
        for line in (
            "docker run -it --rm --gpus=all -v a:b pytorch/pytorch:{}-runtime python train.py\n",
            "sudo docker container run --network host --gpus all pytorch/pytorch:{}-runtime\n",
            "podman run --device nvidia.com/gpu=all pytorch/pytorch:{}-runtime\n",
            "docker run --runtime nvidia pytorch/pytorch:{}-runtime\n",
        )
    ),
    LintCase(  # what the project leaves open is met by the image's own torch
        bad={
            "Dockerfile": "FROM pytorch/pytorch:2.4.0-cuda12.4-cudnn9-devel\nCOPY . .\nRUN pip install -e .\n",
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch>=2.0"]\n',
        },
        good={
            "Dockerfile": "FROM pytorch/pytorch:2.8.0-cuda12.8-cudnn9-devel\nCOPY . .\nRUN pip install -e .\n",
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch>=2.0"]\n',
        },
        line="FROM",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"Dockerfile": "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime\nCOPY . /app\n"},
        good={"Dockerfile": "FROM pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime\nCOPY . /app\n"},
        line="FROM",
        gpu=NEW,
    ),
    LintCase(
        bad={"compose.yaml": f"services:\n  llm:\n    image: vllm/vllm-openai:v0.8.5.post1\n{GPU}"},
        good={"compose.yaml": f"services:\n  llm:\n    image: vllm/vllm-openai:v0.20.2\n{GPU}"},
        line="image:",
        gpu=NEW,
    ),
    LintCase(  # Helm values: the halves of the name on two lines
        bad={"values.yaml": HELM + "v0.8.5.post1\n"},
        good={"values.yaml": HELM + "v0.20.2\n"},
        line="tag:",
        gpu=NEW,
    ),
    LintCase(
        bad={
            "pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n"
            "    image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime\n    resources: {limits: {nvidia.com/gpu: 1}}\n"
        },
        good={
            "pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n"
            "    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime\n    resources: {limits: {nvidia.com/gpu: 1}}\n"
        },
        line="image:",
        gpu=NEW,
    ),
    LintCase(
        bad={".devcontainer/devcontainer.json": '{"image": "pytorch/pytorch:2.6.0-cuda12.6-cudnn9-devel"}\n'},
        good={".devcontainer/devcontainer.json": '{"image": "pytorch/pytorch:2.8.0-cuda12.8-cudnn9-devel"}\n'},
        line="image",
        gpu=NEW,
    ),
    LintCase(  # an older GPU that newer images left
        bad={"compose.yaml": f"services:\n  a:\n    image: nvcr.io/nvidia/pytorch:25.03-py3\n{GPU}"},
        good={"compose.yaml": f"services:\n  a:\n    image: nvcr.io/nvidia/pytorch:24.05-py3\n{GPU}"},
        line="image:",
        gpu=("GTX 1080",),
    ),
    LintCase(
        bad={"compose.yaml": f"services:\n  a:\n    image: ghcr.io/ggml-org/whisper.cpp:main-cuda\n{GPU}"},
        good={"compose.yaml": f"services:\n  a:\n    image: ghcr.io/ggml-org/llama.cpp:server-cuda\n{GPU}"},
        line="image:",
        gpu=("V100",),
    ),
)
NEAR_MISSES = (
    NearMiss(
        "a container without a GPU",
        {"run.sh": "docker run --rm pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime python -m pytest\n"},
        gpu=("12.0",),
    ),
    NearMiss("no GPU is named", {"Dockerfile": "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime\n"}),
    NearMiss(
        "the stage installs another torch",
        {
            "Dockerfile": "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime\n"
            "RUN pip install torch==2.8.0 --index-url https://download.pytorch.org/whl/cu128\n"
        },
        gpu=NEW,
    ),
    NearMiss(
        "only an earlier stage begins with it",
        {
            "Dockerfile": "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-devel AS tools\nRUN make notes\n"
            "FROM debian:12\nCOPY --from=tools /notes /notes\n"
        },
        gpu=NEW,
    ),
    NearMiss(
        "one of its libraries serves the GPU",
        {"compose.yaml": f"services:\n  a:\n    image: ollama/ollama:0.12.6\n{GPU}"},
        gpu=("GTX 1080", "RTX 5070 Ti"),
    ),
)
