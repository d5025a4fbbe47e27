"""How many compilers a generated build runs at once, as shell lines."""

from __future__ import annotations

# One for each 2 GiB of memory, as a source of kernels takes 1 to 2. A container may have less memory than its machine:
# /proc/meminfo does not know that, its cgroup does (a number of bytes, or "max").
BOUND = (
    'fit="$({ cat /proc/meminfo /sys/fs/cgroup/memory.max 2> /dev/null || :; } | awk '
    "'/^MemAvailable/ { n = $2 * 1024 } /^[0-9]+$/ && $1 < n { n = $1 } END { print int(n / 2147483648) }')\"",
    'jobs="${MAX_JOBS:-$((fit > 0 ? fit : 1))}"',
    'jobs="$(printf \'%s\\n\' "$jobs" "$(nproc)" | sort -n | head -n 1)"',
    'export MAX_JOBS="$jobs" CMAKE_BUILD_PARALLEL_LEVEL="$jobs" CARGO_BUILD_JOBS="$jobs"',
)
