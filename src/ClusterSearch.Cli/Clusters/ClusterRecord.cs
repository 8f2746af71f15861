using System.Text.Json;
using ClusterSearch.Cli.Json;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Clusters;

/// <summary>cluster.json in a cluster's directory: which processes it is made of, for `cluster stop` and for the cluster that comes after one that was killed.</summary>
/// <param name="Supervisor">The process that keeps the others running.</param>
internal sealed record ClusterRecord(ProcessIdentity Supervisor, IReadOnlyList<MemberRecord> Members)
{
    private const string Name = "cluster.json";

    /// <returns>Null where there is none, or only a part of one.</returns>
    /// <exception cref="ClusterSearchException">archive.file_system.</exception>
    public static ClusterRecord? Read(string directory)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), DocumentContext.Readable.ClusterRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    public void Write(string directory)
    {
        using var file = new AtomicFile(Path.Combine(directory, Name));
        JsonSerializer.Serialize(file.Stream, this, DocumentContext.Readable.ClusterRecord);
        file.Commit();
    }

    public static void Delete(string directory) => File.Delete(Path.Combine(directory, Name));
}

/// <param name="StopSignal">What it ends by in good order.</param>
internal sealed record MemberRecord(string Name, ProcessIdentity Process, int StopSignal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Ends it; nothing happens where it has ended.</summary>
    /// <returns>Whether it is gone.</returns>
    public Task<bool> EndAsync() => Process.EndAsync(StopSignal, Patience);
}
