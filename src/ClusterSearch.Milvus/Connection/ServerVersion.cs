using System.Globalization;

namespace ClusterSearch.Milvus.Connection;

/// <summary>A server's release; what newer ones have is used where it is high enough.</summary>
internal readonly record struct ServerVersion(int Major, int Minor)
{
    public static ServerVersion Oldest { get; } = new(2, 3);

    /// <summary>Inverted indexes over texts and numbers, from 2.4 on; older ones have tries and sorted lists.</summary>
    public bool HasInvertedIndex => IsAtLeast(2, 4);

    /// <param name="text">"2.3.5", "v2.6.1-gpu"; anything else counts as the oldest.</param>
    public static ServerVersion Parse(string text)
    {
        var parts = text.TrimStart('v').Split('.', '-');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new ServerVersion(major, minor)
            : Oldest;
    }

    private bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);
}
