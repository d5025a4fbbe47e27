"""Lines that any failure ends in: how build tools, supervisors and proxies report that something else failed."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="make-failed",
        title="make stopped because a step failed",
        patterns=(
            "make: *** [",
            "make[<n:num>]: *** [",
            "gmake: *** [",
            "gmake[<n:num>]: *** [",
            "ninja: build stopped: subcommand failed",
        ),
        sample="make[2]: *** [CMakeFiles/ggml.dir/build.make:76: ggml-cuda.cu.o] Error 1",
        cause="A compiler or another step ended with an error; its own lines are above, with several jobs far above.",
        does_not_mean="make",
        fix="Read the first `error:` or `fatal` line above, or build again with one job.",
        role=Role.END,
        sources=("GNU make manual, Errors in Recipes",),
    ),
    Signature(
        id="cmake-incomplete",
        title="CMake stopped because of the errors above",
        patterns=(
            "Configuring incomplete, errors occurred!",
            "CMake Generate step failed. Build files cannot be regenerated correctly",
        ),
        sample="-- Configuring incomplete, errors occurred!",
        cause="CMake prints this line after any error.",
        does_not_mean="a separate fault",
        fix="Read the first `CMake Error` above.",
        role=Role.END,
        sources=("Kitware/CMake Source/cmake.cxx",),
    ),
    Signature(
        id="setuptools-command-failed",
        title="a command of a Python build failed: {command}",
        patterns=("error: command '<command:text>' failed with exit <...> <code:num>",),
        sample="error: command '/usr/local/cuda/bin/nvcc' failed with exit code 1",
        cause="setuptools names the command that ended badly and not the reason; that is in the compiler's own lines.",
        does_not_mean="nvcc",
        fix="Read the compiler's first error above it; pip install -v shows all of its output.",
        role=Role.END,
        sources=("lbin/DCNv2#9", "microsoft/computervision-recipes#617", "facebookresearch/detectron2#714"),
    ),
    Signature(
        id="docker-build-failed",
        title="a step of the image build failed",
        patterns=("failed to solve: process <...> did not complete successfully: exit code: <code:num>",),
        sample='ERROR: failed to solve: process "/bin/sh -c cargo build --release" did not complete successfully: '
        "exit code: 101",
        cause="BuildKit's last line; the step's own output is above.",
        does_not_mean="Docker",
        fix="Show the full output: docker build --progress=plain .",
        command="docker build --progress=plain .",
        role=Role.END,
        sources=("moby/buildkit solver/llbsolver",),
    ),
    Signature(
        id="process-aborted",
        title="a signal ended the process",
        patterns=(
            "ERROR Worker (pid:<pid:num>) was sent code 139",
            "Worker (pid:<pid:num>) was sent SIGSEGV",
            "process was signaled to shutdown with signal 11",
            "process was signaled to shutdown with signal 6",
            "Fatal Python error: Segmentation fault",
            "Fatal Python error: Aborted",
            "(by signal 11)",
            "(by signal 6)",
            "terminated by SIGABRT",
            "terminated by signal SIGABRT",
            "terminated by SIGSEGV",
            "Aborted (core dumped)",
            "Segmentation fault (core dumped)",
            "<pid:num> Segmentation fault",
            "<pid:num> Aborted",
            "<pid:num> Illegal instruction",
            "signal: 6, SIGABRT: process abort signal",
            "signal: 11, SIGSEGV: invalid memory reference",
            "exited on signal 6",
            "exited on signal 11",
            "code=dumped, status=6/ABRT",
            "code=dumped, status=11/SEGV",
        ),
        sample="WARN exited: transcribe-api (terminated by SIGABRT (core dumped); not expected)",
        cause="The process called abort() after an error that is printed above, or native code crashed.",
        does_not_mean="the signal itself, which only reports the end",
        fix="Read the lines directly above.",
        role=Role.END,
        sources=("Supervisor/supervisor supervisor/process.py", "signal(7)"),
    ),
    Signature(
        id="proxy-upstream-died",
        title="the backend of a proxy died while answering (502)",
        patterns=(
            "upstream prematurely closed connection while reading response header from upstream",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream",
            "connect() failed (111: Connection refused) while connecting to upstream",
        ),
        sample="[error] 9#9: *3 upstream prematurely closed connection while reading response header from upstream, "
        "client: "
        "10.88.0.1",
        cause="The process that the proxy asked ended in the middle of a request, or is not running.",
        does_not_mean="the proxy; the request",
        fix="Read the log of that server at the same second.",
        role=Role.ECHO,
        sources=("nginx/nginx src/http/ngx_http_upstream.c",),
    ),
    Signature(
        id="python-module-import-failed",
        title="an extension module could not be loaded: {what}",
        severity=Severity.ERROR,
        patterns=(
            "ImportError: DLL load failed while importing <what:text>: The specified module could not be found",
            "ImportError: DLL load failed while importing <what:word>",
            "DLL load failed while importing <what:word>",
            "DLL load failed: The specified module could not be found",
            "DLL load failed: The specified procedure could not be found",
        ),
        sample="ImportError: DLL load failed while importing onnxruntime_pybind11_state: The specified module could "
        "not be found.",
        cause="A DLL that the module needs is missing: CUDA's or cuDNN's bin directory is not in "
        "the search path, or the "
        "Visual C++ runtime is old.",
        does_not_mean="the GPU",
        fix="Install the Visual C++ redistributable; os.add_dll_directory() for CUDA's bin; see the package's CUDA "
        "version.",
        distinct=("what",),
        sources=("PromtEngineer/localGPT#630", "pytorch/pytorch#26800"),
    ),
)
