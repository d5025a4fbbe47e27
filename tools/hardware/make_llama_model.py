"""Make a llama model with made weights, in GGUF: nothing is downloaded, nothing is learnt.

    tools/hardware/make_llama_model.py OUT

Writes OUT/model.gguf (5 MB): a llama of four small layers and a vocabulary of bytes. What such a model says means
nothing; llama.cpp loads it, and its kernels run. The same bytes come out each time.
"""

from __future__ import annotations

import argparse
import array
import math
import random
import struct
from collections.abc import Iterator
from pathlib import Path

STATE, HEADS, LAYERS, FORWARD, CONTEXT = 256, 4, 4, 512, 2048
TOKENS = ("<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *(f"\u2581w{n}" for n in range(253)))
UNKNOWN, CONTROL, BYTE, NORMAL = 2, 3, 6, 1  # llama_token_type of llama.h
KINDS = (UNKNOWN, CONTROL, CONTROL, *(BYTE,) * 256, *(NORMAL,) * 253)
U32, I32, F32, STRING, ARRAY = 4, 5, 6, 8, 9  # gguf_type of ggml's gguf.h
SINGLE, HALF = 0, 1  # ggml_type of ggml.h
ALIGNMENT = 32

Tensor = tuple[str, tuple[int, ...], int]


def tensors() -> Iterator[Tensor]:
    """Every tensor by name, shape (fastest dimension first) and type."""
    yield "token_embd.weight", (STATE, len(TOKENS)), HALF
    yield "output_norm.weight", (STATE,), SINGLE
    yield "output.weight", (STATE, len(TOKENS)), HALF
    for layer in range(LAYERS):
        for name, shape in (
            *((f"attn_{part}", (STATE, STATE)) for part in ("q", "k", "v", "output")),
            ("ffn_gate", (STATE, FORWARD)),
            ("ffn_up", (STATE, FORWARD)),
            ("ffn_down", (FORWARD, STATE)),
        ):
            yield f"blk.{layer}.{name}.weight", shape, HALF
        for name in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{name}.weight", (STATE,), SINGLE


def text(value: str) -> bytes:
    """A string as GGUF has it."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def settings() -> Iterator[bytes]:
    """Each key with its value."""

    def number(key: str, value: int) -> bytes:
        return text(key) + struct.pack("<II", U32, value)

    def row(key: str, kind: int, values: list[bytes]) -> bytes:
        return text(key) + struct.pack("<IIQ", ARRAY, kind, len(values)) + b"".join(values)

    yield text("general.architecture") + struct.pack("<I", STRING) + text("llama")
    yield number("general.file_type", 1)
    yield number("llama.context_length", CONTEXT)
    yield number("llama.embedding_length", STATE)
    yield number("llama.block_count", LAYERS)
    yield number("llama.feed_forward_length", FORWARD)
    yield number("llama.attention.head_count", HEADS)
    yield number("llama.attention.head_count_kv", HEADS)
    yield number("llama.rope.dimension_count", STATE // HEADS)
    yield text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", F32, 1e-5)
    yield text("tokenizer.ggml.model") + struct.pack("<I", STRING) + text("llama")
    yield row("tokenizer.ggml.tokens", STRING, [text(token) for token in TOKENS])
    yield row("tokenizer.ggml.scores", F32, [struct.pack("<f", -n) for n in range(len(TOKENS))])
    yield row("tokenizer.ggml.token_type", I32, [struct.pack("<i", kind) for kind in KINDS])
    for key, token in (("unknown", 0), ("bos", 1), ("eos", 2)):
        yield number(f"tokenizer.ggml.{key}_token_id", token)


def weights(shape: tuple[int, ...], kind: int, draw: random.Random) -> bytes:
    """Ones for a norm, and small halves of either sign for all else."""
    count = math.prod(shape)
    if kind == SINGLE:
        return struct.pack("<f", 1.0) * count
    values = ((draw.getrandbits(1) << 15) | 0x2800 | draw.getrandbits(10) for _ in range(count))
    return array.array("H", values).tobytes()


def model(path: Path) -> None:
    """Write the model."""
    listed, pairs, draw = list(tensors()), list(settings()), random.Random(1)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(listed), len(pairs)) + b"".join(pairs)
    body = b""
    for name, shape, kind in listed:
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(body))
        data = weights(shape, kind, draw)
        body += data + bytes(-len(data) % ALIGNMENT)
    path.write_bytes(head + bytes(-len(head) % ALIGNMENT) + body)


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model(given.out / "model.gguf")


if __name__ == "__main__":
    main()
