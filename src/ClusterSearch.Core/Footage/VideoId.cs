using System.Diagnostics.CodeAnalysis;

namespace ClusterSearch.Core.Footage;

/// <summary>
/// A video's identity: its content, not its path. 32 lower-case hexadecimal digits, the first half of a SHA-256 over
/// the file's size and sampled blocks. Ordered by its digits (ordinal), which is the tie order of every ranking.
/// </summary>
public readonly record struct VideoId : IComparable<VideoId>
{
    public const int Length = 32;

    private readonly string? _digits;

    private VideoId(string digits) => _digits = digits;

    /// <summary>The 32 digits; the empty string for <c>default</c>, which is nobody's identity.</summary>
    public string Value => _digits ?? string.Empty;

    public static VideoId Parse(string text) =>
        TryParse(text, out var id)
            ? id
            : throw new FormatException($"a video id is {Length} hexadecimal digits, found '{text}'");

    public static bool TryParse([NotNullWhen(true)] string? text, out VideoId id)
    {
        id = default;
        if (text is null || text.Length != Length) return false;
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c)) return false;
        id = new VideoId(text.ToLowerInvariant());
        return true;
    }

    /// <summary>The id of 16 bytes of digest.</summary>
    public static VideoId FromDigest(ReadOnlySpan<byte> digest) =>
        new(Convert.ToHexStringLower(digest[..(Length / 2)]));

    public int CompareTo(VideoId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
