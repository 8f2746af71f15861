using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Backup;

/// <summary>The file that says that a directory is a whole backup, written last.</summary>
/// <param name="MadeAt">When its catalogue was copied.</param>
internal sealed record BackupFile(int SchemaVersion, DateTimeOffset MadeAt, string Archive, int Videos, int Files, long Bytes)
{
    public const int CurrentVersion = 1;
    public const string Name = "backup.json";

    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, Name));

    /// <exception cref="ClusterSearchException">request.invalid for a directory that is no backup; archive.version.</exception>
    public static BackupFile Read(string directory)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupContext.Default.BackupFile);
            return file is { SchemaVersion: CurrentVersion } ? file
                : throw new ClusterSearchException(ErrorCodes.ArchiveVersion, $"{path}: a backup of version {CurrentVersion} was expected, {file?.SchemaVersion} found; use the release of ClusterSearch that made it");
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{directory}: expected a backup made by `clustersearch backup`, found none ({Name} is missing or broken)", fault);
        }
    }

    public void Write(string directory)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(this, BackupContext.Default.BackupFile));
                file.Flush(flushToDisk: true);
            }
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, path);
        }
    }
}

[JsonSerializable(typeof(BackupFile))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class BackupContext : JsonSerializerContext;
