namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>Feedback on moments.</summary>
internal static class SchemaVersion2
{
    public const string Sql = """
        -- recorded_ms: the database's time, in milliseconds since 1970.
        CREATE TABLE feedback (
            query_key text COLLATE "C" NOT NULL,
            video text COLLATE "C" NOT NULL REFERENCES video ON DELETE CASCADE,
            start_seconds double precision NOT NULL CHECK (start_seconds >= 0),
            end_seconds double precision NOT NULL CHECK (end_seconds > start_seconds),
            query text NOT NULL,
            is_relevant boolean NOT NULL,
            recorded_ms bigint NOT NULL,
            PRIMARY KEY (query_key, video, start_seconds, end_seconds));
        CREATE INDEX feedback_of_video ON feedback (video);
        """;
}
