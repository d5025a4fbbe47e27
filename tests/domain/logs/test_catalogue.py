"""The catalogue of log lines: each says what it must, is found in its sample whatever happened to it, and is claimed by
no other."""

from __future__ import annotations

import re

import pytest

from cudacompat import engines
from cudacompat.app.explain import line_catalogue
from cudacompat.artifacts.logs import LogScanner, finder
from cudacompat.domain.gpus.lookup import capability_of_cut_name
from cudacompat.domain.logs.diagnosis import LogSource, diagnose
from cudacompat.domain.logs.match import Matcher
from cudacompat.domain.logs.reading import LogReading
from cudacompat.domain.logs.report import ExplainReport
from cudacompat.domain.logs.signature import Role, Signature, compile_template, pieces_of
from cudacompat.domain.rules import all_rules
from cudacompat.domain.words.verdict import Target
from tests.helpers.each_row import each_case, each_row
from tests.helpers.log_variants import VARIANTS

CATALOGUE = line_catalogue()
GROUPS, SIGNATURES, by_id, named = CATALOGUE.groups, CATALOGUE.signatures, CATALOGUE.by_id, CATALOGUE.named
PRINTED = tuple(signature for signature in SIGNATURES if not signature.derived)
MATCHER = Matcher(PRINTED, CATALOGUE.everywhere)


def reader() -> LogReading:
    return LogReading(MATCHER, engines.log_names(), CATALOGUE.signs, capability_of=capability_of_cut_name)


FIND = finder(reader().needles)  # made once: it is the larger part of a short reading


def read(text: str, target: Target | None = None) -> ExplainReport:
    """What `explain` makes of a log."""
    reading = reader()
    scanner = LogScanner(reading, FIND)
    data = text.encode("utf-8", "surrogateescape")
    scanner.feed(data)
    scanner.close()
    source = LogSource("x.log", scanner.lines, scanner.size)
    return diagnose(reading, source, target, None, engines={"whisper.cpp", "whisper-rs"}, lines=by_id())


class TestTheTable:
    def test_there_are_at_least_350(self) -> None:
        assert len(SIGNATURES) >= 350
        assert len({signature.id for signature in SIGNATURES}) == len(SIGNATURES)

    def test_ids_are_well_formed_and_not_those_of_rules(self) -> None:
        rules = {rule.id for rule in all_rules()}
        for signature in SIGNATURES:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", signature.id)
            assert signature.id not in rules

    @each_row("signature", SIGNATURES, lambda s: s.id)
    def test_each_says_what_it_must(self, signature: Signature) -> None:
        for text in (signature.title, signature.cause, signature.does_not_mean, signature.fix, signature.sample):
            assert text
            assert text == text.strip() or text is signature.sample
        assert "\n" not in signature.title
        assert signature.sources
        assert all(source and not source.startswith("?") for source in signature.sources)
        assert signature.derived is not bool(signature.patterns)
        assert set(signature.after) <= {*by_id()}
        assert signature.id not in signature.after

    @each_row("signature", SIGNATURES, lambda s: s.id)
    def test_its_fields_are_known(self, signature: Signature) -> None:
        given = {"gpu", "label", "engine", "number", "toolkit", "driver", "wheel", "running", "archs", "capability"}
        given |= {"version", "needed"} if signature.derived else set()
        given |= set(re.findall(r"<([a-z_]+):[^<>]+>", " ".join(signature.patterns)))
        texts = (signature.title, signature.cause, signature.does_not_mean, signature.fix, signature.command or "")
        used = set(re.findall(r"\{(\w+)\}", " ".join(texts)))
        assert used <= given
        assert set(signature.distinct) <= given

    def test_every_group_has_some(self) -> None:
        assert all(group.signatures and group.title for group in GROUPS)

    def test_a_cuda_error_is_found_by_its_number_and_names(self) -> None:
        assert named("209") is by_id()["cuda-no-kernel-image"]
        assert named("cuda-719") is by_id()["cuda-launch-failure"]
        assert named("CUDA_ERROR_NO_BINARY_FOR_GPU") is by_id()["cuda-no-kernel-image"]
        assert named("cudaErrorUnsupportedPtxVersion") is by_id()["cuda-unsupported-ptx"]
        assert named("7777") is None

    def test_every_error_of_the_runtime_and_the_driver_is_known(self) -> None:
        """Of libcudart and cuda.h where the test extra has brought them: by name, by number and by text."""
        import ctypes

        from tests.helpers.toolchain import _nvidia_folders, missing

        found = [folder for folder in _nvidia_folders() if (folder / "cu13/include/cuda.h").exists()]
        if not found:
            missing("no cuda.h")
        header = (found[0] / "cu13/include/cuda.h").read_text()
        cudart = ctypes.CDLL(str(next((found[0] / "cu13/lib").glob("libcudart.so.*"))))
        cudart.cudaGetErrorName.restype = cudart.cudaGetErrorString.restype = ctypes.c_char_p
        errors = {int(number): name for name, number in re.findall(r"(CUDA_ERROR_\w+)\s*=\s*(\d+)", header)}
        assert len(errors) > 90
        for number in range(1, 1000):
            name = cudart.cudaGetErrorName(number).decode()
            names = {errors.get(number, ""), "" if name == "unrecognized error code" else name} - {""}
            for each in names:
                found_by = {named(each), named(str(number)), MATCHER.match(f"CUDA error: {each}").signature}  # type: ignore[union-attr]
                assert len(found_by) == 1, each

    def test_numbers_and_names_are_libcudart_s(self) -> None:
        """Measured against the runtime itself where the test extra has brought it."""
        import ctypes

        from tests.helpers.toolchain import _nvidia_folders, missing

        libraries = [path for folder in _nvidia_folders() for path in folder.glob("*/lib/libcudart.so.*")]
        if not libraries:
            missing("no libcudart")
        cudart = ctypes.CDLL(str(libraries[0]))
        cudart.cudaGetErrorName.restype = ctypes.c_char_p
        cudart.cudaGetErrorString.restype = ctypes.c_char_p
        for signature in SIGNATURES:
            if signature.code is None:
                continue
            name = cudart.cudaGetErrorName(signature.code).decode()
            if name == "unrecognized error code":  # of the driver alone
                assert all(each.startswith("CUDA_ERROR_") for each in signature.names)
                continue
            assert name in signature.names
            text = cudart.cudaGetErrorString(signature.code).decode()
            match = MATCHER.match(f"CUDA error: {text}")
            assert match is not None
            assert match.signature is signature


class TestTemplates:
    @each_case(
        ("template", "text", "found"),
        [
            ("no GPU found", "x: no GPU found", True),
            ("no GPU found", "piano GPU found", False),
            ("nvcc fatal : Value", "nvcc fatal   : Value", True),
            ("is 'cmake' not", "is `cmake` not", True),
            ("is 'cmake' not", "is \u2018cmake\u2019 not", True),
            ("is 'cmake' not", "is \\'cmake\\' not", True),
            ("is <q>cmake<q> not", "is cmake not", False),
            ("error <n:num>", "error 209", True),
            ("CUDA error 20", "CUDA error 209", False),
            ("a<...>b", "a\nb", False),
            ("a<+>b", "a\nb", True),
        ],
    )
    def test_what_they_match(self, template: str, text: str, found: bool) -> None:
        assert (compile_template(template).regex.search(text) is not None) is found

    def test_one_without_text_is_refused(self) -> None:
        with pytest.raises(ValueError, match="literal text"):
            compile_template("<...>")

    def test_every_pattern_has_a_piece_that_the_scanner_finds(self) -> None:
        for signature in PRINTED:
            for template in signature.templates:
                pieces = pieces_of(template)
                assert pieces
                assert all(len(piece) >= 4 for piece in pieces), (signature.id, pieces)


@each_row("signature", [s for s in PRINTED if "{" in s.title + s.fix], lambda s: s.id)
def test_values_are_taken_whole(signature: Signature) -> None:
    match = MATCHER.match(signature.sample)
    assert match is not None
    assert match.signature is signature
    for name, value in match.values:
        word = rf"(?:(?<![A-Za-z0-9_])|(?<=-l)){re.escape(value)}(?![A-Za-z0-9_])"
        assert not value or re.search(word, signature.sample), (name, value)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_sample_is_found_whatever_happened_to_it(variant: str) -> None:
    wrong = []
    for signature in PRINTED:
        report = read(VARIANTS[variant](signature.sample) + "\n")
        found = [match.signature.id for match in report.matches]
        if signature.id not in found:
            wrong.append((signature.id, found))
    assert not wrong


@each_row("signature", PRINTED, lambda s: s.id)
def test_no_other_claims_its_sample(signature: Signature) -> None:
    matched = {match.signature.id for match in read(signature.sample + "\n").matches}
    refined = {"ggml-default-target", "ggml-no-device-code", "ggml-kernel-lacks-feature"}
    if signature.id in refined:
        assert matched <= refined
        return
    ends = {each.id for each in SIGNATURES if each.role is not Role.CAUSE}  # "Aborted", "make: *** Error 1"
    assert signature.id in matched
    assert matched - {signature.id} <= set(signature.after) | ends


@pytest.mark.parametrize("signature", [s for s in SIGNATURES if s.derived], ids=lambda s: s.id)
def test_the_derived_ones_follow_from_their_samples(signature: Signature) -> None:
    capability = "7.0" if signature.id == "ggml-kernel-lacks-feature" else "12.0"
    device = f"  Device 0: NVIDIA card, compute capability {capability}, VMM: yes\n"
    text = signature.sample if "Device 0" in signature.sample else device + signature.sample
    assert signature.id in {match.signature.id for match in read(text + "\n").matches}
