"""Which jobs of a CI system build what somebody else gets. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import CiJob, Project

# the lines below an upload of what a trial says: `name: test-logs`, `path: coverage.txt`, and no name of a build
_OF_A_TRIAL = (
    r"[^\n]{0,200}(?:\n[ \t]*(?!- )(?!(?:name|path):)[^\n]{0,200}){0,4}"
    r"\n[ \t]*(?:name|path):[^\n]{0,100}(?:\blogs?\b|\bresults?\b|\breports?\b|coverage)"
)
# What leaves a job for others, and where a workflow says that it is there for that.
_KEEPS = re.compile(
    rf"upload-artifact(?!{_OF_A_TRIAL})|upload-release|gh-release|gh release|twine|gh-action-pypi|push:\s*true"
    r"|docker push|artifacts:"
    r"|PublishBuildArtifacts|PublishPipelineArtifact|store_artifacts|persist_to_workspace|archiveArtifacts"
)
_RELEASES = re.compile(r"(?m)^[ \t]*[\"']?on[\"']?:[^\n]*(?:\btags\b|\brelease\b)|^[ \t]+(?:tags|release):")
_CHANGES = re.compile(r"\bpull_request\b|\bmerge_group\b")
_FOR_RELEASES = re.compile(r"(?i)release|publish|wheel|deploy|package")


def is_published(project: Project, job: CiJob) -> bool:
    """Whether what the job builds is kept by anybody: a step keeps it, or the workflow is there for releases. Jobs of
    GitLab take `artifacts` from others, too."""
    file = project.file(job.file)
    if file is None:
        return False
    if _FOR_RELEASES.search(base_name(job.file)) or _FOR_RELEASES.search(job.name):
        return True
    if job.system != "github":
        return project.once(("published", job.file), lambda: _KEEPS.search(file.text) is not None)
    starts = project.once(
        ("jobs_begin", job.file), lambda: sorted(each.place.start for each in project.jobs if each.file == job.file)
    )
    head = starts[0] if starts else 0
    if project.once(("releases", job.file), lambda: _is_for_releases(file.text[:head])):
        return True
    at = bisect_right(starts, job.place.start)
    end = starts[at] if at < len(starts) else len(file.text)
    return project.once(("published", job.place.at), lambda: _KEEPS.search(file.text, job.place.start, end) is not None)


def publishes_nothing(project: Project, file: str) -> bool:
    """Whether the file has jobs, and nobody keeps what any of them builds."""
    jobs = project.once("jobs_by_file", lambda: _by_file(project.jobs)).get(file, ())
    return bool(jobs) and not project.once(
        ("any published", file), lambda: any(is_published(project, job) for job in jobs)
    )


def _by_file(jobs: Iterable[CiJob]) -> Mapping[str, Sequence[CiJob]]:
    found: dict[str, list[CiJob]] = {}
    for job in jobs:
        found.setdefault(job.file, []).append(job)
    return found


def _is_for_releases(head: str) -> bool:
    """Whether a workflow, by what starts it, is there for releases: not one that every proposed change starts, too."""
    return _RELEASES.search(head) is not None and _CHANGES.search(head) is None
