using ClusterSearch.Testing;
using Microsoft.Data.Sqlite;

[assembly: AssemblyFixture(typeof(ClusterSearch.Archive.Tests.WholeArchive))]

namespace ClusterSearch.Archive.Tests;

/// <summary>The samples in small chunks, ingested once a run, closed, and copied for every test that begins with them.</summary>
public sealed class WholeArchive : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _copies;

    internal static IngestRequest Request { get; } = new() { Paths = [TestAssets.Samples], ChunkDuration = TimeSpan.FromSeconds(7) };

    public string Digest { get; private set; } = null!;

    /// <summary>What the ingest said.</summary>
    internal IngestReport Report { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("whole"));
        Report = await archive.IngestAsync(Request);
        var report = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(report.Problems);
        Digest = report.Digest!;
    }

    public string Copy()
    {
        var copy = _directory.File($"copy-{Interlocked.Increment(ref _copies)}");
        foreach (var path in Directory.EnumerateFiles(_directory.File("whole"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_directory.File("whole"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
        return copy;
    }

    /// <param name="sql">LONGEST and SHORTEST stand for the numbers of the plans with most and fewest samples.</param>
    public static void Execute(string archive, string sql)
    {
        sql = sql.Replace("LONGEST", "(SELECT number FROM plan ORDER BY planned_samples DESC LIMIT 1)", StringComparison.Ordinal)
            .Replace("SHORTEST", "(SELECT number FROM plan ORDER BY planned_samples LIMIT 1)", StringComparison.Ordinal);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(archive, "catalog.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, sql);
    }

    /// <summary>The current manifests, or the segments that they name: what they replaced lies about until the next change.</summary>
    public static IReadOnlyList<string> CurrentIndexFiles(string archive, bool segments)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(archive, "catalog.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT index_name, manifest FROM manifest";
        using var rows = command.ExecuteReader();
        var files = new List<string>();
        while (rows.Read())
        {
            var manifest = Path.Combine(archive, "index", rows.GetString(0), rows.GetString(1));
            if (!segments) files.Add(manifest);
            else files.AddRange(IndexFiles.SegmentsOf(manifest));
        }
        return files;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
