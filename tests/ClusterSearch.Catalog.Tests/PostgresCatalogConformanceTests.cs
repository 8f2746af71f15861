using ClusterSearch.Conformance.Catalog;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Tests;

/// <summary>The catalogue's conformance suite over PostgreSQL, and after it the state of the tables themselves.</summary>
public sealed class PostgresCatalogConformanceTests(SharedPostgres postgres) : CatalogConformance
{
    private readonly string _schema = SharedPostgres.NewSchema();
    private TimeSpan _clockOffset;

    public override async ValueTask InitializeAsync()
    {
        await postgres.ConnectionStringAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
    }

    protected override async Task<ICatalog> OpenAsync() => await PostgresCatalog.OpenAsync(
        await postgres.ConnectionStringAsync(), new PostgresCatalogOptions { Schema = _schema, ClockOffset = () => _clockOffset }, Cancellation);

    protected override Task AdvanceClockAsync(TimeSpan by)
    {
        _clockOffset += by;
        return Task.CompletedTask;
    }

    protected override Task VerifyStoreAsync() => PostgresState.AssertSoundAsync(postgres, _schema);
}
