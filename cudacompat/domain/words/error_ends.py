"""Lines that say only that something failed: the reason is in another line."""

from __future__ import annotations

from cudacompat.domain.words.error_form import ErrorForm, Weight
from cudacompat.domain.words.error_form import form as _form

ENDS: tuple[ErrorForm, ...] = (
    _form(
        r"^FAILED: |: \*\*\* \[|\brecipe for target .{1,200} failed\b|^ninja: build stopped|"
        r"\bBUILD FAILED\b|\bBuild FAILED\b|\b(?:ld|collect2)\b.{0,40}\breturned \d+ exit status|"
        r"\b[1-9]\d* errors? (?:generated|detected in the compilation)|\bcompilation terminated\.|"
        r"\baborting due to \d*|\bcould not compile `|\bnot remade because of errors|\bnvcc error while compiling\b|"
        r"\bfatal error U1077\b|\berror MSB(?:3721|6006|8066)\b|\bcannot continue\b.{0,20}$|"
        r"\berror: (?:builder for '|\d+ dependencies of derivation|building \S+ failed with: |Cannot build '/nix)|"
        r"== FAILED: Installation ended|\bfailed to load all models\b|\bProcessError: Command exited\b|"
        r"\b[Ss]hard \d+ failed to start|\bError: (?:ShardCannotStart|WebServer\w*|LauncherError)\b|"
        r"\bERROR: Build of \S+ failed \(err: |\bRepository command failed\b|\bScheduler hit an exception\b|"
        r"\bsigquit from a child process\b|\bUnhandled exception\. *$|\bPossible ERROR while running\b|"
        r"\bERROR SUMMARY: [1-9]",
        (
            "FAILED: ~: *** [~recipe for target~ninja: build stopped~"
            "BUILD FAILED~Build FAILED~exit status~errors generated~error generated~"
            "detected in the compilation~compilation terminated~aborting due to~could not compile `~"
            "not remade because~nvcc error while compiling~error U1077~error MSB~error: builder for~"
            "dependencies of deri~"
            "error: building ~error: Cannot build~FAILED: Installation~failed to load all~Command exited~"
            "failed to start~ShardCannotStart~Error: WebServer~LauncherError~ERROR: Build of~Repository command~"
            "hit an exception~sigquit from~Unhandled exception.~ERROR while running~ERROR SUMMARY"
        ),
        '32 errors detected in the compilation of "src/cast.cu".',
        other="0 errors generated",
        weight=Weight.FAILED,
    ),
    _form(
        r"(?i:\bexit(?:ed)?(?: with)?(?: an?)?(?: non-?zero)?(?: (?:code|status)))\s?[:=]?\s*(?:-?[1-9]|0x[1-9a-f])|"
        r"\bnon-zero (?:exit )?(?:code|status)\b|\bexited with [1-9]|\bcode=exited, status=[1-9]|"
        r"\bFailed with result '|\bJob (?:for \S+ )?failed\b|\bCrashLoopBackOff\b|\bBack-off restarting failed\b",
        (
            "xit code~xit status~xited with~on-zero~code=exited, status=~Failed with result~Job ~"
            "CrashLoopBackOff~Back-off restarting"
        ),
        "##[error]Process completed with exit code 1.",
        other="exited with code 0",
        weight=Weight.FAILED,
    ),
    _form(
        r"\bTraceback \(most recent call last\)|\bDuring handling of the above exception\b|"
        r"\bdirect cause of the following exception\b|\bmetadata-generation-failed\b|\bfailed-wheel-build-\w|"
        r"\bCommand errored out\b|"
        r"\bERROR: Failed to build\b|\bFailed building wheel\b|\bEncountered error while generating\b|"
        r"\bfailed to solve: process\b|\bdid not (?:complete|run) successfully\b|\bCalledProcessError\b|"
        r"\bChildFailedError\b|\b[Ss]ee (?:the )?(?:root cause|error\w*|messages?|log output|output) above\b|"
        r"\bEngine core initialization failed\b|\bWorkerProc initialization failed\b|\bELIFECYCLE\b",
        (
            "Traceback (most~During handling of~direct cause of the~metadata-generation-failed~failed-wheel-build~"
            "Command errored out~Failed to build~Failed building wheel~rror while generating~"
            "failed to solve: process~complete successfully~run successfully~CalledProcessError~ChildFailedError~"
            " above~initialization failed~ELIFECYCLE"
        ),
        "Traceback (most recent call last):",
        other="a traceback follows",
        weight=Weight.FAILED,
    ),
)
