"""A GPU that is not there: libraries compiled for a test that answer as an H200's driver 580.159.04 was recorded to.

The numbers are those of tests/data/h200/signs.json: what is in use on an idle GPU, what a bare context takes. A process
is listed by the NVML made here for as long as it lives after it made a context with the libcuda made here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.helpers.machine import library, recorded

IDLE, CONTEXT = 644939776, 543162368

NVML = r"""
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; } Pci;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned pid; unsigned long long used; unsigned gi, ci; } Process;
typedef struct { unsigned gpu, memory; } Utilization;
static const char *folder(void) { return getenv("FAKE_GPU"); }
static int gpus(void) { char *n = getenv("FAKE_GPUS"); return n ? atoi(n) : 1; }
static int read_in(const char *name, unsigned long long *value) {
    char path[4096]; snprintf(path, sizeof path, "%s/%s", folder(), name);
    FILE *f = fopen(path, "r"); if (!f) return 0;
    int ok = fscanf(f, "%llu", value) == 1; fclose(f); return ok; }
static int zombie(long pid) {
    char path[64], line[512], *end; snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r"); if (!f) return 1;
    int ok = fgets(line, sizeof line, f) != 0; fclose(f);
    return !ok || !(end = strrchr(line, ')')) || end[2] == 'Z'; }
static unsigned list(int device, Process *into, unsigned room) {
    DIR *d = opendir(folder()); struct dirent *e; unsigned n = 0;
    while (d && (e = readdir(d))) {
        long pid; int on; unsigned long long bytes;
        if (sscanf(e->d_name, "process-%ld-%d", &pid, &on) != 2 || on != device || zombie(pid)) continue;
        if (!read_in(e->d_name, &bytes)) continue;
        if (n < room) { memset(into + n, 0, sizeof *into); into[n].pid = pid; into[n].used = bytes; }
        n++; }
    if (d) closedir(d);
    return n; }
int nvmlInitWithFlags(unsigned f) { return 0; }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int e) { return "an error in NVML's words"; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = gpus(); return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) { *h = (void *)(long)(i + 1); return 0; }
int nvmlDeviceGetName(void *h, char *s, unsigned n) {
    char *second = getenv("FAKE_SECOND_NAME");
    strncpy(s, h == (void *)2 && second ? second : REC_NAME, n); return 0; }
int nvmlDeviceGetUUID(void *h, char *s, unsigned n) { strncpy(s, REC_UUID, n); return 0; }
int nvmlDeviceGetPciInfo_v3(void *h, Pci *p) { memset(p, 0, sizeof *p); p->id = strtoul(REC_PCI, 0, 0); return 0; }
int nvmlDeviceGetCudaComputeCapability(void *h, int *a, int *b) {
    int second = h == (void *)2 && getenv("FAKE_SECOND_NAME");
    *a = second ? 12 : REC_MAJOR; *b = second ? 0 : REC_MINOR; return 0; }
int nvmlDeviceGetMemoryInfo(void *h, Memory *m) {
    Process all[64]; unsigned n = list((long)h - 1, all, 64); m->total = REC_MEMORY; m->used = IDLE;
    for (unsigned i = 0; i < n && i < 64; i++) m->used += all[i].used;
    m->free = m->total - m->used; return 0; }
int nvmlDeviceGetUtilizationRates(void *h, Utilization *u) {
    unsigned long long busy = 0; read_in("busy", &busy); u->gpu = busy; u->memory = 0; return 0; }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *n, Process *p) {
    unsigned there = getenv("FAKE_HIDDEN") ? 0 : list((long)h - 1, p, *n);
    int small = there > *n; *n = there; return small ? 7 : 0; }
int nvmlDeviceGetMPSComputeRunningProcesses_v3(void *h, unsigned *n, Process *p) { *n = 0; return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 13000; return 0; }
int nvmlSystemGetDriverVersion(char *s, unsigned n) { strncpy(s, REC_DRIVER, n); return 0; }
"""

CUDA = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static unsigned long long held; static int on;
static void note(unsigned long long bytes) {
    char path[4096]; held += bytes;
    snprintf(path, sizeof path, "%s/process-%d-%d", getenv("FAKE_GPU"), (int)getpid(), on);
    FILE *f = fopen(path, "w"); if (f) { fprintf(f, "%llu\n", held); fclose(f); } }
int cuInit(unsigned f) { return 0; }
int cuDriverGetVersion(int *v) { *v = 13000; return 0; }
int cuDeviceGet(int *d, int n) { *d = n; on = n; return 0; }
int cuDevicePrimaryCtxRetain(void **c, int d) { *c = (void *)1; note(CONTEXT); return 0; }
int cuCtxSetCurrent(void *c) { return 0; }
int cuCtxSynchronize(void) { return 0; }
int cuMemAlloc_v2(unsigned long long *p, size_t bytes) { *p = 1; note(bytes); return 0; }
static int told(const char *name) { char *v = getenv(name); return v ? atoi(v) : 0; }
int cuModuleLoadData(void **m, const void *data) { *m = (void *)1; return told("FAKE_LOAD"); }
int cuModuleUnload(void *m) { return 0; }
int cuModuleGetFunction(void **f, void *m, const char *name) { return told("FAKE_FUNCTION"); }
int cuGetErrorName(int code, const char **name) { *name = 0; return 0; }
"""

# An engine that does with that GPU what its arguments say, one after the other.
ENGINE = r"""
import ctypes, os, subprocess, sys, time
cuda = None
def driver():
    global cuda
    if cuda is None:
        cuda = ctypes.CDLL("libcuda.so.1")
    return cuda
for word in sys.argv[1:]:
    name, _, value = word.partition("=")
    if name == "driver":
        driver()
    elif name == "context":
        device, context = ctypes.c_int(), ctypes.c_void_p()
        driver().cuDeviceGet(ctypes.byref(device), int(value or 0))
        driver().cuDevicePrimaryCtxRetain(ctypes.byref(context), device)
    elif name == "memory":
        cuda.cuMemAlloc_v2(ctypes.byref(ctypes.c_uint64()), ctypes.c_size_t(int(value) << 20))
    elif name == "busy":
        open(os.environ["FAKE_GPU"] + "/busy", "w").write(value)
    elif name == "map":
        ctypes.CDLL(value)
    elif name == "cache":  # what the driver does when it compiles
        folder = os.environ["CUDA_CACHE_PATH"] + "/5/5"
        os.makedirs(folder, exist_ok=True)
        open(folder + "/" + value, "w").write("x" * 3731)
        open(os.environ["CUDA_CACHE_PATH"] + "/index", "w").write("x" * 32)
    elif name == "hit":  # what it does when it finds it compiled
        open(os.environ["CUDA_CACHE_PATH"] + "/5/5/" + value).read()
    elif name == "say":
        print(value, flush=True)
    elif name == "print":
        print(open(value).read(), flush=True)
    elif name == "flood":
        line = b"whisper_print_progress_callback: progress = 10 %\n" * 1000
        for _ in range(int(value) * (1 << 20) // len(line)):
            os.write(1, line)
    elif name == "wait":
        # long enough to be seen by a watcher that has to share the processor with many others
        crowd = max(1.0, min(10.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
        time.sleep(float(value) * (crowd if float(value) < 2 else 1.0))
    elif name == "child":  # the same work in a process of its own
        subprocess.run([sys.executable, __file__, *value.split("+")], check=True)
    elif name == "leave":
        subprocess.Popen([sys.executable, __file__, *value.split("+")], start_new_session=True)
    elif name == "serve":
        import http.server
        delay, port = value.split(":")
        ready = time.monotonic() + float(delay)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if time.monotonic() >= ready else 503)
                self.end_headers()
            def log_message(self, *_):
                pass
        http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
    elif name == "replace":
        os.unlink(value)
        open(value, "w").close()
    elif name == "rename":
        os.rename(value, value + ".old")
    elif name == "exit":
        sys.exit(int(value))
    elif name == "kill":
        os.kill(os.getpid(), int(value))
    else:
        raise SystemExit(f"no such word: {word}")
"""


def make(folder: Path) -> Path:
    """Compile the libraries and write the engine; `folder` then goes into LD_LIBRARY_PATH."""
    said = json.loads(recorded("nvml.json"))
    (device,) = said["devices"]
    flags: dict[str, object] = {
        "REC_NAME": json.dumps(device["nvmlDeviceGetName"]),
        "REC_UUID": json.dumps(device["nvmlDeviceGetUUID"]),
        "REC_PCI": json.dumps(str(device["nvmlDeviceGetPciInfo"]["pciDeviceId"])),
        "REC_MEMORY": f"{device['nvmlDeviceGetMemoryInfo']['total']}ull",
        "REC_MAJOR": device["nvmlDeviceGetCudaComputeCapability"][0],
        "REC_MINOR": device["nvmlDeviceGetCudaComputeCapability"][1],
        "REC_DRIVER": json.dumps(said["system"]["nvmlSystemGetDriverVersion"]),
        "IDLE": f"{IDLE}ull",
    }
    library(folder, "libnvidia-ml.so.1", NVML, flags)
    library(folder, "libcuda.so.1", CUDA, {"CONTEXT": f"{CONTEXT}ull"})
    library(folder, "libnvidia-ptxjitcompiler.so.1", "int compile(void) { return 0; }")
    (folder / "engine.py").write_text(ENGINE)
    return folder


def engine(folder: Path, *words: str) -> list[str]:
    """The command line of the engine."""
    return [sys.executable, str(folder / "engine.py"), *words]
