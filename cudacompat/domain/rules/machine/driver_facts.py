"""Why a driver that is here does not work: the causes that the probes saw, narrowed down by what the system shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.driver_packages import without_nouveau


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause in words, with its cure. `sign` is what the system shows besides the troubles, `is_whole` whether it is
    in the way of all GPUs."""

    message: str
    why: str
    help: str
    command: str | None = None
    troubles: tuple[Trouble, ...] = ()
    sign: str | None = None
    is_whole: bool = True


def diagnoses(machine: Machine) -> Iterator[Diagnosis]:
    """Yield what is wrong with the driver as a whole; a trouble of one GPU is not of it."""
    inside = machine.facts.container.inside
    signature = machine.troubles(Cause.SIGNATURE)
    not_loaded = machine.troubles(Cause.NOT_LOADED)
    if signature:
        yield _refused(signature, None)
    elif not_loaded:
        yield _not_loaded(machine, not_loaded)
    for cause, (message, why, help_, command) in _PLAIN.items():
        troubles = tuple(each for each in machine.troubles(cause) if each.gpu is None)
        if troubles:
            help_ = help_.replace("reboot", "reboot the host", 1) if inside else help_
            yield Diagnosis(message, why, help_, command=None if inside else command, troubles=troubles)
    if troubles := machine.troubles(Cause.MIG_EMPTY):
        yield from _without_instances(machine, troubles)
    if troubles := machine.troubles(Cause.BLOCKED):
        yield _blocked(machine, troubles)
    if troubles := machine.troubles(Cause.NO_PERMISSION):
        yield _denied(machine, troubles)
    explained = machine.troubles(Cause.OPEN_REQUIRED, Cause.CLOSED_REQUIRED, Cause.GSP, Cause.GPU_LOST, Cause.NO_WINDOW)
    empty = machine.troubles(Cause.NO_DEVICES)
    if empty and not explained and not inside and not machine.gpus:
        yield Diagnosis(
            "the kernel module is loaded and has started no GPU",
            "the driver found a GPU that it cannot start, or none",
            "read the driver's lines in the kernel's log: they name the reason",
            command="sudo dmesg | grep -i nvrm",
            troubles=empty,
        )


def _refused(troubles: tuple[Trouble, ...], sign: str | None) -> Diagnosis:
    return Diagnosis(
        "Secure Boot refuses the driver's kernel module",
        "the module is signed with a key that this machine does not know",
        "enroll the key that signed the module, reboot and confirm; or install the distribution's signed module",
        command="sudo mokutil --import /var/lib/shim-signed/mok/MOK.der",
        troubles=troubles,
        sign=sign,
    )


def _not_loaded(machine: Machine, troubles: tuple[Trouble, ...]) -> Diagnosis:
    files, bus = machine.facts.driver_files, machine.facts.bus
    holders = {card.driver for card in bus if card.driver is not None}
    if machine.facts.container.inside:
        return Diagnosis(
            "the driver's kernel module is not loaded on the host",
            "a container uses the kernel of its host",
            "make nvidia-smi work on the host first; a driver inside the container does not help",
            troubles=troubles,
        )
    if "nouveau" in holders or ("nouveau" in files.loaded and "nvidia" not in holders):
        return Diagnosis(
            "nouveau holds the GPU, so NVIDIA's driver cannot",
            "a GPU has one kernel driver",
            "blacklist nouveau, rebuild the initial RAM disk and reboot",
            command=without_nouveau(machine.facts.platform),
            troubles=troubles,
            sign="the GPU's kernel driver is nouveau",
        )
    if holders == {"vfio-pci"}:
        return Diagnosis(
            "vfio-pci holds the GPU for a virtual machine",
            "a GPU that is passed through is not this system's",
            "use the GPU in the virtual machine, or remove its id from the options of vfio-pci and reboot",
            troubles=troubles,
            sign="the GPU's kernel driver is vfio-pci",
        )
    if files.on_disk is False:
        return Diagnosis(
            "the running kernel has no NVIDIA module",
            "DKMS builds the module for each kernel, and there is none for this one",
            "install the headers of this kernel and build the module",
            command="sudo dkms autoinstall",
            troubles=troubles,
            sign="no nvidia.ko among the modules of this kernel",
        )
    if files.secure_boot:
        return _refused(troubles, "Secure Boot is on")
    return Diagnosis(
        "the driver's kernel module is not loaded",
        "the driver's libraries are here, and without the module no program reaches a GPU",
        "load the module; what modprobe says if it fails is the reason",
        command="sudo modprobe nvidia",
        troubles=troubles,
    )


# The message, why it matters, the cure, and its command on the machine itself.
_PLAIN: dict[Cause, tuple[str, str, str, str | None]] = {
    Cause.NO_ANSWER: (
        "the driver does not answer",
        "every program that asks it hangs, too",
        "reboot; Xid lines in the kernel's log (dmesg) say why it hangs",
        "sudo reboot",
    ),
    Cause.CRASHED: (
        "a library of the driver crashes",
        "the libraries of two drivers are mixed, or a file is damaged",
        "install the packages of one driver release again, then reboot",
        None,
    ),
    Cause.GSP: (
        "the GPU's firmware (GSP) does not start",
        "the driver loads firmware of exactly its own release, and a GPU in a bad state refuses it",
        "install the firmware package of the driver's release; then switch the machine off and on again",
        None,
    ),
    Cause.NOT_READY: (
        "CUDA is not ready (CUDA error 802)",
        "a machine with NVSwitch needs the fabric manager, of exactly the driver's release",
        "install nvidia-fabricmanager of the driver's release and start it",
        "sudo systemctl enable --now nvidia-fabricmanager",
    ),
    Cause.CUDA_FAILS: (
        "CUDA does not start, although the driver answers",
        "every CUDA program fails at its first call",
        "load the module nvidia-uvm; if that does not help, reboot",
        "sudo nvidia-modprobe -u -c=0",
    ),
}


def _without_instances(machine: Machine, troubles: tuple[Trouble, ...]) -> Iterator[Diagnosis]:
    """Yield the diagnosis for GPUs in MIG mode without instances, of those that programs see. Its command names them,
    so that other GPUs keep their mode and their instances."""
    closed = {trouble.gpu for trouble in troubles}
    seen = {str(gpu.index) for gpu in machine.visible.seen}
    is_whole = None in closed or seen <= closed
    own = sorted(each for each in closed & seen if each is not None)
    if not is_whole and not own:
        return
    some_of = f" on GPU {', '.join(own)}" if own and not is_whole else ""
    which = f" -i {','.join(own)}" if own and len(own) < len(machine.gpus) else ""
    yield Diagnosis(
        f"MIG mode is on{some_of}, and there is no MIG instance",
        "CUDA shows a GPU in MIG mode by its instances only (CUDA error 100)",
        "create instances (nvidia-smi mig -lgip lists the sizes), or switch MIG mode off"
        + (" on the host" if machine.facts.container.inside else ""),
        command=None if machine.facts.container.inside else f"sudo nvidia-smi{which} -mig 0",
        troubles=tuple(each for each in troubles if each.gpu is None or each.gpu in own) or troubles,
        is_whole=is_whole,
    )


def _blocked(machine: Machine, troubles: tuple[Trouble, ...]) -> Diagnosis:
    if machine.is_wsl:
        return Diagnosis(
            "Windows blocks the access to the GPU",
            "WSL uses the driver of Windows, in WDDM mode",
            "update WSL and the driver of Windows (GeForce or RTX line); remove drivers that are installed inside WSL",
            command="wsl.exe --update",
            troubles=troubles,
        )
    return Diagnosis(
        "the operating system blocks the access to the GPU",
        "a control group, a container or a security module keeps the device files back",
        "start the container with its GPUs, or allow the device files in its control group",
        troubles=troubles,
    )


def _denied(machine: Machine, troubles: tuple[Trouble, ...]) -> Diagnosis:
    closed = [f"/dev/{name}" for name, allowed in machine.facts.driver_files.nodes if not allowed]
    inside = machine.facts.container.inside
    return Diagnosis(
        "this user may not open the driver's device files",
        "a program opens /dev/nvidiactl, /dev/nvidia-uvm and /dev/nvidiaN",
        "keep the user's groups in the container (podman run --group-add keep-groups); on SELinux, allow devices"
        if inside
        else "add the user to the group that owns the files, and log in again",
        command=None if inside else 'sudo usermod -aG video "$USER"',
        troubles=troubles,
        sign=f"closed to this user: {', '.join(closed)}" if closed else None,
    )
