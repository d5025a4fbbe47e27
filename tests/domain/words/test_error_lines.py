"""Lines that report an error, lines that only say that something failed, and lines that report nothing."""

from __future__ import annotations

from cudacompat.domain.runs.first_error import begins_error
from cudacompat.domain.words.error_forms import FORMS, ErrorForm, Weight
from cudacompat.domain.words.error_lines import names_fault, quotes_errors, weight_of
from tests.helpers.each_row import each_case


@each_case("form", FORMS, ids=lambda form: form.example[:40])
def test_a_form_finds_its_line_and_not_the_other(form: ErrorForm) -> None:
    assert form.pattern.search(form.example) is not None
    assert form.pattern.search(form.other) is None
    assert any(needle in form.example for needle in form.needles)
    assert weight_of(form.example) is form.weight


@each_case(
    "line",
    [
        "Failed to create CUDA context: no device",
        "[h264_nvenc @ 0x7f] Cannot load libcuda.so.1",
        "Unable to open device 0000:41:00.0",
        "libwidget does not support compute capability 5.0",
        "CMake Error at cmake/Gpu.cmake:41 (list):",
        "E0402 08:11:54.120011       1 main.go:79] no library here",
        "2: [x.cpp::f::1] Error Code 2: Internal Error (Assertion major < 10 failed. )",
        "NVML init failed!",
        "Killed",
        "/entrypoint.sh: line 4:    77 Killed                  ./server --model big",
        "exec /usr/local/bin/server: exec format error",
        "nvcc : The term 'nvcc' is not recognized as the name of a cmdlet, function, script file, or operable program.",
        "    + FullyQualifiedErrorId : CommandNotFoundException",
        "'cmake' is not recognized as an internal or external command,",
        r"C:\work\gemm.cu(12): error C2065: 'x': undeclared identifier",
        r"D:\a\kernels\cast.cu(92): error: expression must be a pointer",
        "LINK : fatal error LNK1181: cannot open input file 'cudart.lib'",
        "modprobe: ERROR: could not insert 'widget': Operation not permitted",
        "nvidia 0000:01:00.0: probe with driver nvidia failed with error -1",
        "[ 4112.100001] Out of memory: Killed process 4242 (nvcc)",
        '{"time":"2026","level":"error","msg":"no route"}',
        "sh: 1: nvcc: not found",
        "make: *** No rule to make target 'gpu'.  Stop.",
        "[TRT] [E] 6: no engine",
        "(EE) NVIDIA: Failed to load the kernel module. Please check your",
        "gcc: 致命错误\uff1a没有输入文件",
        "zsh: killed     ./server",
        "Access is denied.",
        "ld: library not found for -lcudart",
        "widget.exe has stopped working",
        "No GPU found. A GPU is needed for quantization.",
    ],
)
def test_a_line_names_a_fault(line: str) -> None:
    assert names_fault(line)


@each_case(
    "line",
    [
        '32 errors detected in the compilation of "src/cast.cu".',
        "ERROR: Failed building wheel for widget",
        "##[error]Process completed with exit code 1.",
        "Traceback (most recent call last):",
        "error: could not compile `widget` (lib) due to 1 previous error",
        "collect2: error: ld returned 1 exit status",
        "Makefile:2: recipe for target 'all' failed",
        "widget.service: Failed with result 'exit-code'.",
        r"C:\x.targets(785,9): error MSB3721: The command nvcc.exe exited with code 1.",
    ],
)
def test_a_line_only_says_that_something_failed(line: str) -> None:
    assert weight_of(line) is Weight.FAILED
    assert not names_fault(line)


@each_case(
    "line",
    [
        "tests/test_load.py::test_text[RuntimeError: CUDA error: out of memory] PASSED [ 12%]",
        "tests/test_load.py::test_text[fatal: no GPU] SKIPPED (CUDA error: no device)     [ 13%]",
        "[gw1] [ 40%] PASSED tests/test_load.py::test_error[error: x]",
        "test loads::refuses_error_209 ... ok",
        "  3/17 Test  #3: fatal: error ....................   Passed    0.02 sec",
        "[       OK ] Loader.FailsWithError: x (3 ms)",
        "9f3c2ab Fix fatal error: cannot open libcuda.so.1",
        "* 9f3c2ab (HEAD -> main, tag: v1) loader: error: is printed once",
        "HEAD is now at 9f3c2ab Report CUDA error: no device",
        "- Fixed: error: cannot open file (#12)",
        "nvidia: module verification failed: signature and/or required key missing - tainting kernel",
        "[    2.330010] ACPI BIOS Error (bug): Could not resolve symbol [\\_SB.PC00], AE_NOT_FOUND",
        "[    6.101010] platform regulatory.0: Direct firmware load for regulatory.db failed with error -2",
        "[    7.730001] nvidia-gpu 0000:01:00.3: i2c timeout error e0000000",
        "[    9.000001] usb 1-4: device descriptor read/64, error -71",
        "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  570.86.10",
        "-- Performing Test HAVE_FOO - Failed",
        "[    83.661330] NVRM: Your system is not currently configured to drive a VGA console",
        "[  5928.582] (WW) Warning, couldn't open module mouse",
        "-- Could not find OpenBLAS, using the built-in one",
        "INFO 11-20 08:12:10 backend.py:9] Cannot use FlashAttention-2 backend for Turing GPUs.",
        "W0402 08:11:54.120011       1 main.go:79] failed to read the cache",
        "x.py:12: UserWarning: the kernel does not support float64, using float32",
        "nvcc warning : incompatible option ignored",
        "5 passed, 0 failed, 2 skipped",
        "If it cannot open the file, it asks again",
        "[00:12.000 --> 00:15.000]  We failed to find the keys.",
        "     |████████████████| 2.1 MB error-free",
        "make: [Makefile:3: clean] Error 1 (ignored)",
    ],
)
def test_an_innocent_line_reports_nothing(line: str) -> None:
    assert weight_of(line) is None


def test_a_failed_test_is_no_quotation() -> None:
    assert not quotes_errors("tests/test_load.py::test_text FAILED")
    assert names_fault("FAILED tests/test_load.py::test_text - AssertionError: assert 1 == 2")


@each_case(
    ("line", "begins"),
    [
        ("a.cu(3): error: expected a ;", True),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_120'", True),
        ("/usr/bin/ld: cannot find -lcudart", True),
        ("make[2]: *** [CMakeFiles/x.dir/build.make:76: x.o] Error 1", False),
        ("[3/10] Building CXX object error.cpp.o", False),
        ("2 errors generated.", False),
        ("FAILED: x.o", False),
        ("ninja: build stopped: subcommand failed.", False),
    ],
)
def test_a_build_s_first_error_is_of_the_same_forms(line: str, begins: bool) -> None:
    assert begins_error(line) is begins
