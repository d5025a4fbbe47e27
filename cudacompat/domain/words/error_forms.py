"""How error lines look: the forms in which compilers, build tools, runtimes, kernels, shells and servers report one.

Read from real logs. A row names literals one of which every line of that form holds, so that a gigabyte can be searched
for them at once, and a line that it means and one that it does not.
"""

from __future__ import annotations

from cudacompat.domain.words.error_ends import ENDS
from cudacompat.domain.words.error_form import ErrorForm, Weight
from cudacompat.domain.words.error_form import form as _form
from cudacompat.domain.words.translations import FOREIGN_NEEDLES

__all__ = ("FORMS", "ErrorForm", "Weight")

_MONTHS = tuple(f"{level}{month:02}" for level in "EF" for month in range(1, 13))
_LEVEL_WORDS = ("error", "ERROR", "Error", "fatal", "FATAL", "critical", "CRITICAL", "panic", "emerg")
_DOING = (
    "open|find|load|create|allocate|access|read|write|execute|exec|stat|connect|locate|determine|init|initialize|bind|"
    "map|resolve|import|enable|remove|copy|register|use|run|select|get|parse|convert|compile|link|start|establish|"
    "reach|communicate|insert|detect|query|fetch|download|install|build|handle|set|make|mount|attach|deserialize"
)

FORMS: tuple[ErrorForm, ...] = (
    _form(
        r"(?:^|[\s\[(:=|*>\"'])(?:(?:fatal )?error|fatal|ERROR|FATAL|Error|Fatal|CRITICAL|critical|panic)"
        r"(?:\[[A-Z]\d+\])?\s*[\]:!]",
        (
            *(
                word + end
                for word in ("rror", "atal", "ritical", "panic", "RROR", "FATAL", "CRITICAL")
                for end in (":", " :", "]", "!")
            ),
            "rror[",
            *(f"{word}  " for word in ("rror", "atal")),
        ),
        "x.cu(3): error: expected a ;",
        other="np.float is deprecated, use terror: no",
    ),
    _form(
        r"(?:^|[\s:|])(?:ERROR|FATAL|CRITICAL)(?:\s|\|)|^\s*==ERROR== ",  # NVIDIA's profilers
        "RROR ~RROR|~FATAL ~CRITICAL ~RROR\t~ERROR== ",
        "2025-08-10 ERROR worker: cannot reach the queue",
        other="MYERROR is a name",
    ),
    _form(
        r"\blevel=(?:error|fatal|panic|ERROR|FATAL)\b",
        "level=error~level=fatal~level=panic~level=ERROR~level=FATAL",
        'level=error msg="x"',
        other="level=errors_only",
    ),
    _form(
        r"\"(?:level|severity|levelname|lvl|log\.level)\"\s*:\s*\"(?i:error|fatal|critical|panic|emerg)\"",
        tuple(f'"{word}"' for word in _LEVEL_WORDS),
        '{"level":"error","msg":"no route"}',
        other='{"stream":"error"}',
    ),
    _form(
        r"^.{0,120}?(?<![\w.])[EF](?:20\d\d)?(?:0[1-9]|1[0-2])[0-3]\d \d\d:\d\d:\d\d\.",  # klog, glog
        (*_MONTHS, "E20", "F20"),
        "E0402 10:11:12.000001       1 nvml.go:10] no library",
        other="W0402 10:11:12.000001       1 nvml.go:10] no library",
    ),
    _form(
        r"^[\d.:]{5,20} E |(?:^|\s|\])\[E\]|\[\s*(?:ERROR|FATAL):\d",  # llama.cpp's and TensorRT's loggers, OpenCV
        " E ~[E]~ERROR:~FATAL:",
        "0.17.512.622 E ggml_cuda_compute_forward: ADD failed",
        other="type E is a letter",
    ),
    _form(
        r"\b[A-Z]\w*(?:Error|Exception|Failure)\b(?: ?:|\()|^\s*[\w.]*(?:Error|Exception)$|^\s*Exception: ",
        "Error:~Error :~Error(~xception:~xception :~xception(~Failure:~Failure(~AssertionError~NotImplementedError",
        "KeyError: 'segments'",
        other="class ValueErrors:",
    ),
    _form(
        r"\b(?:fatal|catastrophic error)\s{1,4}:|\berror\s+:",
        "fatal ~catastrophic error~error ",
        "nvcc fatal   : Unsupported host architecture",
        other="a fatal flaw : none",
    ),
    _form(
        r"\berror (?:C|LNK|MSB|CS|D|NU|RC|TS|CVT|U|PRJ)\d{3,5}\b|\berror #\d",  # Microsoft's tools, nvcc's numbers
        "error C~error LNK~error MSB~error D~error NU~error RC~error TS~error U~error PRJ~error #",
        "D:\\a\\gemm.cu(12): error C2065: 'x': undeclared identifier",
        other="error Code of conduct",
    ),
    _form(
        r"\bCMake Error(?: \(dev\))? (?:at|in)\b",
        "CMake Error",
        "CMake Error at CMakeLists.txt:3 (list):",
        other="see CMakeError.log",
    ),
    _form(
        r"(?:^|[\s:>\"'])(?:[Ee]rror|ERROR) (?:while|when|in|at|loading|reading|opening|parsing|creating|initializing|"
        r"running|executing|processing|occurred|code|Code|compiling|building|converting|invoking|from|response from|"
        r"during|importing|getting|calling)\b(?! ?0\b)|\b[Ee]rror (?:has |was )?(?:occurred|encountered)|"
        r"\ban? (?:\w+ )?error (?:has )?occurred",
        "rror ~RROR ",
        "docker: Error response from daemon: no such container",
        other="error code 0",
    ),
    _form(
        r"(?i:\binternal (?:compiler )?error\b)\s?[:(!]|\b(?:a|an) (?:fatal|unexpected|internal) error\b",
        "nternal error~nternal Error~INTERNAL ERROR~nternal compiler error~fatal error~unexpected error",
        "2: [helpers.h::smVerHex2Dig::694] Error Code 2: Internal Error (Assertion failed)",
        other="internal errors are counted",
    ),
    _form(  # conda's exceptions
        r"^\s*[A-Z][a-z]+(?:[A-Z][a-z]+)+NotFound:(?:\s|$)",
        "NotFound:",
        "ResolvePackageNotFound:",
        other="status is NotFound: try again",
    ),
    # a file and its line with no text: GGML_ABORT("fatal error") of ggml (llama.cpp#22499)
    _form(
        r":\d{1,6}: fatal error\.?$",
        ": fatal error",
        "D:\\src\\template-instances\\../mmq.cuh:4135: fatal error",
        other="it ends with: fatal error",
    ),
    _form(
        r"\bC(?:UDA|uda) (?:[Ee]rror|failure|runtime error|driver error)\b|\bCUDA_ERROR_[A-Z_]{3,}"
        r"|\bcudaError[A-Z]\w{3,}|\bCU(?:BLAS|DNN|FFT|SPARSE|SOLVER|RAND)_STATUS_[A-Z_]{3,}|\bNVRTC_ERROR_[A-Z_]{3,}",
        (
            "CUDA error~CUDA Error~CUDA failure~CUDA runtime error~CUDA driver error~CUDA_ERROR_~cudaError~"
            "Cuda error~Cuda Error~Cuda failure~Cuda runtime error~Cuda driver error~"
            "_STATUS_~NVRTC_ERROR_"
        ),
        "CUDA error 9999: something new",
        other="the cuda errors page",
    ),
    _form(
        r"\bNVRM: (?!loading |Persistence mode|GPU at PCI|GPU Board|The NVIDIA (?:GPU|probe)|Open nvidia|"
        r"Your system is not currently)",
        "NVRM: ",
        "NVRM: GPU 0000:01:00.0: rm_init_adapter failed",
        other="NVRM: loading NVIDIA UNIX x86_64 Kernel Module  570.86.10",
    ),
    _form(
        r"\bnvidia-container-cli: |\bnvidia\S{0,12} \S{5,12}: probe\b.{0,40}\bfailed",
        "nvidia-container-cli: ~probe",
        "nvidia 0000:01:00.0: probe with driver nvidia failed with error -1",
        other="nvidia-container-cli --version",
    ),
    _form(
        r"\bpanicked at\b|\bterminate called\b|\bSegmentation fault\b|\bcore dumped\b|\bIllegal instruction\b|"
        r"\bBus error\b|\bstack smashing detected\b|\bdouble free or corruption\b|\binvalid pointer$|"
        r"\bSIG(?:ABRT|SEGV|ILL|BUS|FPE|KILL)\b|\bkernel panic\b|\bKernel panic\b|\bgeneral protection fault\b|"
        r"\bsegfault at\b|::bad_alloc\b",
        (
            "panicked at~terminate called~Segmentation fault~core dumped~Illegal instruction~Bus error~"
            "stack smashing~double free~invalid pointer~SIGABRT~SIGSEGV~SIGILL~SIGBUS~SIGFPE~SIGKILL~ernel panic~"
            "general protection~segfault at~bad_alloc"
        ),
        "SIGABRT: abort",
        other="handles SIGTERM",
    ),
    _form(
        r"^\W*Killed\W*$|\bKilled (?:signal terminated|process \d)|\b\d+ Killed\s|\bsignal: killed\b|\bOOMKilled\b|"
        r"\boom-kill\b|\bOut of memory:",
        "Killed~signal: killed~oom-kill~Out of memory:",
        "./build.sh: line 3:  4242 Killed                  nvcc -c x.cu",
        other="Killed by nobody",
    ),
    _form(
        r"\b[Ee]xec format error\b|: (?:No such (?:file or directory|device)|Permission denied|Operation not permitted|"
        r"Input/output error|No space left on device|Device or resource busy|Cannot allocate memory|Access is denied)|"
        r"\b[Nn]o space left on device\b",
        (
            "xec format error~No such file or directory~No such device~Permission denied~Operation not permitted~"
            "Input/output error~o space left on device~resource busy~Cannot allocate memory~Access is denied"
        ),
        "exec /app/server: exec format error",
        other="checks for No such file or directory",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r": (?:command )?not found$|^No devices were found$|\bis not recognized as (?:an internal|the name|a name)|"
        r"\bFullyQualifiedErrorId\s*:|\bCategoryInfo\s*:",  # shells, cmd, PowerShell
        ": command not found~: not found~No devices were found~is not recognized as~FullyQualifiedErrorId~CategoryInfo",
        "nvcc : The term 'nvcc' is not recognized as the name of a cmdlet, function, script file",
        other="looking for foo: not found yet",
    ),
    _form(
        r"\bcannot open shared object file\b|\bundefined symbol\b|\bundefined reference to\b|"
        r"\bunresolved external symbol\b|\bmultiple definition of\b|\bcannot find -l|\bDLL load failed\b|"
        r"\bversion `?\w+_[\d.]+'? not found\b|\bspecified (?:module|procedure) could not be found\b",
        (
            "open shared object file~undefined symbol~undefined reference to~unresolved external~"
            "multiple definition of~cannot find -l~DLL load failed~not found (~could not be found"
        ),
        "/x.so: undefined symbol: some_function",
        other="symbols that are defined",
    ),
    _form(
        r"\bmake(?:\.exe)?(?:\[\d+\])?: \*\*\* (?!\[)|\bmakefile:\d+: \*\*\* |\bMakefile:\d+: \*\*\* ",
        ": *** ",
        "make: *** No rule to make target 'all'.  Stop.",
        other="make: *** [Makefile:3: all] Error 2",
    ),
    _form(
        r"^E: |\bnpm (?:ERR!|error)|##\[error\]|^::error\b",
        "E: ~npm ERR!~npm error~##[error]~::error",
        "E: Unable to locate package cuda-toolkit-12-8",
        other="NAME: x",
    ),
    _form(
        r"\bGGML_ASSERT\(|\b[Aa]ssertion\b.{0,200}\bfailed\b|\b[Aa]ssertion failed\b|\bCheck failed: ",
        "GGML_ASSERT(~ssertion~Check failed: ",
        "python: x.cpp:12: void f(): Assertion `n > 0' failed.",
        other="assertions are on",
    ),
    _form(
        r"(?:^|[\s:\]\[])FAIL(?:ED|URE)?(?=[\s:\]!,.]|$)(?![: ]+0\b)",
        "FAIL",
        "Result = FAIL",
        other="FAILOVER is on",
    ),
    _form(
        r"\b(?:Failed|FAILED) (?:to|with|at)\b|\bfailed to \w|\b(?:has|have) failed\b|\bfailed!|\bfailed: \S|"
        r"\bfailed (?:with|because|due to)\b|\bfailed(?: \(\S+\))?\.?$|"
        r"\b(?<!running )[Oo]ut of memory\b|\b[a-z]\w* failed \(\d",
        "ailed to ~FAILED to~ailed with ~Failed at ~failed~ut of memory",
        "Failed to initialize NVML: Insufficient Permissions",
        other="no test failed here before",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r"(?<![\w-])(?:Cannot|Can't|Unable to|Could not|Couldn't) \w|"
        rf"\b(?:cannot|can't|could not|couldn't|unable to) (?:be )?(?:{_DOING})\w{{0,3}}\b",
        "annot ~an't ~nable to ~ould not ~ouldn't ",
        "Unable to determine the device handle for GPU0: 0000:C1:00.0: Unknown Error",
        other="we cannot say",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r"\b(?:does|do|did) not (?:support|match|exist|include|contain)\b|\b(?:is|are) not (?:supported|compatible|"
        r"implemented|allowed|permitted|a valid|valid)\b|\bis too (?:old|new)\b|\b[Uu]nsupported\b|"
        r"\b[Ii]nvalid (?:argument|option|value|device|handle|target|ELF)\b|"
        r"\b[Vv]ersion mismatch\b|\bincompatible\b|\bis ambiguous\b|\bnot defined for option\b|\bis undefined\b|"
        r"\b(?:CUDA|GPU|nvcc|nvidia-smi|NVML|[Dd]river) is not (?:available|installed|loaded|running|found)\b|"
        r"\bhas no member\b",
        (
            "not support~not match~not exist~not include~not contain~is not ~are not ~too old~too new~nsupported~"
            "nvalid ~ersion mismatch~incompatible~ambiguous~not defined for option~is undefined~has no member"
        ),
        "[h264_nvenc @ 0x55] Driver does not support the required nvenc API version. Required: 13.0 Found: 12.1",
        other="it does not matter",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r"\bWarning\s+(?:Failed\w*|BackOff|Unhealthy|Evicted|InspectFailed|UnexpectedAdmissionError)\b|"
        r"\b(?:ImagePullBackOff|ErrImagePull|CreateContainer(?:Config)?Error|RunContainerError)\b",
        "Warning ~BackOff~ErrImagePull~ContainerError~ContainerConfigError",
        "Warning  FailedScheduling  3s  default-scheduler  0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        other="Warning  the road is wet",
    ),
    _form(
        r"\b[Aa]ccess violation\b|\bACCESS_VIOLATION\b|\b[Uu]n(?:caught|handled) exception\b|"
        r"\bhas stopped working\b|^Aborted\b|^Segmentation fault\b|"
        r": (?:killed|abort|illegal hardware instruction|bus error|segmentation fault) |"
        r"\bKilled: 9\b|\boom_reaper\b|\b(?:soft|hard) (?:lockup|LOCKUP)\b|\bBUG: |::system_error\b|"
        r"\bErrorDeviceLost\b|\b[Dd]evice lost\b|\bGL_(?:INVALID|OUT_OF)_\w+|\bObjectNotFound\b|\bMSB\d{4}: |"
        r"\[[EF]:\w+:?[,\w]|\bUnknown symbol \w+ \(err|\bnot in live kernel tree\b|\blibrary not found for -l|"
        r"\bBack-off pulling image\b|^Access is denied|^=+ (?:Invalid|Uninitialized|Barrier|Error: Race) ",
        "ccess violation~ACCESS_VIOLATION~caught exception~handled exception~has stopped working~Aborted~"
        "Segmentation fault~: killed~: abort~illegal hardware~bus error~: segmentation fault~Killed: 9~oom_reaper~"
        "lockup~LOCKUP~BUG: ~::system_error~DeviceLost~evice lost~GL_~ObjectNotFound~MSB~[E:~[F:~Unknown symbol ~"
        "not in live kernel~library not found for~Back-off pulling~Access is denied~=== ",
        "zsh: illegal hardware instruction  python app.py",
        other="Aborting is possible: killing",
    ),
    _form(
        r"\b[Nn]ot able to \w|\b[Mm]ismatch(?:es|ed)?\b|\b[Tt]ime(?:d )?out (?:waiting|after|while)\b|^[Ff]ailed\.?$|"
        r"\b(?:GPU|[Dd]evice|[Ll]ibrary|[Oo]perator|[Mm]odule|[Dd]river|[Ff]ile|[Kk]ernel|[Hh]eader)s? not found\b|"
        r"\b[Nn]o (?:CUDA|GPUs?|NVIDIA)\b.{0,40}\b(?:found|available|detected)\b|\bCUDA_\w+ is not set\b|"
        r"\bdo not appear to have an NVIDIA GPU\b",
        "ot able to ~ismatch~ime out ~imed out ~imeout ~ailed~ not found~o CUDA~o GPU~o NVIDIA~ is not set~"
        "do not appear",
        "Torch is not able to use GPU",
        other="notable to us, no CUDA here",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r"\breturned error:? (?:code )?(?:-?[1-9]|0x[1-9a-fA-F])",
        "returned error",
        "m_nvenc.nvEncOpenEncodeSessionEx(&params, &encoder) returned error 2 at NvEncoder.cpp:55",
        other="the call returned error 0",
        weight=Weight.BY_LEVEL,
    ),
    _form(
        r"错误\s?[:\uff1a]|\b(?:Fehler|erreur|erreur fatale|ошибка|errore)\s?:|エラー\s?[:\uff1a]",  # gcc, make
        ("错误", "Fehler", "erreur", "ошибка", "errore", "エラー", *FOREIGN_NEEDLES),
        "gcc: 错误\uff1aa.cu",
        other="Fehlerfrei: ja",
    ),
    _form(
        r"[\u251c\u2570\u2514]\u2500\u25b6 \w|\bEncountered problems while solving\b"  # uv, pixi
        r"|^\s*[x\u00d7] No solution found|\brequirements are unsatisfiable\b"
        r"|\bwhich conflicts with any installable versions\b",  # uv without box characters
        "\u2500\u25b6 ~Encountered problems while~No solution found~unsatisfiable~conflicts with any installable",
        "  \u2570\u2500\u25b6 Virtual package '__widget' is not on this machine",
        other="  \u251c\u2500\u2500 src",
    ),
    _form(  # FFmpeg and GStreamer
        r"\bImpossible to \w|\bfunctionality missing\b|\bno element \"|\bdoesn't (?:support|exist|match)\b",
        "mpossible to ~functionality missing~no element \"~doesn't ",
        "Impossible to convert between the formats supported by the filter 'a' and the filter 'b'",
        other="an impossible task",
        weight=Weight.BY_LEVEL,
    ),
    _form(  # of a compute capability, in any program's words
        r"\b[Cc]ompute[ -][Cc]apabilit(?:y|ies)\b.{0,80}"
        r"\b(?:not|mismatch|unsupported|too|below|minimum|at least|requires?)\b"
        r"|\b(?:minimum|requires?|unsupported|only)\b.{0,60}\b[Cc]apability\b",
        "ompute capabilit~ompute-capabilit~ompute Capabilit~capability of~capability ",
        "GPU 0 is left out: its compute capability is not high enough",
        other="Compute capability: 8.6",
        weight=Weight.BY_LEVEL,
    ),
    _form(  # a number from a call of CUDA's that is not zero; TensorFlow's logger
        r"\bcu(?:da)?[A-Z]\w{2,40}(?:\([^()\n]{0,160}\))? returned:? [1-9]\d{0,2}\b"
        r"|^[\d-]{10}[ T][\d:.,]{8,16}: [EF] \S",
        " returned 1~ returned 2~ returned 3~ returned 4~ returned 7~ returned 8~ returned 9~ returned: ~: E ~: F ",
        "cuCtxCreate returned 999",
        other="cuInit returned 0",
    ),
    *ENDS,
)
