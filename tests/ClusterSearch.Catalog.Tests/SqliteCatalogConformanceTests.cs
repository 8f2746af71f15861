using ClusterSearch.Conformance.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>The catalogue's conformance suite over SQLite, and after it the state of the file itself.</summary>
public sealed class SqliteCatalogConformanceTests : CatalogConformance
{
    private readonly TemporaryDirectory _directory = new();
    private TimeSpan _clockOffset;

    private string DatabasePath => _directory.File("catalog.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }

    protected override async Task<ICatalog> OpenAsync() =>
        await SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions { ClockOffset = () => _clockOffset }, Cancellation);

    protected override Task AdvanceClockAsync(TimeSpan by)
    {
        _clockOffset += by;
        return Task.CompletedTask;
    }

    protected override Task VerifyStoreAsync()
    {
        DatabaseState.AssertSound(DatabasePath);
        return Task.CompletedTask;
    }
}
