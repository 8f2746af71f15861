namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>
/// The tables. What a row may be is said here, so that no statement can make an impossible one: a lease has a deadline,
/// a finished chunk has a result. States are the numbers of <see cref="Core.Catalog.ChunkState"/>.
/// <para>
/// A plan's row counts its chunks by state and an encoding's totals sum up its plans, kept by triggers: a claim finds the
/// next video without touching chunks, and a status, which every search asks for, is one row whatever the archive's size.
/// Listed times stand apart because SQLite rewrites a row whole, counters or not.
/// </para>
/// </summary>
internal static class SchemaVersion1
{
    public const string Sql = """
        CREATE TABLE archive (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            format INTEGER NOT NULL);

        CREATE TABLE root (
            name TEXT PRIMARY KEY,
            directory TEXT NOT NULL UNIQUE) WITHOUT ROWID;

        CREATE TABLE video (
            id TEXT PRIMARY KEY CHECK (length(id) = 32),
            facts TEXT NOT NULL,
            duration_us INTEGER NOT NULL,
            camera TEXT,
            zone TEXT,
            recorded_at TEXT,
            warning TEXT) WITHOUT ROWID;

        CREATE TABLE place (
            root TEXT NOT NULL REFERENCES root,
            relative_path TEXT NOT NULL,
            video TEXT NOT NULL REFERENCES video ON DELETE CASCADE,
            file_bytes INTEGER NOT NULL,
            modified_ns INTEGER NOT NULL,
            PRIMARY KEY (root, relative_path)) WITHOUT ROWID;
        CREATE INDEX place_of_video ON place (video);

        -- A failed file may be one that no video was made of, so its video refers to nothing.
        CREATE TABLE failure (
            root TEXT NOT NULL REFERENCES root,
            relative_path TEXT NOT NULL,
            video TEXT,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (root, relative_path)) WITHOUT ROWID;
        CREATE INDEX failure_of_video ON failure (video) WHERE video IS NOT NULL;

        CREATE TABLE encoding (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            model_hash TEXT NOT NULL,
            model_name TEXT NOT NULL,
            model_directory TEXT NOT NULL,
            precision TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            sampling TEXT NOT NULL,
            resize TEXT NOT NULL,
            preprocessing INTEGER NOT NULL,
            labels TEXT,
            is_active INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)));
        CREATE UNIQUE INDEX one_active_encoding ON encoding (is_active) WHERE is_active = 1;

        -- Whole numbers all: sums that go up and down stay exact.
        CREATE TABLE encoding_totals (
            encoding TEXT PRIMARY KEY REFERENCES encoding (id) ON DELETE CASCADE,
            pending INTEGER NOT NULL DEFAULT 0,
            leased INTEGER NOT NULL DEFAULT 0,
            embedded INTEGER NOT NULL DEFAULT 0,
            indexed INTEGER NOT NULL DEFAULT 0,
            quarantined INTEGER NOT NULL DEFAULT 0,
            videos INTEGER NOT NULL DEFAULT 0,
            ingesting INTEGER NOT NULL DEFAULT 0,
            searchable INTEGER NOT NULL DEFAULT 0,
            partial INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            indexed_samples INTEGER NOT NULL DEFAULT 0,
            missing_samples INTEGER NOT NULL DEFAULT 0,
            duration_us INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

        -- The number is the order in which videos were planned.
        CREATE TABLE plan (
            number INTEGER PRIMARY KEY,
            encoding TEXT NOT NULL REFERENCES encoding (id),
            video TEXT NOT NULL REFERENCES video ON DELETE CASCADE,
            duration_us INTEGER NOT NULL,
            planned_samples INTEGER NOT NULL,
            pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
            leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0),
            embedded INTEGER NOT NULL DEFAULT 0 CHECK (embedded >= 0),
            indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed >= 0),
            quarantined INTEGER NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
            embedded_samples INTEGER NOT NULL DEFAULT 0,
            indexed_samples INTEGER NOT NULL DEFAULT 0,
            missing_samples INTEGER NOT NULL DEFAULT 0,
            -- 0 ingesting, 1 searchable, 2 partly searchable, 3 failed.
            condition INTEGER NOT NULL GENERATED ALWAYS AS (CASE
                WHEN pending + leased + embedded > 0 THEN 0 WHEN quarantined = 0 THEN 1 WHEN indexed > 0 THEN 2 ELSE 3 END) VIRTUAL);
        CREATE UNIQUE INDEX plan_by_video ON plan (encoding, video);
        CREATE INDEX plan_of_video ON plan (video);
        CREATE INDEX plan_to_claim ON plan (encoding, leased, number, video) WHERE pending > 0;
        CREATE INDEX plan_to_aggregate ON plan (encoding, number) WHERE embedded > 0;

        CREATE TABLE plan_ticks (
            plan INTEGER PRIMARY KEY REFERENCES plan ON DELETE CASCADE,
            ticks BLOB NOT NULL);

        -- How many finished chunks of a plan each encoder made.
        CREATE TABLE plan_encoder (
            plan INTEGER NOT NULL REFERENCES plan ON DELETE CASCADE,
            fingerprint TEXT NOT NULL,
            chunks INTEGER NOT NULL,
            PRIMARY KEY (plan, fingerprint)) WITHOUT ROWID;

        -- token: of the lease, or of the one under which the vector file was written.
        -- fingerprint: of the encoder that holds the lease, or that made the vectors.
        CREATE TABLE chunk (
            plan INTEGER NOT NULL REFERENCES plan ON DELETE CASCADE,
            chunk_index INTEGER NOT NULL,
            first_sample INTEGER NOT NULL,
            end_sample INTEGER NOT NULL CHECK (end_sample > first_sample),
            state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
            attempts INTEGER NOT NULL DEFAULT 0,
            token TEXT CHECK ((token IS NOT NULL) = (state IN (1, 2, 3))),
            fingerprint TEXT CHECK ((fingerprint IS NOT NULL) = (state IN (1, 2, 3))),
            lease_until INTEGER CHECK ((lease_until IS NOT NULL) = (state = 1)),
            mixing_allowed INTEGER,
            worker TEXT,
            vector_bytes INTEGER CHECK ((vector_bytes IS NOT NULL) = (state IN (2, 3))),
            vector_sha256 TEXT CHECK ((vector_sha256 IS NOT NULL) = (state IN (2, 3))),
            sample_count INTEGER CHECK ((sample_count IS NOT NULL) = (state IN (2, 3))),
            missing_samples INTEGER CHECK ((missing_samples IS NOT NULL) = (state IN (2, 3))),
            warning TEXT,
            failure_code TEXT,
            failure_message TEXT CHECK ((failure_message IS NULL) = (failure_code IS NULL)),
            PRIMARY KEY (plan, chunk_index)) WITHOUT ROWID;
        CREATE INDEX chunk_pending ON chunk (plan, chunk_index) WHERE state = 0;
        CREATE INDEX chunk_leased ON chunk (plan, chunk_index) WHERE state = 1;
        CREATE INDEX chunk_quarantined ON chunk (plan, chunk_index) WHERE state = 4;

        -- Chunks come and go only with their plan, so a deletion needs no counting.
        CREATE TRIGGER chunk_planned AFTER INSERT ON chunk BEGIN
            UPDATE plan SET pending = pending + 1 WHERE number = NEW.plan;
        END;

        CREATE TRIGGER chunk_moved AFTER UPDATE OF state ON chunk WHEN OLD.state <> NEW.state BEGIN
            UPDATE plan SET
                pending = pending - (OLD.state = 0) + (NEW.state = 0),
                leased = leased - (OLD.state = 1) + (NEW.state = 1),
                embedded = embedded - (OLD.state = 2) + (NEW.state = 2),
                indexed = indexed - (OLD.state = 3) + (NEW.state = 3),
                quarantined = quarantined - (OLD.state = 4) + (NEW.state = 4),
                embedded_samples = embedded_samples
                    - CASE WHEN OLD.state IN (2, 3) THEN OLD.sample_count ELSE 0 END
                    + CASE WHEN NEW.state IN (2, 3) THEN NEW.sample_count ELSE 0 END,
                indexed_samples = indexed_samples
                    - CASE WHEN OLD.state = 3 THEN OLD.sample_count ELSE 0 END
                    + CASE WHEN NEW.state = 3 THEN NEW.sample_count ELSE 0 END,
                missing_samples = missing_samples
                    - CASE WHEN OLD.state IN (2, 3) THEN OLD.missing_samples WHEN OLD.state = 4 THEN OLD.end_sample - OLD.first_sample ELSE 0 END
                    + CASE WHEN NEW.state IN (2, 3) THEN NEW.missing_samples WHEN NEW.state = 4 THEN NEW.end_sample - NEW.first_sample ELSE 0 END
            WHERE number = NEW.plan;
        END;

        CREATE TRIGGER chunk_finished AFTER UPDATE OF state ON chunk
        WHEN NEW.state IN (2, 3) AND OLD.state NOT IN (2, 3) BEGIN
            INSERT INTO plan_encoder (plan, fingerprint, chunks) VALUES (NEW.plan, NEW.fingerprint, 1)
            ON CONFLICT DO UPDATE SET chunks = chunks + 1;
        END;

        CREATE TRIGGER chunk_unfinished AFTER UPDATE OF state ON chunk
        WHEN OLD.state IN (2, 3) AND NEW.state NOT IN (2, 3) BEGIN
            UPDATE plan_encoder SET chunks = chunks - 1 WHERE plan = OLD.plan AND fingerprint = OLD.fingerprint;
            DELETE FROM plan_encoder WHERE plan = OLD.plan AND fingerprint = OLD.fingerprint AND chunks = 0;
        END;

        CREATE TRIGGER encoding_added AFTER INSERT ON encoding BEGIN
            INSERT INTO encoding_totals (encoding) VALUES (NEW.id);
        END;

        CREATE TRIGGER plan_added AFTER INSERT ON plan BEGIN
            UPDATE encoding_totals SET
                pending = pending + NEW.pending,
                leased = leased + NEW.leased,
                embedded = embedded + NEW.embedded,
                indexed = indexed + NEW.indexed,
                quarantined = quarantined + NEW.quarantined,
                videos = videos + 1,
                ingesting = ingesting + (NEW.condition = 0),
                searchable = searchable + (NEW.condition = 1),
                partial = partial + (NEW.condition = 2),
                failed = failed + (NEW.condition = 3),
                indexed_samples = indexed_samples + NEW.indexed_samples,
                missing_samples = missing_samples + NEW.missing_samples,
                duration_us = duration_us + NEW.duration_us
            WHERE encoding = NEW.encoding;
        END;

        CREATE TRIGGER plan_counted AFTER UPDATE ON plan BEGIN
            UPDATE encoding_totals SET
                pending = pending - OLD.pending + NEW.pending,
                leased = leased - OLD.leased + NEW.leased,
                embedded = embedded - OLD.embedded + NEW.embedded,
                indexed = indexed - OLD.indexed + NEW.indexed,
                quarantined = quarantined - OLD.quarantined + NEW.quarantined,
                ingesting = ingesting - (OLD.condition = 0) + (NEW.condition = 0),
                searchable = searchable - (OLD.condition = 1) + (NEW.condition = 1),
                partial = partial - (OLD.condition = 2) + (NEW.condition = 2),
                failed = failed - (OLD.condition = 3) + (NEW.condition = 3),
                indexed_samples = indexed_samples - OLD.indexed_samples + NEW.indexed_samples,
                missing_samples = missing_samples - OLD.missing_samples + NEW.missing_samples,
                duration_us = duration_us - OLD.duration_us + NEW.duration_us
            WHERE encoding = NEW.encoding;
        END;

        CREATE TRIGGER plan_removed AFTER DELETE ON plan BEGIN
            UPDATE encoding_totals SET
                pending = pending - OLD.pending,
                leased = leased - OLD.leased,
                embedded = embedded - OLD.embedded,
                indexed = indexed - OLD.indexed,
                quarantined = quarantined - OLD.quarantined,
                videos = videos - 1,
                ingesting = ingesting - (OLD.condition = 0),
                searchable = searchable - (OLD.condition = 1),
                partial = partial - (OLD.condition = 2),
                failed = failed - (OLD.condition = 3),
                indexed_samples = indexed_samples - OLD.indexed_samples,
                missing_samples = missing_samples - OLD.missing_samples,
                duration_us = duration_us - OLD.duration_us
            WHERE encoding = OLD.encoding;
        END;

        CREATE TRIGGER video_measured AFTER UPDATE OF duration_us ON video WHEN OLD.duration_us <> NEW.duration_us BEGIN
            UPDATE plan SET duration_us = NEW.duration_us WHERE video = NEW.id;
        END;
        """;
}
