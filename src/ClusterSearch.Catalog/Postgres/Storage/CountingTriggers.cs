namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// Counters beside the rows they count. A chunk that moves changes its plan's; a plan's change goes on to its encoding's
/// totals unless it only moved between pending and leased, which totals do not tell apart. Chunks come and go only with
/// their plan, which is put with its count, so insertions and deletions need no counting.
/// <para>
/// A change of a whole encoding would update one plan's row for each of its chunks and one row of totals for each of
/// thousands, in one transaction that can clear none of the versions: minutes. It locks the encoding (begin_sweep), goes
/// uncounted and counts once at its end (end_sweep).
/// </para>
/// </summary>
internal static class CountingTriggers
{
    public const string Sql = """
        CREATE FUNCTION count_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            was_done boolean := OLD.state IN (2, 3);
            is_done boolean := NEW.state IN (2, 3);
        BEGIN
            UPDATE plan SET
                pending = pending - (OLD.state = 0)::integer + (NEW.state = 0)::integer,
                delayed = delayed - (OLD.not_before IS NOT NULL)::integer + (NEW.not_before IS NOT NULL)::integer,
                leased = leased - (OLD.state = 1)::integer + (NEW.state = 1)::integer,
                embedded = embedded - (OLD.state = 2)::integer + (NEW.state = 2)::integer,
                indexed = indexed - (OLD.state = 3)::integer + (NEW.state = 3)::integer,
                quarantined = quarantined - (OLD.state = 4)::integer + (NEW.state = 4)::integer,
                embedded_samples = embedded_samples
                    - CASE WHEN was_done THEN OLD.sample_count ELSE 0 END
                    + CASE WHEN is_done THEN NEW.sample_count ELSE 0 END,
                indexed_samples = indexed_samples
                    - CASE WHEN OLD.state = 3 THEN OLD.sample_count ELSE 0 END
                    + CASE WHEN NEW.state = 3 THEN NEW.sample_count ELSE 0 END,
                missing_samples = missing_samples
                    - CASE WHEN was_done THEN OLD.missing_samples WHEN OLD.state = 4 THEN OLD.end_sample - OLD.first_sample ELSE 0 END
                    + CASE WHEN is_done THEN NEW.missing_samples WHEN NEW.state = 4 THEN NEW.end_sample - NEW.first_sample ELSE 0 END,
                encoder = CASE WHEN is_done AND NOT was_done THEN coalesce(encoder, NEW.fingerprint) ELSE encoder END,
                is_mixed = is_mixed OR (is_done AND NOT was_done AND coalesce(encoder <> NEW.fingerprint, false))
            WHERE number = NEW.plan;
            IF was_done AND NOT is_done THEN
                UPDATE plan SET (encoder, is_mixed) = (
                    SELECT min(fingerprint), count(DISTINCT fingerprint) > 1 FROM chunk WHERE chunk.plan = NEW.plan AND chunk.state IN (2, 3))
                WHERE number = NEW.plan;
            END IF;
            IF NEW.lapses > OLD.lapses THEN
                UPDATE encoding_totals AS t SET takeovers = t.takeovers + NEW.lapses - OLD.lapses
                FROM plan AS p WHERE p.number = NEW.plan AND t.encoding = p.encoding AND t.shard = p.number % 64;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER chunk_counted AFTER UPDATE ON chunk FOR EACH ROW
            WHEN ((OLD.state <> NEW.state OR (OLD.not_before IS NULL) <> (NEW.not_before IS NULL) OR NEW.lapses > OLD.lapses)
                AND current_setting('clustersearch.sweeping', true) IS DISTINCT FROM 'on')
            EXECUTE FUNCTION count_chunk();

        CREATE FUNCTION add_shards() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO encoding_totals (encoding, shard) SELECT NEW.id, generate_series(0, 63);
            RETURN NULL;
        END $$;
        CREATE TRIGGER encoding_added AFTER INSERT ON encoding FOR EACH ROW EXECUTE FUNCTION add_shards();

        CREATE FUNCTION count_plan() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            p plan := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            sign integer := CASE WHEN TG_OP = 'DELETE' THEN -1 ELSE 1 END;
        BEGIN
            UPDATE encoding_totals SET
                chunks = chunks + sign * (p.pending + p.leased + p.embedded + p.indexed + p.quarantined),
                embedded = embedded + sign * p.embedded,
                indexed = indexed + sign * p.indexed,
                quarantined = quarantined + sign * p.quarantined,
                videos = videos + sign,
                ingesting = ingesting + sign * (p.condition = 0)::integer,
                searchable = searchable + sign * (p.condition = 1)::integer,
                partial = partial + sign * (p.condition = 2)::integer,
                failed = failed + sign * (p.condition = 3)::integer,
                indexed_samples = indexed_samples + sign * p.indexed_samples,
                missing_samples = missing_samples + sign * p.missing_samples,
                duration_us = duration_us + sign * p.duration_us
            WHERE encoding = p.encoding AND shard = p.number % 64;
            RETURN NULL;
        END $$;
        CREATE FUNCTION recount_plan() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE encoding_totals SET
                chunks = chunks + NEW.pending + NEW.leased + NEW.embedded + NEW.indexed + NEW.quarantined
                    - OLD.pending - OLD.leased - OLD.embedded - OLD.indexed - OLD.quarantined,
                embedded = embedded + NEW.embedded - OLD.embedded,
                indexed = indexed + NEW.indexed - OLD.indexed,
                quarantined = quarantined + NEW.quarantined - OLD.quarantined,
                ingesting = ingesting + (NEW.condition = 0)::integer - (OLD.condition = 0)::integer,
                searchable = searchable + (NEW.condition = 1)::integer - (OLD.condition = 1)::integer,
                partial = partial + (NEW.condition = 2)::integer - (OLD.condition = 2)::integer,
                failed = failed + (NEW.condition = 3)::integer - (OLD.condition = 3)::integer,
                indexed_samples = indexed_samples + NEW.indexed_samples - OLD.indexed_samples,
                missing_samples = missing_samples + NEW.missing_samples - OLD.missing_samples,
                duration_us = duration_us + NEW.duration_us - OLD.duration_us
            WHERE encoding = NEW.encoding AND shard = NEW.number % 64;
            RETURN NULL;
        END $$;
        CREATE TRIGGER plan_added AFTER INSERT ON plan FOR EACH ROW EXECUTE FUNCTION count_plan();
        CREATE TRIGGER plan_removed AFTER DELETE ON plan FOR EACH ROW EXECUTE FUNCTION count_plan();
        CREATE TRIGGER plan_counted AFTER UPDATE ON plan FOR EACH ROW
            WHEN (current_setting('clustersearch.sweeping', true) IS DISTINCT FROM 'on'
                AND (OLD.pending + OLD.leased, OLD.embedded, OLD.indexed, OLD.quarantined, OLD.indexed_samples, OLD.missing_samples, OLD.duration_us)
                IS DISTINCT FROM (NEW.pending + NEW.leased, NEW.embedded, NEW.indexed, NEW.quarantined, NEW.indexed_samples, NEW.missing_samples, NEW.duration_us))
            EXECUTE FUNCTION recount_plan();

        CREATE FUNCTION begin_sweep(the_encoding text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM plan WHERE encoding = the_encoding ORDER BY number FOR NO KEY UPDATE;
            PERFORM 1 FROM encoding_totals WHERE encoding = the_encoding ORDER BY shard FOR NO KEY UPDATE;
            PERFORM set_config('clustersearch.sweeping', 'on', true);
        END $$;
        CREATE FUNCTION end_sweep(the_encoding text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE plan AS p SET (pending, delayed, leased, embedded, indexed, quarantined, embedded_samples, indexed_samples, missing_samples, encoder, is_mixed) =
                (counted.pending, counted.delayed, counted.leased, counted.embedded, counted.indexed, counted.quarantined,
                    counted.embedded_samples, counted.indexed_samples, counted.missing_samples, counted.encoder, counted.is_mixed)
            FROM (
                SELECT c.plan, count(*) FILTER (WHERE c.state = 0) AS pending, count(*) FILTER (WHERE c.not_before IS NOT NULL) AS delayed,
                    count(*) FILTER (WHERE c.state = 1) AS leased, count(*) FILTER (WHERE c.state = 2) AS embedded,
                    count(*) FILTER (WHERE c.state = 3) AS indexed, count(*) FILTER (WHERE c.state = 4) AS quarantined,
                    coalesce(sum(c.sample_count), 0) AS embedded_samples, coalesce(sum(c.sample_count) FILTER (WHERE c.state = 3), 0) AS indexed_samples,
                    coalesce(sum(CASE WHEN c.state = 4 THEN c.end_sample - c.first_sample ELSE c.missing_samples END), 0) AS missing_samples,
                    min(c.fingerprint) FILTER (WHERE c.state IN (2, 3)) AS encoder,
                    count(DISTINCT c.fingerprint) FILTER (WHERE c.state IN (2, 3)) > 1 AS is_mixed
                FROM chunk AS c GROUP BY c.plan) AS counted
            WHERE p.encoding = the_encoding AND counted.plan = p.number
                AND (p.pending, p.delayed, p.leased, p.embedded, p.indexed, p.quarantined, p.is_mixed)
                    <> (counted.pending, counted.delayed, counted.leased, counted.embedded, counted.indexed, counted.quarantined, counted.is_mixed);
            UPDATE encoding_totals AS t SET (chunks, embedded, indexed, quarantined, videos, ingesting, searchable, partial, failed,
                    indexed_samples, missing_samples, duration_us) = (
                SELECT coalesce(sum(p.pending + p.leased + p.embedded + p.indexed + p.quarantined), 0), coalesce(sum(p.embedded), 0), coalesce(sum(p.indexed), 0),
                    coalesce(sum(p.quarantined), 0), count(*), count(*) FILTER (WHERE p.condition = 0), count(*) FILTER (WHERE p.condition = 1),
                    count(*) FILTER (WHERE p.condition = 2), count(*) FILTER (WHERE p.condition = 3),
                    coalesce(sum(p.indexed_samples), 0), coalesce(sum(p.missing_samples), 0), coalesce(sum(p.duration_us), 0)
                FROM plan AS p WHERE p.encoding = the_encoding AND p.number % 64 = t.shard)
            WHERE t.encoding = the_encoding;
            PERFORM set_config('clustersearch.sweeping', 'off', true);
        END $$;

        CREATE FUNCTION measure_video() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE plan SET duration_us = NEW.duration_us WHERE video = NEW.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER video_measured AFTER UPDATE ON video FOR EACH ROW WHEN (OLD.duration_us <> NEW.duration_us) EXECUTE FUNCTION measure_video();

        """;
}
