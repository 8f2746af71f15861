using System.Text.Json;

namespace ClusterSearch.Pulling.Files;

/// <summary>Where an installed model is from: pulled.json in its folder. No secret stands in it.</summary>
public sealed record InstalledModel
{
    public const string FileName = "pulled.json";

    public required string Host { get; init; }

    public required string Repository { get; init; }

    /// <summary>As it was asked for.</summary>
    public required string Revision { get; init; }

    /// <summary>What it stood for; null where the host does not say.</summary>
    public string? Commit { get; init; }

    public required string Precision { get; init; }

    public required DateTimeOffset PulledAt { get; init; }

    public required IReadOnlyList<InstalledFile> Files { get; init; }

    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Null for a folder that was not pulled.</summary>
    public static InstalledModel? Find(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), PullingJson.Default.InstalledModel) : null;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal void Write(string directory) =>
        File.WriteAllBytes(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, PullingJson.Default.InstalledModel));
}

/// <param name="Sha256">As the host or the pinned list stated it and the file has it; null where nobody stated one.</param>
public sealed record InstalledFile(string Path, long Bytes, string? Sha256);
