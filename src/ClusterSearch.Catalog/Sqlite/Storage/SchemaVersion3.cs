namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>Feedback on moments.</summary>
internal static class SchemaVersion3
{
    public const string Sql = """
        -- recorded_ms: the database's time, in milliseconds since 1970.
        CREATE TABLE feedback (
            query_key TEXT NOT NULL,
            video TEXT NOT NULL REFERENCES video ON DELETE CASCADE,
            start_seconds REAL NOT NULL CHECK (start_seconds >= 0),
            end_seconds REAL NOT NULL CHECK (end_seconds > start_seconds),
            query TEXT NOT NULL,
            is_relevant INTEGER NOT NULL CHECK (is_relevant IN (0, 1)),
            recorded_ms INTEGER NOT NULL,
            PRIMARY KEY (query_key, video, start_seconds, end_seconds));
        CREATE INDEX feedback_of_video ON feedback (video);
        """;
}
