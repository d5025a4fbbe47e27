"""How people, clouds, drivers and schedulers write a GPU, brought to what the tables know.

Forms of nvidia-smi and NVML: measured, drivers 525 to 610. vGPU types: https://docs.nvidia.com/vgpu/ ("Virtual GPU
Types"); MIG profiles: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/ . Google's labels (nvidia-tesla-a100,
and nvidia-l4-vws for a virtual workstation): https://cloud.google.com/compute/docs/gpus .
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ARCH = re.compile(r"(sm|compute|cc)?[ _-]?(\d{1,2})\.(\d)([af]?)|(sm|compute)[ -]?(\d{2,3}[af]?)")
_DEVICE = re.compile(
    r"""\[?(?:pci:)?(?:0x)?10de[:\- ]?(?:0x)?([0-9a-f]{4})\]?(?:\s*\(rev\ [0-9a-f]{2}\))?  # lspci -nn, one number
    |(?:0x)?([0-9a-f]{4})10de  # NVML and nvidia-smi: the device before the vendor
    |0x([0-9a-f]{4})
    |(?:pci\\)?ven_10de&dev_([0-9a-f]{4})\b.*  # Windows
    |pci:v000010ded0000([0-9a-f]{4})sv.*  # Linux's modalias
    """,
    re.VERBOSE,
)

_SHARE = re.compile(r"[-_ :](?:shared|vws|mig|mig[-_ ].*|(?:mig[-_ ])?(?:\d+c\.)?\d+g\.\d+gb(?:\+[\w.+-]+)?)$")
_VGPU = re.compile(r"(?:nvidia |grid )*(?P<gpu>.*?\w)(?: dc)?(?:-\d{1,2})?-\d{1,3}[abcq](?:me)?")
_VGPU_LETTERS = re.compile(r"(?<=\d)(?:d?[xlsp]|xm|xl|d)$")  # of a board's form: V100DX, A100D, H100XM, RTX6000P
_MEMORY = re.compile(r"(?:(?<![\w.])|(?<=ti|er))\d{1,4} ?(?:g|gb|gib|mb)(?![\w.])|\b(?:hbm|gddr)\d[a-z]{0,2}\b")
_FORM = re.compile(
    r"\b(?:pci-?e(?:xpress)?|sxm\d?|nvl\d*|hgx|dgx|mgx|ovx|egx|superpod|founders|edition|fe|oc|developer|dev|kit|module"
    r"|mega|asus|msi|gigabyte|zotac|palit|pny|evga|gainward|inno3d|galax)\b"
)
_INTEGRATED = re.compile(r" \((?:nvgpu|igpu)\)$")  # nvidia-smi on Jetson: "Orin (nvgpu)" (drivers 540.2 to 540.5)
_TESLA = re.compile(r"\btesla (?=[a-z]\d)")
_MOBILE = re.compile(r"\b(?:laptop|notebook|mobile|max[- ]?q(?: design)?)\b")
_MOBILE_LETTER = re.compile(r"(?<=\d{4})m\b")


def arch_of(text: str) -> str | None:
    """Return the architecture (`sm_120a`) or capability (`12.0`) that a text in lower case is another form of:
    `sm120`, `compute-90`, `12.0a`, `sm_8.6`, `cc 7.5`; None for what is no such form."""
    found = _ARCH.fullmatch(text)
    if found is None:
        return None
    if found[6]:
        return f"{found[5]}_{found[6]}"
    if found[4] or found[1] in ("sm", "compute"):
        return f"{found[1] if found[1] in ('sm', 'compute') else 'sm'}_{found[2]}{found[3]}{found[4]}"
    return f"{found[2]}.{found[3]}"


def device_of(text: str) -> str | None:
    """Return the PCI device id, four digits, that a text in lower case names together with NVIDIA's vendor id or as
    a hexadecimal number; None for what is no such form."""
    found = _DEVICE.fullmatch(text)
    return next((group for group in found.groups() if group), None) if found else None


def plainer(text: str) -> Iterator[str]:
    """Yield what remains of a name in lower case without a MIG or vGPU share, then also without the size and kind of
    memory, then without words of form and maker, then as the product that a laptop's is named after."""
    seen = {text}
    for form in _steps(text):
        form = " ".join(form.split()).strip(" -_")
        if form and form not in seen:
            seen.add(form)
            yield form


def _steps(text: str) -> Iterator[str]:
    whole = _SHARE.sub("", _INTEGRATED.sub("", text))
    yield whole
    text = re.sub(r"[-_]", " ", whole)
    if board := _VGPU.fullmatch(whole):
        text = board["gpu"].replace("-", " ")
        yield f"quadro {text}" if re.match(r"rtx ?[68]000p?$", text) else text
        text = _VGPU_LETTERS.sub("", text)
        yield f"quadro {text}" if re.match(r"rtx ?[68]000$", text) else text
    text = _MEMORY.sub(" ", text)
    yield text
    text = _FORM.sub(" ", text)
    yield text
    yield _TESLA.sub("", text)  # Google calls the A100 so, NVIDIA no longer does
    text = _MOBILE_LETTER.sub(" laptop", text)
    yield text
    if _MOBILE.search(text):
        bare = " ".join(_MOBILE.sub(" ", text).split())
        yield f"{bare}m"  # before the laptop's chip had the desktop's name: GTX 950M is no GTX 950
        yield bare
