using System.Text.Json;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>What one index took, as each program of the comparison writes it.</summary>
/// <param name="Parameters">Of the build.</param>
/// <param name="MemoryMiB">Resident for searching, pages of mapped files left out where the index is mapped.</param>
internal sealed record PeerFigures(string System, string Version, string Parameters, PeerBuild Build, double MemoryMiB, IReadOnlyList<PeerRun> Runs)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static PeerFigures Read(string path) => JsonSerializer.Deserialize<PeerFigures>(File.ReadAllText(path), Json)
        ?? throw new InvalidDataException($"{path} is empty.");
}

/// <param name="ProcessorSeconds">Over all threads: what a machine with other work says truly.</param>
/// <param name="Bytes">On the disk.</param>
internal sealed record PeerBuild(double Seconds, double ProcessorSeconds, long Bytes);

/// <summary>All queries at one setting.</summary>
/// <param name="Threads">1: a query a call. 2: all queries in one call or by two callers, as the index likes it best.</param>
/// <param name="Found">Numbers of the rows found, a list a query; the first queries only, where asking all would take long.</param>
internal sealed record PeerRun(
    string Setting, int Threads, double QueriesPerSecond, double? MillisecondsP50, double? MillisecondsP95, IReadOnlyList<IReadOnlyList<long>> Found);
