"""The captcha's picture: digits drawn as a PNG with noise, so that no text of it stands in the page."""

import random
import struct
import zlib

GLYPHS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
}
WIDTH, HEIGHT, SCALE = 160, 60, 5


def captcha_png(digits: str) -> bytes:
    """A 160 x 60 greyscale PNG of up to four digits; the same digits give the same picture."""
    rng = random.Random(digits)
    pixels = [bytearray(rng.randrange(205, 256) for _ in range(WIDTH)) for _ in range(HEIGHT)]
    for place, digit in enumerate(digits[:4]):
        left, top = 12 + place * 36 + rng.randrange(5), 8 + rng.randrange(12)
        _draw(pixels, digit, left, top, rng.randrange(20, 90))
    for _ in range(3):
        row, slope = rng.randrange(HEIGHT), rng.uniform(-0.3, 0.3)
        for x in range(WIDTH):
            pixels[int(row + slope * x) % HEIGHT][x] = 120
    return _png(pixels)


def _draw(pixels: list[bytearray], digit: str, left: int, top: int, shade: int) -> None:
    for y, bits in enumerate(GLYPHS[digit].split()):
        for x, bit in enumerate(bits):
            if bit == "1":
                for row in pixels[top + y * SCALE : top + (y + 1) * SCALE]:
                    row[left + x * SCALE : left + (x + 1) * SCALE] = bytes([shade]) * SCALE


def _png(pixels: list[bytearray]) -> bytes:
    raw = b"".join(b"\0" + bytes(row) for row in pixels)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
