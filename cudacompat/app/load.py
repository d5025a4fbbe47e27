"""`verify --load`: the judge's verdict on each module, and the driver's answer beside it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from cudacompat.app.check import judge_read
from cudacompat.app.inputs.targets import jit_from, native_targets, resolve_targets
from cudacompat.artifacts.files.extent import OnDisk, size_of
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.machine.facts import Found, GpuDevice
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.load import LoadReport
from cudacompat.domain.rules.run import LOAD_RULES
from cudacompat.domain.runs.load import ArtifactLoad, LoadComparison, ModuleAnswer, compare, loadable
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.host.gpus import driver_api
from cudacompat.host.gpus.driver_api import DriverSilentError, LoadRequest

Ask = Callable[[Sequence[LoadRequest], int], tuple[ModuleAnswer, ...]]


def load(
    paths: Sequence[str],
    specs: Sequence[str] = (),
    policy: Policy | None = None,
    on_file: Callable[[str], None] | None = None,
    ask: Ask = driver_api.load,
) -> LoadReport:
    """Return what the driver does with every module of these paths, beside what the judge says, on one GPU of each
    kind that this machine has (of those named, if any are). `UsageError` where there is no GPU or no driver."""
    gpus = gpus_to_ask(specs)
    read = read_paths(paths, kernels=True, on_file=on_file)
    checked = judge_read(read, tuple(target for target, _ in gpus), policy or Policy(), paths=paths)
    loads: list[ArtifactLoad] = []
    unread: list[NotRead] = []
    with OnDisk() as disk:
        for artifact in read.artifacts:
            if any(ArtifactPath.parse(artifact.path).lies_in(image.path) for image in read.images):
                unread.append(NotRead(artifact.path, "file of a container image: copy it to the disk to load it"))
                continue
            for target, device in gpus:
                if on_file is not None:
                    on_file(artifact.path)
                done = load_artifact(artifact, target, device, disk=disk, ask=ask)
                if isinstance(done, NotRead):
                    unread.append(done)
                else:
                    loads.append(done)
    findings = [finding for each in loads for rule in LOAD_RULES for finding in rule.check(each)]
    checked = replace(checked, not_read=(*checked.not_read, *unread))
    return LoadReport(checked, tuple(loads), (*findings, *checked.findings))


def gpus_to_ask(specs: Sequence[str]) -> list[tuple[Target, int]]:
    """Return the targets that these SPECs name among this machine's GPUs (all, without any), each with the number of a
    GPU of its kind. `UsageError` where there is none."""
    from cudacompat.host.gpus.driver import release as driver_release
    from cudacompat.host.gpus.probe import gpus as probe_gpus

    found = probe_gpus()
    release = driver_release()
    jit = jit_from(os.environ)
    if not isinstance(found, Found):
        raise UsageError(f"no NVIDIA driver on this machine (looked in: {', '.join(found.tried)})")
    here = [(target, _device(target, found.value)) for target in native_targets(found, release, jit)]
    wanted = [spec for spec in specs if spec.strip().lower() != "native"]
    if not wanted:
        return here
    named = _named(wanted, release, jit)
    chosen = [(target, device) for target, device in here if any(target.capability == n.capability for n in named)]
    lacking = [n.label for n in named if all(target.capability != n.capability for target, _ in here)]
    if lacking:
        has = ", ".join(target.label for target, _ in here)
        raise UsageError(f"this machine has no {lacking[0]}; it has {has}")
    return chosen


def _named(specs: Sequence[str], release: DriverRelease | None, jit: JitPolicy) -> tuple[Target, ...]:
    return resolve_targets(specs, release, jit, environment=os.environ, ask_machine=False)


def _device(target: Target, gpus: Sequence[GpuDevice]) -> int:
    return next(gpu.index for gpu in gpus if gpu.capability == target.capability and gpu.name == target.name)


def load_artifact(
    artifact: BinaryArtifact, target: Target, device: int, disk: OnDisk, ask: Ask
) -> ArtifactLoad | NotRead:
    not_asked: Counter[str] = Counter()
    asked: list[DeviceModule] = []
    for module in artifact.modules:
        why = loadable(module)
        if why is None:
            asked.append(module)
        else:
            not_asked[why] += 1
    compared: tuple[LoadComparison, ...] = ()
    if asked:
        file = disk.file(artifact.path)
        if isinstance(file, NotRead):
            return file
        requests = [LoadRequest(str(file), m.offset, size_of(file, m), kernels=tuple(sorted(m.kernels))) for m in asked]
        try:
            answers = ask(requests, device)
        except DriverSilentError as error:
            raise UsageError(f"the driver on this machine does not answer: {error}") from error
        compared = tuple(compare(judge(target, m), answer) for m, answer in zip(asked, answers, strict=True))
    return ArtifactLoad(artifact.path, target, compared, not_asked=tuple(sorted(not_asked.items())))
