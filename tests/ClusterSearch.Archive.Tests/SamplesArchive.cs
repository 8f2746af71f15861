using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>The shipped samples, ingested once for all tests that only ask.</summary>
public sealed class SamplesArchive : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    internal TestArchive Archive { get; private set; } = null!;

    internal IngestReport Report { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Archive = await TestArchive.OpenAsync(_directory.File("archive"));
        Report = await Archive.IngestAsync(TestAssets.Samples);
    }

    public async ValueTask DisposeAsync()
    {
        await Archive.DisposeAsync();
        _directory.Dispose();
    }
}
