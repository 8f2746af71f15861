namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>
/// Many workers: priorities, back-off, lapses, a pause, workers' reports, roles, manifests and growing recordings.
/// <para>
/// delayed counts the pending chunks of a plan that wait for their back-off. They stand in an index of their own, so that a
/// claim passes over a plan that has nothing else without looking at its chunks; a claim first sets free those whose time has
/// come. SQLite cannot change a trigger: those that count are made anew.
/// </para>
/// </summary>
internal static class SchemaVersion2
{
    public const string Sql = """
        ALTER TABLE archive ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
        ALTER TABLE video ADD COLUMN growing INTEGER NOT NULL DEFAULT 0 CHECK (growing IN (0, 1));

        ALTER TABLE chunk ADD COLUMN not_before INTEGER CHECK (not_before IS NULL OR state = 0);
        ALTER TABLE chunk ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE chunk ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
        DROP INDEX chunk_pending;
        CREATE INDEX chunk_ready ON chunk (plan, chunk_index) WHERE state = 0 AND not_before IS NULL;
        CREATE INDEX chunk_delayed ON chunk (not_before) WHERE not_before IS NOT NULL;

        ALTER TABLE plan ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE plan ADD COLUMN delayed INTEGER NOT NULL DEFAULT 0 CHECK (delayed BETWEEN 0 AND pending);
        ALTER TABLE plan ADD COLUMN untouched INTEGER NOT NULL GENERATED ALWAYS AS (leased + embedded + indexed + quarantined = 0) VIRTUAL;
        DROP INDEX plan_to_claim;
        CREATE INDEX plan_to_claim_fairly ON plan (encoding, priority DESC, leased, number, video) WHERE pending > delayed;
        CREATE INDEX plan_to_finish ON plan (encoding, priority DESC, untouched, number, video) WHERE pending > delayed;

        -- takeovers only grows: it counts what happened, whatever became of the chunks.
        ALTER TABLE encoding_totals ADD COLUMN delayed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE encoding_totals ADD COLUMN takeovers INTEGER NOT NULL DEFAULT 0;

        -- Times are the database's, in milliseconds since 1970; started_at alone is the worker's own.
        CREATE TABLE worker (
            name TEXT PRIMARY KEY,
            host TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            started_at TEXT NOT NULL,
            role TEXT NOT NULL,
            state INTEGER NOT NULL,
            slots INTEGER NOT NULL,
            device TEXT,
            fingerprint TEXT,
            chunks_done INTEGER NOT NULL,
            seconds_done REAL NOT NULL,
            samples_done INTEGER NOT NULL,
            activity TEXT,
            fault_code TEXT,
            fault_message TEXT CHECK ((fault_message IS NULL) = (fault_code IS NULL)),
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL) WITHOUT ROWID;

        -- A role that was given back keeps its epoch.
        CREATE TABLE role (
            name TEXT PRIMARY KEY,
            holder TEXT,
            token TEXT CHECK ((token IS NULL) = (holder IS NULL)),
            epoch INTEGER NOT NULL,
            held_until INTEGER CHECK ((held_until IS NULL) = (holder IS NULL))) WITHOUT ROWID;

        CREATE TABLE manifest (
            index_name TEXT PRIMARY KEY,
            manifest TEXT NOT NULL) WITHOUT ROWID;

        DROP TRIGGER chunk_moved;
        CREATE TRIGGER chunk_moved AFTER UPDATE OF state, not_before ON chunk
        WHEN OLD.state <> NEW.state OR (OLD.not_before IS NULL) <> (NEW.not_before IS NULL) BEGIN
            UPDATE plan SET
                pending = pending - (OLD.state = 0) + (NEW.state = 0),
                delayed = delayed - (OLD.not_before IS NOT NULL) + (NEW.not_before IS NOT NULL),
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

        CREATE TRIGGER chunk_lapsed AFTER UPDATE OF lapses ON chunk WHEN NEW.lapses > OLD.lapses BEGIN
            UPDATE encoding_totals SET takeovers = takeovers + NEW.lapses - OLD.lapses
            WHERE encoding = (SELECT encoding FROM plan WHERE number = NEW.plan);
        END;

        DROP TRIGGER plan_counted;
        CREATE TRIGGER plan_counted AFTER UPDATE ON plan BEGIN
            UPDATE encoding_totals SET
                pending = pending - OLD.pending + NEW.pending,
                delayed = delayed - OLD.delayed + NEW.delayed,
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

        DROP TRIGGER plan_removed;
        CREATE TRIGGER plan_removed AFTER DELETE ON plan BEGIN
            UPDATE encoding_totals SET
                pending = pending - OLD.pending,
                delayed = delayed - OLD.delayed,
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
        """;
}
