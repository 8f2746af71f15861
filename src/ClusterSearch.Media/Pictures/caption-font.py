#!/usr/bin/env python3
"""Draws caption-font.bin, the letters of contact sheets, from DejaVu Sans with ffmpeg's drawtext.

A machine that runs ffmpeg need not have a font, so the drawn letters are kept. Format, gzipped: height, baseline (bytes), then per
glyph: code point (u16 LE), advance, left offset + 64, width (bytes), width * height coverage bytes, row by row.
Usage: caption-font.py DejaVuSans.ttf caption-font.bin
"""
import gzip, os, struct, subprocess, sys, tempfile

SIZE, CELL, HEIGHT, BASELINE, LEFT, COLUMNS = 15, 32, 20, 15, 8, 32
POINTS = [*range(0x20, 0x7F), *range(0xA1, 0x180), *range(0x386, 0x3CF), *range(0x400, 0x460), 0x490, 0x491,
          0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AC, 0x2116, 0x2192, 0x2212, 0xFFFD]


class Font:
    def __init__(self, path):
        data = self.data = open(path, "rb").read()
        self.tables = {data[12 + 16 * i:16 + 16 * i]: struct.unpack(">II", data[20 + 16 * i:28 + 16 * i]) for i in range(struct.unpack(">H", data[4:6])[0])}
        self.em = struct.unpack(">H", self.table(b"head")[18:20])[0]
        self.metrics = struct.unpack(">H", self.table(b"hhea")[34:36])[0]
        cmap = self.table(b"cmap")
        for i in range(struct.unpack(">H", cmap[2:4])[0]):
            platform, _, offset = struct.unpack(">HHI", cmap[4 + 8 * i:12 + 8 * i])
            if platform in (0, 3) and struct.unpack(">H", cmap[offset:offset + 2])[0] == 4:
                self.cmap = cmap[offset:]

    def table(self, name):
        offset, length = self.tables[name]
        return self.data[offset:offset + length]

    def glyph(self, point):
        cmap, count = self.cmap, struct.unpack(">H", self.cmap[6:8])[0] // 2
        at = lambda block, i: struct.unpack(">H", cmap[14 + 2 * count * block + 2 * i + (2 if block else 0):][:2])[0]
        for i in range(count):
            if at(0, i) >= point:
                start, delta, offset = at(1, i), at(2, i), at(3, i)
                if start > point:
                    return 0
                if offset == 0:
                    return (point + delta) & 0xFFFF
                where = 16 + 6 * count + 2 * i + offset + 2 * (point - start)
                return (struct.unpack(">H", cmap[where:where + 2])[0] + delta) & 0xFFFF
        return 0

    def advance(self, point):
        glyph = min(self.glyph(point), self.metrics - 1)
        return struct.unpack(">H", self.table(b"hmtx")[4 * glyph:4 * glyph + 2])[0] * SIZE / self.em


def draw(font_path, points, width):
    with tempfile.TemporaryDirectory() as directory:
        filters = []
        for i, point in enumerate(points):
            name = os.path.join(directory, str(point))
            open(name, "w", encoding="utf-8").write(chr(point))
            if point != 0x20:
                filters.append(f"drawtext=fontfile={font_path}:fontsize={SIZE}:fontcolor=white:expansion=none:textfile={name}:x={i * CELL + LEFT}:y={BASELINE}-ascent")
        return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"color=black:s={width}x{CELL},format=gray", "-vf", ",".join(filters),
                               "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"], check=True, stdout=subprocess.PIPE).stdout


def main(font_path, output):
    font = Font(font_path)
    points = [point for point in POINTS if font.glyph(point)]
    width = COLUMNS * CELL
    pixels = b"".join(draw(font_path, points[i:i + COLUMNS], width) for i in range(0, len(points), COLUMNS))
    out = bytearray([HEIGHT, BASELINE])
    for i, point in enumerate(points):
        rows = [pixels[(i // COLUMNS * CELL + y) * width + i % COLUMNS * CELL:][:CELL] for y in range(HEIGHT)]
        rows = [bytes(max(0, min(255, (value - 16) * 255 // 219)) for value in row) for row in rows]
        used = [x for x in range(CELL) if any(row[x] for row in rows)]
        first, end = (used[0], used[-1] + 1) if used else (LEFT, LEFT)
        out += struct.pack("<HBBB", point, round(font.advance(point)), first - LEFT + 64, end - first)
        for row in rows:
            out += row[first:end]
    open(output, "wb").write(gzip.compress(bytes(out), 9, mtime=0))
    print(len(points), "glyphs,", os.path.getsize(output), "bytes")


main(*sys.argv[1:])
