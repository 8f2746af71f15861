namespace ClusterSearch.Archive.Tests;

/// <summary>The shipped samples, in an archive for all tests of a class that only ask.</summary>
public sealed class SamplesArchive(WholeArchive whole) : IAsyncLifetime
{
    internal TestArchive Archive { get; private set; } = null!;

    internal IngestReport Report => whole.Report;

    public async ValueTask InitializeAsync() => Archive = await TestArchive.OpenAsync(whole.Copy());

    public ValueTask DisposeAsync() => Archive.DisposeAsync();
}
