"""A recording's sound: a quiet tone that lasts as long as the words did."""

import io
import math
import wave

RATE = 8000
TONE_HERTZ = 220
LOUDNESS = 24


def wav(seconds: int) -> bytes:
    """A WAV file of `seconds`, 8 bit, mono, 8 kHz; at least a tenth of a second."""
    second = bytes(128 + round(LOUDNESS * math.sin(2 * math.pi * TONE_HERTZ * sample / RATE)) for sample in range(RATE))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(RATE)
        writer.writeframes(second * seconds or second[: RATE // 10])
    return file.getvalue()
