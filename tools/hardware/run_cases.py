#!/usr/bin/env python3
"""Loads the files of build_cases.py with this machine's driver and records what it does.

    run_cases.py BUILT OUT [--only GLOB]

Needs Python and the driver's libcuda.so.1, nothing else (BUILT/lib brings the CUDA runtime of the programs).
Each file is loaded three ways (cuModuleLoadData, cuModuleLoad, cuLibraryLoadData) in every mode of the JIT,
and each kernel is looked up and launched. A process loads many files; it ends when one breaks it (an error
that stays, a crash, a hang), and a new one goes on behind it. Programs are run as they are.

OUT gets results.json and what nvidia-smi and NVML say of the machine, without serial numbers and UUIDs.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import fnmatch
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MODES: dict[str, dict[str, str]] = {
    "default": {},
    "jit-disabled": {"CUDA_DISABLE_PTX_JIT": "1"},
    "jit-forced": {"CUDA_FORCE_PTX_JIT": "1"},
    "eager": {"CUDA_MODULE_LOADING": "EAGER"},
    "jit-disabled-by-CUDA_DISABLE_JIT": {"CUDA_DISABLE_JIT": "1"},
    "jit-forced-by-CUDA_FORCE_JIT": {"CUDA_FORCE_JIT": "1"},
    "jit-disabled-and-forced": {"CUDA_DISABLE_PTX_JIT": "1", "CUDA_FORCE_PTX_JIT": "1"},
}
# How the driver reads the values of these variables; asked of two cases that tell all the policies apart.
SPELT_WITH = ("sass-over-ptx/sm_90-12.4+compute_90-isa-8.0-12", "ptx-only/compute_80-isa-8.7")
SPELLINGS: dict[str, dict[str, str]] = {
    " ".join(f"{name}={value}" for name, value in variables.items()): variables
    for variables in (
        *({f"CUDA_{word}_PTX_JIT": value} for word in ("DISABLE", "FORCE") for value in ("0", "", "2", "-1", "yes")),
        *(
            {f"CUDA_{word}_PTX_JIT": one, f"CUDA_{word}_JIT": other}
            for word in ("DISABLE", "FORCE")
            for one, other in (("0", "1"), ("1", "0"), ("0", "0"), ("", "1"))
        ),
        {"CUDA_DISABLE_JIT": "1", "CUDA_FORCE_JIT": "1"},
        {"CUDA_DISABLE_JIT": "1", "CUDA_FORCE_PTX_JIT": "1"},
    )
}
PADDING = 65536  # zero bytes behind each image: the driver trusts the sizes that a broken file states
TIMEOUT = 15  # seconds for one file or program
UNWRITTEN = 0xDEADBEEF

_ARRAY = ctypes.c_void_p * 1


# --- the driver ---------------------------------------------------------------------------------------------


class DriverMissingError(Exception):
    """There is no driver, or it does not come up."""


class Driver:
    """libcuda and one context on the first GPU."""

    def __init__(self) -> None:
        try:
            self.cuda = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise DriverMissingError(f"no NVIDIA driver here: {error}") from None
        self.must("cuInit", 0)
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.must("cuDeviceGet", ctypes.byref(device), 0)
        self.must("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.must("cuCtxSetCurrent", context)
        self.device = device
        self.out = ctypes.c_uint64()
        self.must("cuMemAlloc_v2", ctypes.byref(self.out), ctypes.c_size_t(4))

    def call(self, name: str, *args: object) -> int:
        return int(getattr(self.cuda, name)(*args))

    def must(self, name: str, *args: object) -> None:
        code = self.call(name, *args)
        if code:
            raise DriverMissingError(f"{name}: error {code}")

    def error_name(self, code: int) -> str:
        text = ctypes.c_char_p()
        self.call("cuGetErrorName", code, ctypes.byref(text))
        return (text.value or b"?").decode()

    def facts(self) -> dict[str, object]:
        name = ctypes.create_string_buffer(256)
        self.must("cuDeviceGetName", name, 256, self.device)
        version, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
        self.must("cuDriverGetVersion", ctypes.byref(version))
        self.must("cuDeviceGetAttribute", ctypes.byref(major), 75, self.device)
        self.must("cuDeviceGetAttribute", ctypes.byref(minor), 76, self.device)
        cuda = f"{version.value // 1000}.{version.value % 1000 // 10}"
        capability = f"{major.value}.{minor.value}"
        return {"name": name.value.decode(), "compute_capability": capability, "cuda": cuda}

    def launch(self, function: ctypes.c_void_p) -> tuple[int, int | None]:
        """(error, what the kernel wrote)."""
        code = self.call("cuMemsetD32_v2", self.out, ctypes.c_uint(UNWRITTEN), ctypes.c_size_t(1))
        if code:
            return code, None
        parameter = _ARRAY(ctypes.cast(ctypes.pointer(self.out), ctypes.c_void_p))
        code = self.call("cuLaunchKernel", function, *[ctypes.c_uint(1)] * 6, ctypes.c_uint(0), None, parameter, None)
        code = code or self.call("cuCtxSynchronize")
        if code:
            return code, None
        value = ctypes.c_uint()
        code = self.call("cuMemcpyDtoH_v2", ctypes.byref(value), self.out, ctypes.c_size_t(4))
        return code, value.value

    # each way: the error of loading, then per kernel the error that stopped it and what it wrote

    def by_module(self, how: str, source: object, kernels: list[str]) -> dict[str, object]:
        module = ctypes.c_void_p()
        load = self.call(how, ctypes.byref(module), source)
        answers: dict[str, list[int | None]] = {}
        for kernel in kernels:
            function = ctypes.c_void_p()
            code, value = load, None
            code = code or self.call("cuModuleGetFunction", ctypes.byref(function), module, kernel.encode())
            if not code:
                code, value = self.launch(function)
            answers[kernel] = [code, value]
        if not load:
            self.call("cuModuleUnload", module)
        return {"load": load, "kernels": answers}

    def by_library(self, data: object, kernels: list[str]) -> dict[str, object]:
        """The way of the CUDA runtime: loading is put off until a kernel is asked for."""
        library = ctypes.c_void_p()
        load = self.call("cuLibraryLoadData", ctypes.byref(library), data, None, None, 0, None, None, 0)
        answers: dict[str, list[int | None]] = {}
        for kernel in kernels:
            handle, function = ctypes.c_void_p(), ctypes.c_void_p()
            code, value = load, None
            code = code or self.call("cuLibraryGetKernel", ctypes.byref(handle), library, kernel.encode())
            code = code or self.call("cuKernelGetFunction", ctypes.byref(function), handle)
            if not code:
                code, value = self.launch(function)
            answers[kernel] = [code, value]
        if not load:
            self.call("cuLibraryUnload", library)
        return {"load": load, "kernels": answers}

    def log_of(self, data: object) -> str:
        """What the JIT says when it refuses."""
        module, log = ctypes.c_void_p(), ctypes.create_string_buffer(4096)
        options = (ctypes.c_int * 2)(5, 6)  # error log buffer, its size
        values = (ctypes.c_void_p * 2)(ctypes.cast(log, ctypes.c_void_p), ctypes.c_void_p(4096))
        if not self.call("cuModuleLoadDataEx", ctypes.byref(module), data, 2, options, values):
            self.call("cuModuleUnload", module)
        return log.value.decode(errors="replace").strip()


def load_case(driver: Driver, path: Path, kernels: list[str], with_log: bool) -> Iterator[dict[str, object]]:
    """What one file does: first by cuModuleLoadData, then with the ways beside it that answer otherwise."""
    data = path.read_bytes() + bytes(PADDING)
    result = driver.by_module("cuModuleLoadData", data, kernels)
    yield result
    if driver.call("cuCtxSynchronize"):
        yield result | {"broke": "the context is lost"}
        return
    if with_log and result["load"]:
        log = driver.log_of(data)
        if log:
            result["log"] = log
    others = {
        "cuModuleLoad": driver.by_module("cuModuleLoad", str(path).encode(), kernels),
        "cuLibraryLoadData": driver.by_library(data, kernels),
    }
    differs = {name: other for name, other in others.items() if other["kernels"] != result["kernels"]}
    yield result | ({"differs": differs} if differs else {})


def worker() -> None:
    """Loads the cases named on standard input, one JSON line each; ends early when one breaks the context."""
    asked = json.load(sys.stdin)
    try:
        driver = Driver()
    except DriverMissingError as error:
        raise SystemExit(str(error)) from None
    for case in asked["cases"]:
        print(json.dumps({"begin": case["id"]}), flush=True)
        signal.alarm(TIMEOUT)  # no handler: it ends a process that hangs inside the driver
        for result in load_case(driver, Path(case["path"]), case["ask"], asked["log"]):
            print(json.dumps({"id": case["id"], "result": result}), flush=True)
        print(json.dumps({"end": case["id"]}), flush=True)
        if driver.call("cuCtxSynchronize"):
            return


# --- running everything -------------------------------------------------------------------------------------


def environment(mode: str, built: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CUDA_") or k == "CUDA_VISIBLE_DEVICES"}
    paths = [str(built / "lib"), *filter(None, [clean.get("LD_LIBRARY_PATH")])]
    return clean | {"CUDA_CACHE_DISABLE": "1", "LD_LIBRARY_PATH": ":".join(paths)} | (MODES | SPELLINGS)[mode]


def run_files(mode: str, built: Path, cases: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Every file in one mode, in as many processes as it takes."""
    left = [{"id": c["id"], "path": str(built / "cases" / str(c["file"])), "ask": c["ask"]} for c in cases]
    results: dict[str, dict[str, object]] = {}
    while left:
        request = json.dumps({"cases": left, "log": mode == "default"})
        done = subprocess.run(
            [sys.executable, __file__, "--worker"],
            input=request,
            capture_output=True,
            text=True,
            env=environment(mode, built),
        )
        begun = ended = None
        for line in done.stdout.splitlines():
            message = json.loads(line)
            begun, ended = message.get("begin", begun), message.get("end", ended)
            if "id" in message:
                results[message["id"]] = message["result"]
        if begun is None:
            raise DriverMissingError(f"{mode}: no file was loaded: {done.stderr.strip()}")
        if begun != ended:
            results.setdefault(begun, {})["broke"] = f"the process ended: {done.returncode}"
        left = [case for case in left if case["id"] not in results]
    return results


def run_program(mode: str, built: Path, case: dict[str, object]) -> dict[str, object]:
    """One program, its kernels forwards and backwards: the answers must not depend on the order."""
    path = built / "cases" / str(case["file"])
    path.chmod(0o755)
    answers = []
    for backwards in (False, True):
        command = [str(path), *(["backwards"] if backwards else [])]
        if path.suffix == ".so":
            call = f"import ctypes; ctypes.CDLL({str(path)!r}).report({int(backwards)})"
            command = [sys.executable, "-c", call]
        try:
            env = environment(mode, built)
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, env=env)
        except subprocess.TimeoutExpired:
            return {"broke": "the program hangs"}
        rows = [line.split() for line in done.stdout.splitlines()]
        kernels = {name: [int(code), int(value) if code == "0" else None] for name, code, value in rows}
        answers.append(kernels)
        if done.returncode or sorted(kernels) != sorted(map(str, case["ask"])):  # type: ignore[call-overload]
            said = done.stderr.strip()[-300:].replace(str(built), "")
            return {"broke": f"exit {done.returncode}: {said}", "kernels": kernels}
    result: dict[str, object] = {"kernels": answers[0]}
    if answers[1] != answers[0]:
        result["backwards"] = answers[1]
    return result


def run_all(built: Path, out: Path, only: str) -> None:
    cases = json.loads((built / "cases.json").read_text())["cases"]
    cases = [case for case in cases if fnmatch.fnmatch(case["id"], only)]
    files = [case for case in cases if case["group"] != "program"]
    programs = [case for case in cases if case["group"] == "program"]
    facts = machine_facts(out)
    results: dict[str, dict[str, object]] = {case["id"]: {} for case in cases}
    with ThreadPoolExecutor(10) as pool:
        loading = {mode: pool.submit(run_files, mode, built, files) for mode in MODES}
        few = [case for case in files if case["id"] in SPELT_WITH]
        loading |= {mode: pool.submit(run_files, mode, built, few) for mode in SPELLINGS}
        running = {
            (mode, case["id"]): pool.submit(run_program, mode, built, case) for mode in MODES for case in programs
        }
        for mode, future in loading.items():
            for case_id, result in future.result().items():
                results[case_id][mode] = result
        for (mode, case_id), ran in running.items():
            results[case_id][mode] = ran.result()
    record = {
        "machine": facts,
        "modes": {mode: {"CUDA_CACHE_DISABLE": "1"} | extra for mode, extra in (MODES | SPELLINGS).items()},
        "errors": error_names(results),
        "results": results,
    }
    (out / "results.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"{len(results)} cases recorded on {facts['name']}, driver {facts['driver']}")


def error_names(results: object) -> dict[str, str]:
    """The driver's own names of all the codes that came up."""
    codes: set[int] = set()

    def collect(node: object) -> None:
        if isinstance(node, dict):
            for key, child in node.items():
                if key == "load":
                    codes.add(child)
                elif key in ("kernels", "backwards"):
                    codes.update(answer[0] for answer in child.values())
                else:
                    collect(child)

    collect(results)
    driver = Driver()
    return {str(code): driver.error_name(code) for code in sorted(codes)}


# --- what the machine says of itself ------------------------------------------------------------------------

_SECRETS = (
    (
        re.compile(r"\b(GPU|MIG)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        r"\1-00000000-0000-0000-0000-000000000000",
    ),
    (
        re.compile(r"(<(?P<tag>\w*(?:serial|uuid|guid|pdi|board_id)\w*)>)(?!GPU-|N/A)[^<]+(</(?P=tag)>)"),
        r"\g<1>0\g<3>",
    ),
)


def masked(text: str) -> str:
    """The text without what names this one board."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def machine_facts(out: Path) -> dict[str, object]:
    """GPU, driver and date; beside results.json, nvidia-smi's and NVML's own words."""
    facts: dict[str, object] = {}
    columns = "index,name,uuid,pci.bus_id,pci.device_id,compute_cap,driver_version,memory.total"
    commands = {
        "nvidia-smi.txt": [],
        "nvidia-smi-q.xml": ["-q", "-x"],
        "nvidia-smi-query.csv": [f"--query-gpu={columns}", "--format=csv,noheader"],
    }
    for name, flags in commands.items():
        try:
            done = subprocess.run(["nvidia-smi", *flags], capture_output=True, text=True, timeout=60)
            (out / name).write_text(masked(done.stdout))
            if name.endswith(".csv"):
                facts["driver"] = done.stdout.split(", ")[6]
        except OSError as error:
            print(f"nvidia-smi: {error}", file=sys.stderr)
    version = Path("/proc/driver/nvidia/version")
    if version.exists():
        (out / "proc-driver-nvidia-version.txt").write_text(version.read_text())
    try:
        (out / "nvml.json").write_text(json.dumps(nvml_facts(), indent=1) + "\n")
    except Exception as error:
        print(f"NVML: {type(error).__name__}: {error}", file=sys.stderr)
    facts = Driver().facts() | {"driver": None} | facts
    facts["recorded"] = datetime.datetime.now(datetime.UTC).date().isoformat()
    return facts


def nvml_facts() -> dict[str, object]:
    """What nvidia-ml-py answers, by the names of its functions."""
    import pynvml as nvml

    def plain(value: object) -> object:
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        if isinstance(value, str):
            return masked(value)
        if isinstance(value, ctypes.Structure):
            return {name: plain(getattr(value, name)) for name, *_ in value._fields_}
        if isinstance(value, (tuple, list)):
            return [plain(item) for item in value]
        if hasattr(value, "__dict__"):
            return {name: plain(item) for name, item in vars(value).items()}
        return value

    def answers(names: str, *args: object) -> dict[str, object]:
        found: dict[str, object] = {}
        for name in names.split():
            try:
                found[name] = plain(getattr(nvml, name)(*args))
            except Exception as error:
                found[name] = {"error": f"{type(error).__name__}: {error}"}
        return found

    nvml.nvmlInit()
    system = answers(
        "nvmlSystemGetDriverVersion nvmlSystemGetNVMLVersion nvmlSystemGetCudaDriverVersion "
        "nvmlSystemGetCudaDriverVersion_v2 nvmlDeviceGetCount"
    )
    per_device = (
        "nvmlDeviceGetName nvmlDeviceGetUUID nvmlDeviceGetCudaComputeCapability nvmlDeviceGetArchitecture "
        "nvmlDeviceGetBrand nvmlDeviceGetPciInfo nvmlDeviceGetMemoryInfo nvmlDeviceGetMigMode "
        "nvmlDeviceGetComputeMode nvmlDeviceGetNumGpuCores nvmlDeviceGetBoardPartNumber "
        "nvmlDeviceGetComputeRunningProcesses"
    )
    devices = [
        answers(per_device, nvml.nvmlDeviceGetHandleByIndex(index)) for index in range(nvml.nvmlDeviceGetCount())
    ]
    return {"system": system, "devices": devices}


def main() -> None:
    if sys.argv[1:] == ["--worker"]:
        worker()
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("built", type=Path, help="the folder that build_cases.py made")
    parser.add_argument("out", type=Path, help="where the records go")
    parser.add_argument("--only", default="*", metavar="GLOB", help="the cases whose id matches")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        run_all(args.built.resolve(), args.out.resolve(), args.only)
    except DriverMissingError as error:
        raise SystemExit(f"run_cases: {error}") from None


if __name__ == "__main__":
    main()
