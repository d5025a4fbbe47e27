"""Make a whisper model with made weights, and a sample to transcribe: nothing is downloaded, nothing is learnt.

    tools/hardware/make_whisper_model.py OUT [--shape tiny|base|small]

Writes OUT/ggml-<shape>.bin in whisper.cpp's own format and OUT/sample.wav (11 s, 16 kHz, mono). What such a model says
means nothing; it has the shape of the real one, so it takes the same kernels and the same time for each pass. The same
arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import array
import math
import random
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

# state, heads, layers of encoder and decoder
SHAPES = {"tiny": (384, 6, 4), "base": (512, 8, 6), "small": (768, 12, 12)}
VOCABULARY, TOKENS, AUDIO_CONTEXT, TEXT_CONTEXT, MELS, FFT = 51865, 50257, 1500, 448, 80, 201
MAGIC = 0x67676D6C
NEEDED = (" ", " -", " '")  # words that whisper.cpp looks up by name

Shape = tuple[int, ...]


def tensors(state: int, layers: int) -> Iterator[tuple[str, Shape, bool]]:
    """Every tensor by name, shape (slowest dimension first) and whether it is half precision."""
    yield "encoder.positional_embedding", (AUDIO_CONTEXT, state), False
    yield "encoder.conv1.weight", (state, MELS, 3), True
    yield "encoder.conv1.bias", (state, 1), False
    yield "encoder.conv2.weight", (state, state, 3), True
    yield "encoder.conv2.bias", (state, 1), False
    yield from norm("encoder.ln_post", state)
    yield "decoder.positional_embedding", (TEXT_CONTEXT, state), False
    yield "decoder.token_embedding.weight", (VOCABULARY, state), True
    yield from norm("decoder.ln", state)
    for side, attentions in (("encoder", ("attn",)), ("decoder", ("attn", "cross_attn"))):
        for layer in range(layers):
            block = f"{side}.blocks.{layer}"
            yield from norm(f"{block}.mlp_ln", state)
            yield f"{block}.mlp.0.weight", (4 * state, state), True
            yield f"{block}.mlp.0.bias", (4 * state,), False
            yield f"{block}.mlp.2.weight", (state, 4 * state), True
            yield f"{block}.mlp.2.bias", (state,), False
            for attention in attentions:
                yield from norm(f"{block}.{attention}_ln", state)
                for part in ("query", "key", "value", "out"):
                    yield f"{block}.{attention}.{part}.weight", (state, state), True
                    if part != "key":
                        yield f"{block}.{attention}.{part}.bias", (state,), False


def norm(name: str, state: int) -> Iterator[tuple[str, Shape, bool]]:
    """A layer norm's two tensors."""
    yield f"{name}.weight", (state,), False
    yield f"{name}.bias", (state,), False


def halves(count: int) -> bytes:
    """So many half-precision values between 0.016 and 0.031 in size, of either sign: a block of them, repeated."""
    draw = random.Random(1)
    block = array.array("H", ((draw.getrandbits(1) << 15) | 0x2400 | draw.getrandbits(10) for _ in range(1 << 16)))
    data = block.tobytes()
    return (data * (2 * count // len(data) + 1))[: 2 * count]


def model(path: Path, shape: str) -> None:
    """Write the model."""
    state, heads, layers = SHAPES[shape]
    with path.open("wb") as out:
        numbers = (VOCABULARY, AUDIO_CONTEXT, state, heads, layers, TEXT_CONTEXT, state, heads, layers, MELS, 1)
        out.write(struct.pack("<I11i", MAGIC, *numbers))
        out.write(struct.pack("<2i", MELS, FFT) + struct.pack("<f", 1 / FFT) * (MELS * FFT))
        out.write(struct.pack("<i", TOKENS))
        for number in range(TOKENS):
            word = (NEEDED[number] if number < len(NEEDED) else f" w{number}").encode()
            out.write(struct.pack("<i", len(word)) + word)
        for name, dimensions, half in tensors(state, layers):
            count = math.prod(dimensions)
            out.write(struct.pack("<3i", len(dimensions), len(name), half))
            out.write(struct.pack(f"<{len(dimensions)}i", *reversed(dimensions)) + name.encode())
            scale = name.rsplit(".", 2)[-2].endswith(("ln", "ln_post")) and name.endswith(".weight")
            out.write(halves(count) if half else struct.pack("<f", 1.0 if scale else 0.0) * count)


def sample(path: Path, seconds: int = 11, rate: int = 16000) -> None:
    """Write a sound that goes up and down."""
    values = (
        int(9000 * math.sin(2 * math.pi * (200 + 20 * math.sin(t / rate)) * t / rate)) for t in range(seconds * rate)
    )
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(array.array("h", values).tobytes())


def main() -> None:
    """Write both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="base")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model(given.out / f"ggml-{given.shape}.bin", given.shape)
    sample(given.out / "sample.wav")


if __name__ == "__main__":
    main()
