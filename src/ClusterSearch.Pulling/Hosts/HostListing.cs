using System.Text.Json;

namespace ClusterSearch.Pulling.Hosts;

/// <summary>A file as its host states it.</summary>
/// <param name="Path">A plain relative name with forward slashes.</param>
/// <param name="Size">Null where the host does not say.</param>
/// <param name="Sha256">Lower-case hexadecimal; null where the host does not say.</param>
internal sealed record HostFile(string Path, long? Size, string? Sha256)
{
    public string? Commit { get; init; }
}

/// <summary>A repository's files at a commit: the hub's answer to /api/models/REPOSITORY/revision/REVISION?blobs=true.</summary>
internal sealed record HostListing(string? Commit, IReadOnlyList<HostFile> Files)
{
    /// <summary>Null for JSON of another shape.</summary>
    /// <exception cref="Core.ClusterSearchException">model.download_failed for a name that leads elsewhere: such a host is not to be trusted.</exception>
    public static HostListing? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("siblings", out var siblings) || siblings.ValueKind != JsonValueKind.Array) return null;
        var files = new List<HostFile>();
        foreach (var entry in siblings.EnumerateArray())
        {
            if (Text(entry, "rfilename") is not { } path) return null;
            if (!IsPlainName(path))
                throw PullFaults.Refused($"the host lists a file called '{new string([.. path.Take(80).Select(c => char.IsControl(c) ? '?' : c)])}', which would lie outside the model's folder; nothing was fetched");
            var lfs = entry.TryGetProperty("lfs", out var pointer) && pointer.ValueKind == JsonValueKind.Object ? pointer : default;
            var sha = lfs.ValueKind == JsonValueKind.Object ? Text(lfs, "sha256") ?? Text(lfs, "oid") : null;
            files.Add(new HostFile(path, Number(lfs, "size") ?? Number(entry, "size"), sha is { Length: 64 } && sha.All(char.IsAsciiHexDigit) ? sha.ToLowerInvariant() : null));
        }
        return new HostListing(Text(root, "sha") is { } commit && IsCommit(commit) ? commit : null, files);
    }

    public static bool IsCommit(string text) => text.Length is >= 7 and <= 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Relative, forward slashes, no step upwards, nothing a file system or a terminal takes for something else.</summary>
    public static bool IsPlainName(string path) =>
        path.Length is > 0 and <= 512 && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal) && !path.Any(char.IsControl)
        && path.Split('/').All(segment => segment.Length is > 0 and <= 255 && segment is not ("." or ".."));

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number) && number >= 0 ? number : null;
}
