namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>Where the trace of each plan is.</summary>
internal static class SchemaVersion3
{
    public const string Sql = """
        -- W3C traceparent of the span under which it was planned.
        ALTER TABLE plan ADD COLUMN trace text;
        """;
}
