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


def has_gpu(job: CiJob) -> bool:
    """Whether a job certainly runs on a machine with a GPU of NVIDIA's: by the labels that it asks for, or by a
    container that is given the GPUs."""
    if job.hosted:
        return False
    labels = [label[:_LONGEST] for label in job.runner]
    named = any(_GPU.search(label) is not None or products_in(label) for label in labels)
    return named or any(image.gpus for image in job.images)


def is_trial(project: Project, job: CiJob) -> bool:
    """Whether what the job installs, it installs for itself, and not certainly where a GPU is: on a machine without
    one, or on its owner's to try something and keep nothing."""
    if job.hosted:
        return True
    return bool(job.runner) and not has_gpu(job) and not is_published(project, job)


def is_on_others(job: CiJob, capability: ComputeCapability) -> bool:
    """Whether the labels name products, and none of them has this compute capability."""
    named = {each for label in job.runner for each in products_in(label[:_LONGEST])}
    return bool(named) and capability not in named


def runner_of(job: CiJob) -> str:
    """Return what is known of the machine, for a sentence."""
    labels = ", ".join(job.runner)
    return f"the runner {labels} has no GPU" if job.hosted else f"nothing says that the runner {labels} has a GPU"
