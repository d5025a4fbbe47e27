"""On which machines the jobs of a CI system run: with a GPU of NVIDIA's, without one, or nobody says."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import CiJob, Project
from cudacompat.domain.project.other_machines import products_in
from cudacompat.domain.project.published_jobs import is_published
from cudacompat.domain.words.capability import ComputeCapability

_LONGEST = 300  # characters of a label that are looked at
# [self-hosted, gpu], linux.g5.4xlarge.nvidia.gpu, gpu.nvidia.small, cuda-12; not: nogpu, cpu-no-gpu
_GPU = re.compile(r"(?i)(?<![a-z])(?<!no-)(?<!no_)(?:gpus?|cuda|nvidia)(?![a-z])")
# of a CI's own machines that certainly have no GPU
_HOSTED = ("ubuntu-", "windows-", "macos-", "saas-linux-")
# What a job of CircleCI runs on where it names no class: the default ones have no GPU. Its own classes are sizes:
# `medium+`, `arm.large`, `large.gen2`; those with a GPU have that word (`gpu.nvidia.small`), a runner of somebody's own
# is `namespace/name`. Source: circleci.com/docs, Configuration reference and Resource class overview, read 2026-11-30.
CIRCLE_EXECUTORS = ("docker", "machine", "macos")
_CIRCLE_SIZES = re.compile(r"(?:[a-z]\w{0,20}\.){0,2}(?:small|medium|large|\d?xlarge)\+?(?:\.gen\d)?")


def has_no_gpu(label: str, system: str) -> bool:
    """Return whether a machine with this label, of this CI system, is one of the CI's own that has no GPU."""
    if "gpu" in label.lower():
        return False
    if label.lower().startswith(_HOSTED):
        return True
    return system == "circle" and (label in CIRCLE_EXECUTORS or _CIRCLE_SIZES.fullmatch(label) is not None)


def is_hosted(job: CiJob) -> bool:
    """Whether a job certainly runs on a machine of the CI's own that has no GPU."""
    return bool(job.runner) and all(has_no_gpu(label, job.system) for label in job.runner)


def may_have_gpu(job: CiJob) -> bool:
    """Whether a job asks for a machine of somebody's own, which may have a GPU, or names one."""
    return bool(job.runner) and not is_hosted(job)


def has_gpu(job: CiJob) -> bool:
    """Whether a job certainly runs on a machine with a GPU of NVIDIA's: by the labels that it asks for, or by a
    container that is given the GPUs."""
    if is_hosted(job):
        return False
    labels = [label[:_LONGEST] for label in job.runner]
    named = any(_GPU.search(label) is not None or products_in(label) for label in labels)
    return named or any(image.gpus for image in job.images)


def is_trial(project: Project, job: CiJob) -> bool:
    """Whether what the job installs, it installs for itself, and not certainly where a GPU is: on a machine without
    one, or on its owner's to try something and keep nothing."""
    if is_hosted(job):
        return True
    return bool(job.runner) and not has_gpu(job) and not is_published(project, job)


def is_on_others(job: CiJob, capability: ComputeCapability) -> bool:
    """Whether the labels name products, and none of them has this compute capability."""
    named = {each for label in job.runner for each in products_in(label[:_LONGEST])}
    return bool(named) and capability not in named


def runner_of(job: CiJob) -> str:
    """Return what is known of the machine, for a sentence."""
    labels = ", ".join(job.runner)
    return f"the runner {labels} has no GPU" if is_hosted(job) else f"nothing says that the runner {labels} has a GPU"
