namespace ClusterSearch.Media.Probing;

/// <summary>Recognises a still picture by its first bytes, whatever its name says.</summary>
/// <param name="Name">For people.</param>
/// <param name="Demuxer">ffmpeg's demuxer that takes the file as one picture, not as the pattern of a sequence.</param>
internal sealed record PictureKind(string Name, string Demuxer)
{
    public static PictureKind? Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return new PictureKind("JPEG", "jpeg_pipe");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])) return new PictureKind("PNG", "png_pipe");
        if (head.StartsWith("GIF8"u8)) return new PictureKind("GIF", "gif");
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8)) return new PictureKind("WebP", "webp_pipe");
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8)) return new PictureKind("TIFF", "tiff_pipe");
        if (head.Length >= 18 && head.StartsWith("BM"u8) && head[6..10].SequenceEqual("\0\0\0\0"u8)) return new PictureKind("BMP", "bmp_pipe");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || head.StartsWith("\0\0\0\u000cJXL "u8)) return new PictureKind("JPEG XL", "jpegxl_pipe");
        if (head.Length >= 3 && head[0] == 'P' && head[1] is >= (byte)'1' and <= (byte)'6' && head[2] is (byte)'\n' or (byte)' ')
            return new PictureKind("PNM", head[1] switch { (byte)'1' or (byte)'4' => "pbm_pipe", (byte)'2' or (byte)'5' => "pgm_pipe", _ => "ppm_pipe" });
        if (head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8) && Brand(head[8..12])) return new PictureKind("HEIF or AVIF", "mov");
        return null;
    }

    public static PictureKind? OfFile(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = new byte[32];
        return Of(head.AsSpan(0, RandomAccess.Read(handle, head, 0)));
    }

    private static bool Brand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("avif"u8) || brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("mif1"u8);
}
