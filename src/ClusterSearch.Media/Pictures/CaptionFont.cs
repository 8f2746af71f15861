using System.Buffers.Binary;
using System.IO.Compression;

namespace ClusterSearch.Media.Pictures;

/// <summary>
/// Letters for captions, drawn beforehand (caption-font.py says how): a machine that runs ffmpeg need not have a font. Latin,
/// Greek and Cyrillic; anything else becomes the replacement mark.
/// </summary>
internal sealed class CaptionFont
{
    private const char Replacement = '\uFFFD';
    private const char Ellipsis = '\u2026';
    private readonly Dictionary<char, Glyph> _glyphs = [];

    private CaptionFont(byte[] data)
    {
        Height = data[0];
        for (var at = 2; at < data.Length;)
        {
            var width = data[at + 4];
            var size = width * Height;
            _glyphs[(char)BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at))] = new Glyph(data[at + 2], data[at + 3] - 64, width, data.AsMemory(at + 5, size));
            at += 5 + size;
        }
    }

    public static CaptionFont Instance { get; } = Load();

    /// <summary>Rows of a line.</summary>
    public int Height { get; }

    public int WidthOf(string text) => text.Sum(c => Of(c).Advance);

    /// <summary>The text, with its middle left out where it is too wide: names differ at both ends.</summary>
    public string Fit(string text, int width)
    {
        if (WidthOf(text) <= width) return text;
        for (var kept = text.Length - 1; kept > 1; kept--)
        {
            var head = (kept + 1) / 2;
            var shorter = string.Concat(text.AsSpan(0, head).TrimEnd(), [Ellipsis], text.AsSpan(text.Length - (kept - head)).TrimStart());
            if (WidthOf(shorter) <= width) return shorter;
        }
        return Ellipsis.ToString();
    }

    /// <summary>Draws over a picture, blended by coverage; what lies outside is cut.</summary>
    public void Draw(Span<byte> rgb, int pictureWidth, int left, int top, string text, (byte Red, byte Green, byte Blue) colour)
    {
        foreach (var letter in text)
        {
            var glyph = Of(letter);
            var coverage = glyph.Coverage.Span;
            for (var y = 0; y < Height; y++)
            {
                for (var x = 0; x < glyph.Width; x++)
                {
                    var column = left + glyph.Left + x;
                    var at = ((top + y) * pictureWidth + column) * 3;
                    if (column < 0 || column >= pictureWidth || at < 0 || at + 3 > rgb.Length) continue;
                    int alpha = coverage[y * glyph.Width + x];
                    rgb[at] = Blend(rgb[at], colour.Red, alpha);
                    rgb[at + 1] = Blend(rgb[at + 1], colour.Green, alpha);
                    rgb[at + 2] = Blend(rgb[at + 2], colour.Blue, alpha);
                }
            }
            left += glyph.Advance;
        }
    }

    private static byte Blend(byte below, byte above, int alpha) => (byte)((below * (255 - alpha) + above * alpha + 127) / 255);

    private static CaptionFont Load()
    {
        using var resource = typeof(CaptionFont).Assembly.GetManifestResourceStream("caption-font.bin")!;
        using var unzipped = new GZipStream(resource, CompressionMode.Decompress);
        using var all = new MemoryStream();
        unzipped.CopyTo(all);
        return new CaptionFont(all.ToArray());
    }

    private Glyph Of(char letter) => _glyphs.TryGetValue(letter, out var glyph) ? glyph : _glyphs[Replacement];

    private sealed record Glyph(int Advance, int Left, int Width, ReadOnlyMemory<byte> Coverage);
}
