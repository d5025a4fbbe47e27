"""A driver in trouble: an NVML and a libcuda, compiled for a test, whose answers are variables of the environment.

`NV_<call>=N` is the error of a call, `NV_<call>_<gpu>=N` that of one GPU's; calls are init, handle, name, memory,
capability. NV_COUNT, NV_NAMES, NV_CAPABILITIES and NV_IDS (by `|`), NV_RELEASE, NV_MIG (instances; the GPUs are split);
NV_HANGS and NV_CRASHES name a call. The same for libcuda with CU_: init, COUNT, BUS (by `|`), HANGS, CRASHES.
"""

from __future__ import annotations

from pathlib import Path

from tests.helpers.machine import library

_SHARED = r"""
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int number(const char *name, int otherwise) { char *v = getenv(name); return v ? atoi(v) : otherwise; }
static int is(const char *name, const char *call) { char *v = getenv(name); return v && !strcmp(v, call); }
static void item(const char *name, long index, const char *otherwise, char *out, unsigned size) {
    const char *v = getenv(name); if (!v) v = otherwise;
    for (; index > 0; index--) { const char *next = strchr(v, '|'); if (!next) break; v = next + 1; }
    unsigned length = strcspn(v, "|"); if (length >= size) length = size - 1;
    memcpy(out, v, length); out[length] = 0; }
static int fails(const char *prefix, const char *call, long gpu) {
    char name[80];
    snprintf(name, sizeof name, "%s_HANGS", prefix); if (is(name, call)) for (;;) pause();
    snprintf(name, sizeof name, "%s_CRASHES", prefix); if (is(name, call)) raise(SIGSEGV);
    snprintf(name, sizeof name, "%s_%s_%ld", prefix, call, gpu); int one = gpu < 0 ? 0 : number(name, 0);
    snprintf(name, sizeof name, "%s_%s", prefix, call); return one ? one : number(name, 0); }
"""
_NVML = (
    _SHARED
    + r"""
typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; } Pci;
#define GPU ((long)h - 1)
int nvmlInitWithFlags(unsigned f) { return fails("NV", "init", -1); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int e) { return getenv("NV_BAD_WORDS") ? "\xff\xfe" : "an error"; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = number("NV_COUNT", 1); return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h_) {
    *h_ = (void *)(long)(i + 1); return fails("NV", "handle", i); }
int nvmlDeviceGetName(void *h, char *s, unsigned n) {
    item("NV_NAMES", GPU, "NVIDIA GeForce RTX 5090", s, n); return fails("NV", "name", GPU); }
int nvmlDeviceGetUUID(void *h, char *s, unsigned n) {
    long gpu = GPU; snprintf(s, n, gpu >= 100 ? "MIG-%08ld-aaaa-bbbb-cccc-000000000000"
        : "GPU-%08ld-aaaa-bbbb-cccc-000000000000", gpu % 100); return 0; }
int nvmlDeviceGetPciInfo_v3(void *h, Pci *p) {
    char id[32]; item("NV_IDS", GPU, "2b85", id, sizeof id); memset(p, 0, sizeof *p);
    p->id = (unsigned)strtoul(id, 0, 16) << 16 | 0x10de;
    snprintf(p->bus_id, sizeof p->bus_id, "00000000:%02lX:00.0", GPU + 1); return 0; }
int nvmlDeviceGetMemoryInfo(void *h, unsigned long long *m) {
    m[0] = 32ull << 30; m[1] = m[2] = 0; return fails("NV", "memory", GPU); }
int nvmlDeviceGetCudaComputeCapability(void *h, int *a, int *b) {
    char text[32]; item("NV_CAPABILITIES", GPU, "12.0", text, sizeof text); sscanf(text, "%d.%d", a, b);
    return fails("NV", "capability", GPU); }
int nvmlDeviceGetMigMode(void *h, unsigned *now, unsigned *then) {
    char text[32]; item("NV_MIG_THEN", GPU, "", text, sizeof text);
    if (!getenv("NV_MIG") && !text[0]) return 3;
    *now = getenv("NV_MIG") != 0; *then = text[0] ? (unsigned)atoi(text) : *now; return 0; }
int nvmlDeviceGetComputeMode(void *h, int *m) {
    char text[32]; item("NV_MODES", GPU, "0", text, sizeof text); *m = atoi(text); return 0; }
int nvmlDeviceGetMaxMigDeviceCount(void *h, unsigned *n) { *n = 7; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(void *h, unsigned i, void **o) {
    if ((int)i >= number("NV_MIG", 0)) return 6; *o = (void *)(long)(101 + i); return 0; }
int nvmlSystemGetDriverVersion(char *s, unsigned n) { item("NV_RELEASE", 0, "580.65.06", s, n); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 13000; return 0; }
int nvmlSystemGetCudaDriverVersion(int *v) { *v = 13000; return 0; }
"""
)
_LIBCUDA = (
    _SHARED
    + r"""
int cuInit(unsigned f) { return fails("CU", "init", -1); }
int cuDriverGetVersion(int *v) { *v = 13000; return 0; }
int cuDeviceGetCount(int *n) { *n = number("CU_COUNT", 1); return 0; }
int cuDeviceGet(int *d, int i) { *d = i; return 0; }
int cuDeviceGetName(char *s, int n, int d) { snprintf(s, n, "NVIDIA GPU"); return 0; }
int cuDeviceGetPCIBusId(char *s, int n, int d) { item("CU_BUS", d, "0000:01:00.0", s, n); return 0; }
int cuDeviceTotalMem_v2(size_t *n, int d) { *n = 32ull << 30; return 0; }
int cuDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 12 : 0; return 0; }
"""
)


def fake_driver(folder: Path) -> Path:
    """Compile both libraries into a folder for LD_LIBRARY_PATH and return it."""
    library(folder, "libcuda.so.1", _LIBCUDA)
    library(folder, "libnvidia-ml.so.1", _NVML)
    return folder
