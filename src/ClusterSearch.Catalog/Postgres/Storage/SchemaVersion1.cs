namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// The tables. As in SQLite a row's constraints say what it may be, and triggers keep the counters that claims and status live
/// on. What differs is for the sake of many writers at once (docs/decisions/0007-claims-in-postgresql.md):
/// <para>
/// A plan's counters change with every claim and commit. No index holds one: indexes hold what follows from them and
/// seldom changes (claimable, untouched, to_aggregate), so that updates stay within the row's page (HOT) and leave
/// nothing dead in the indexes that a claim reads. An encoding's totals are spread over shards, and claims do not touch
/// them: leased and waiting chunks, few at any time, are counted when asked for.
/// </para>
/// <para>
/// Locks are taken in the order video, plan, chunk, totals.
/// </para>
/// </summary>
internal static class SchemaVersion1
{
    public const string Sql = """
        CREATE TABLE archive (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            application text NOT NULL,
            schema_version integer NOT NULL,
            format integer NOT NULL,
            id uuid NOT NULL,
            paused boolean NOT NULL DEFAULT false);

        CREATE TABLE root (
            name text COLLATE "C" PRIMARY KEY,
            directory text COLLATE "C" NOT NULL UNIQUE);

        CREATE TABLE video (
            id text COLLATE "C" PRIMARY KEY CHECK (length(id) = 32),
            facts text NOT NULL,
            duration_us bigint NOT NULL,
            camera text,
            zone text,
            recorded_at text,
            warning text,
            growing boolean NOT NULL DEFAULT false);

        CREATE TABLE place (
            root text COLLATE "C" NOT NULL REFERENCES root,
            relative_path text COLLATE "C" NOT NULL,
            video text COLLATE "C" NOT NULL REFERENCES video ON DELETE CASCADE,
            file_bytes bigint NOT NULL,
            modified_ns bigint NOT NULL,
            PRIMARY KEY (root, relative_path));
        CREATE INDEX place_of_video ON place (video);

        -- A failed file may be one that no video was made of, so its video refers to nothing.
        CREATE TABLE failure (
            root text COLLATE "C" NOT NULL REFERENCES root,
            relative_path text COLLATE "C" NOT NULL,
            video text COLLATE "C",
            code text NOT NULL,
            message text NOT NULL,
            PRIMARY KEY (root, relative_path));
        CREATE INDEX failure_of_video ON failure (video) WHERE video IS NOT NULL;

        CREATE TABLE encoding (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            model_hash text NOT NULL,
            model_name text NOT NULL,
            model_directory text NOT NULL,
            precision text NOT NULL,
            dimension integer NOT NULL,
            sampling text NOT NULL,
            resize text NOT NULL,
            preprocessing integer NOT NULL,
            labels text,
            is_active boolean NOT NULL DEFAULT false);
        CREATE UNIQUE INDEX one_active_encoding ON encoding (is_active) WHERE is_active;

        -- Sums over an encoding's plans, each plan in the shard of its number: commits of different videos seldom meet.
        CREATE TABLE encoding_totals (
            encoding text COLLATE "C" NOT NULL REFERENCES encoding (id) ON DELETE CASCADE,
            shard smallint NOT NULL,
            chunks bigint NOT NULL DEFAULT 0,
            embedded bigint NOT NULL DEFAULT 0,
            indexed bigint NOT NULL DEFAULT 0,
            quarantined bigint NOT NULL DEFAULT 0,
            videos bigint NOT NULL DEFAULT 0,
            ingesting bigint NOT NULL DEFAULT 0,
            searchable bigint NOT NULL DEFAULT 0,
            partial bigint NOT NULL DEFAULT 0,
            failed bigint NOT NULL DEFAULT 0,
            indexed_samples bigint NOT NULL DEFAULT 0,
            missing_samples bigint NOT NULL DEFAULT 0,
            duration_us bigint NOT NULL DEFAULT 0,
            takeovers bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (encoding, shard)
        ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

        -- The number is the order in which videos were planned. encoder: the one that made the finished chunks.
        CREATE TABLE plan (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            encoding text COLLATE "C" NOT NULL REFERENCES encoding (id),
            video text COLLATE "C" NOT NULL REFERENCES video ON DELETE CASCADE,
            priority integer NOT NULL DEFAULT 0,
            duration_us bigint NOT NULL,
            planned_samples bigint NOT NULL,
            pending integer NOT NULL CHECK (pending >= 0),
            delayed integer NOT NULL DEFAULT 0 CHECK (delayed BETWEEN 0 AND pending),
            leased integer NOT NULL DEFAULT 0 CHECK (leased >= 0),
            embedded integer NOT NULL DEFAULT 0 CHECK (embedded >= 0),
            indexed integer NOT NULL DEFAULT 0 CHECK (indexed >= 0),
            quarantined integer NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
            embedded_samples bigint NOT NULL DEFAULT 0,
            indexed_samples bigint NOT NULL DEFAULT 0,
            missing_samples bigint NOT NULL DEFAULT 0,
            encoder text,
            is_mixed boolean NOT NULL DEFAULT false,
            is_failed boolean NOT NULL,
            claimable boolean NOT NULL GENERATED ALWAYS AS (pending > delayed AND NOT is_failed) STORED,
            untouched boolean NOT NULL GENERATED ALWAYS AS (leased + embedded + indexed + quarantined = 0) STORED,
            to_aggregate boolean NOT NULL GENERATED ALWAYS AS (embedded > 0) STORED,
            -- 0 ingesting, 1 searchable, 2 partly searchable, 3 failed.
            condition smallint NOT NULL GENERATED ALWAYS AS (CASE
                WHEN pending + leased + embedded > 0 THEN 0 WHEN quarantined = 0 THEN 1 WHEN indexed > 0 THEN 2 ELSE 3 END) STORED,
            UNIQUE (encoding, video)
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
        CREATE INDEX plan_of_video ON plan (video);
        CREATE INDEX plan_to_claim ON plan (encoding, priority DESC, number) WHERE claimable;
        CREATE INDEX plan_to_finish ON plan (encoding, priority DESC, untouched, number) WHERE claimable;
        CREATE INDEX plan_to_aggregate ON plan (encoding, number) WHERE to_aggregate;

        CREATE TABLE plan_ticks (
            plan bigint PRIMARY KEY REFERENCES plan ON DELETE CASCADE,
            ticks bytea NOT NULL);

        -- token: of the lease, or of the one under which the vector file was written.
        -- fingerprint: of the encoder that holds the lease, or that made the vectors.
        CREATE TABLE chunk (
            plan bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
            chunk_index integer NOT NULL,
            first_sample bigint NOT NULL,
            end_sample bigint NOT NULL CHECK (end_sample > first_sample),
            state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
            attempts integer NOT NULL DEFAULT 0,
            lapses integer NOT NULL DEFAULT 0,
            crashes integer NOT NULL DEFAULT 0,
            not_before timestamptz CHECK (not_before IS NULL OR state = 0),
            token text COLLATE "C" CHECK ((token IS NOT NULL) = (state IN (1, 2, 3))),
            fingerprint text COLLATE "C" CHECK ((fingerprint IS NOT NULL) = (state IN (1, 2, 3))),
            lease_until timestamptz CHECK ((lease_until IS NOT NULL) = (state = 1)),
            mixing_allowed boolean,
            worker text COLLATE "C",
            vector_bytes bigint CHECK ((vector_bytes IS NOT NULL) = (state IN (2, 3))),
            vector_sha256 text CHECK ((vector_sha256 IS NOT NULL) = (state IN (2, 3))),
            sample_count bigint CHECK ((sample_count IS NOT NULL) = (state IN (2, 3))),
            missing_samples bigint CHECK ((missing_samples IS NOT NULL) = (state IN (2, 3))),
            warning text,
            failure_code text,
            failure_message text CHECK ((failure_message IS NULL) = (failure_code IS NULL)),
            PRIMARY KEY (plan, chunk_index)
        ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05);
        CREATE INDEX chunk_ready ON chunk (plan, chunk_index) WHERE state = 0 AND not_before IS NULL;
        CREATE INDEX chunk_delayed ON chunk (not_before) WHERE not_before IS NOT NULL;
        CREATE INDEX chunk_leased ON chunk (plan, chunk_index) WHERE state = 1;
        CREATE INDEX chunk_quarantined ON chunk (plan, chunk_index) WHERE state = 4;

        -- started_at is the worker's own clock, with its offset; the other times are this server's.
        CREATE TABLE worker (
            name text COLLATE "C" PRIMARY KEY,
            host text NOT NULL,
            process_id integer NOT NULL,
            started_at text NOT NULL,
            role text NOT NULL,
            state smallint NOT NULL,
            slots integer NOT NULL,
            device text,
            fingerprint text,
            chunks_done bigint NOT NULL,
            seconds_done double precision NOT NULL,
            samples_done bigint NOT NULL,
            activity text,
            fault_code text,
            fault_message text CHECK ((fault_message IS NULL) = (fault_code IS NULL)),
            first_seen timestamptz NOT NULL,
            last_seen timestamptz NOT NULL
        ) WITH (fillfactor = 50);

        -- A role that was given back keeps its epoch.
        CREATE TABLE role (
            name text COLLATE "C" PRIMARY KEY,
            holder text,
            token text CHECK ((token IS NULL) = (holder IS NULL)),
            epoch bigint NOT NULL,
            held_until timestamptz CHECK ((held_until IS NULL) = (holder IS NULL))
        ) WITH (fillfactor = 50);

        CREATE TABLE manifest (
            index_name text COLLATE "C" PRIMARY KEY,
            manifest text NOT NULL
        ) WITH (fillfactor = 50);

        """ + CountingTriggers.Sql + FailedVideos.Sql + ClaimFunction.Sql;
}
