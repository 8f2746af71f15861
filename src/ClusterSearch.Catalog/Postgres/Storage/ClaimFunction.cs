namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// The claim, in one round trip. Why it is made like this: docs/decisions/0007-claims-in-postgresql.md.
/// <para>
/// Candidates come from two places: plans with chunks that are ready, in the order of their index, and plans of which chunks
/// are leased (as many as there are workers), whose running and lapsed leases are counted. The first candidate whose plan
/// nobody else has locked is locked and looked at again: what was seen before the lock may be past. Claimants at once
/// thus go to different videos instead of waiting for each other; only who wants whole videos finished waits for its
/// turn. Should all candidates be locked, the claim looks again a moment later: nothing is answered only where nothing is.
/// </para>
/// </summary>
internal static class ClaimFunction
{
    public const string Sql = """
        CREATE FUNCTION claim_chunk(
            the_encoding text, the_fingerprint text, may_mix boolean, is_fair boolean, only_videos text[],
            the_token text, the_worker text, duration interval, clock_offset interval, maximum_lapses integer, is_repeated boolean)
        RETURNS TABLE (its_video text, its_index integer, its_first bigint, its_end bigint, its_attempts integer, its_lapses integer, its_crashes integer)
        -- Estimates lag behind a ledger that changes as it grows, and one table scan would cost more than a thousand claims;
        -- planning anew for each call's values would cost more than the claim.
        LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
        #variable_conflict use_column
        DECLARE
            right_now timestamptz;
            freed integer := 0;
            is_contended boolean;
            candidate record;
            target record;
            chosen integer;
            lapsed integer;
            found_chunk chunk;
        BEGIN
            -- A lease that a power failure takes back was held by nobody who could use it.
            PERFORM set_config('synchronous_commit', 'off', true);
            IF is_repeated THEN
                -- The answer was lost, not the lease.
                RETURN QUERY SELECT p.video, c.chunk_index, c.first_sample, c.end_sample, c.attempts, c.lapses, c.crashes
                    FROM chunk AS c JOIN plan AS p ON p.number = c.plan WHERE c.state = 1 AND c.token = the_token;
                IF FOUND THEN RETURN; END IF;
            END IF;
            IF (SELECT paused FROM archive) THEN RETURN; END IF;

            FOR round IN 1..1000 LOOP
                right_now := clock_timestamp() + clock_offset;
                is_contended := false;
                freed := 0;
                IF (SELECT c.not_before FROM chunk AS c WHERE c.not_before IS NOT NULL ORDER BY c.not_before LIMIT 1) <= right_now THEN
                    WITH due AS (
                        SELECT c.plan, c.chunk_index FROM chunk AS c WHERE c.not_before <= right_now
                        ORDER BY c.not_before LIMIT 100 FOR NO KEY UPDATE SKIP LOCKED)
                    UPDATE chunk AS c SET not_before = NULL FROM due WHERE c.plan = due.plan AND c.chunk_index = due.chunk_index;
                    GET DIAGNOSTICS freed = ROW_COUNT;
                    is_contended := freed = 100;
                END IF;

                FOR candidate IN
                    SELECT found.number, found.leased FROM (
                        (SELECT p.number, p.priority, p.leased, 0 AS running, p.untouched FROM plan AS p
                            WHERE is_fair AND only_videos IS NULL AND p.encoding = the_encoding AND p.claimable AND p.leased = 0
                                AND (may_mix OR (NOT p.is_mixed AND coalesce(p.encoder = the_fingerprint, true)))
                            ORDER BY p.priority DESC, p.number LIMIT 32)
                        UNION ALL
                        (SELECT p.number, p.priority, p.leased, 0, p.untouched FROM plan AS p
                            WHERE NOT is_fair AND only_videos IS NULL AND p.encoding = the_encoding AND p.claimable AND p.leased = 0
                                AND (may_mix OR (NOT p.is_mixed AND coalesce(p.encoder = the_fingerprint, true)))
                            ORDER BY p.priority DESC, p.untouched, p.number LIMIT 32)
                        UNION ALL
                        (SELECT p.number, p.priority, p.leased, 0, p.untouched FROM plan AS p
                            WHERE only_videos IS NOT NULL AND p.encoding = the_encoding AND p.video = ANY (only_videos) AND p.claimable AND p.leased = 0
                                AND (may_mix OR (NOT p.is_mixed AND coalesce(p.encoder = the_fingerprint, true)))
                            ORDER BY p.priority DESC, CASE WHEN is_fair THEN false ELSE p.untouched END, p.number LIMIT 32)
                        UNION ALL
                        (SELECT p.number, p.priority, p.leased, held.running, p.untouched
                            FROM (SELECT c.plan, count(*) FILTER (WHERE c.lease_until > right_now)::integer AS running,
                                    bool_or(c.lease_until <= right_now) AS has_lapsed,
                                    bool_or(c.lease_until > right_now AND c.fingerprint <> the_fingerprint) AS is_foreign
                                FROM chunk AS c WHERE c.state = 1 GROUP BY c.plan) AS held
                            JOIN plan AS p ON p.number = held.plan
                            WHERE p.encoding = the_encoding AND NOT p.is_failed AND (p.claimable OR held.has_lapsed)
                                AND (may_mix OR (NOT held.is_foreign AND NOT p.is_mixed AND coalesce(p.encoder = the_fingerprint, true)))
                                AND (only_videos IS NULL OR p.video = ANY (only_videos)))
                    ) AS found
                    ORDER BY found.priority DESC, CASE WHEN is_fair THEN found.running ELSE found.untouched::integer END, found.number LIMIT 32
                LOOP
                    IF is_fair THEN
                        SELECT p.video, p.leased, p.encoder, p.is_mixed INTO target FROM plan AS p
                            WHERE p.number = candidate.number AND NOT p.is_failed AND p.leased <= candidate.leased FOR NO KEY UPDATE SKIP LOCKED;
                    ELSE
                        SELECT p.video, p.leased, p.encoder, p.is_mixed INTO target FROM plan AS p
                            WHERE p.number = candidate.number AND NOT p.is_failed FOR NO KEY UPDATE;
                    END IF;
                    IF NOT FOUND THEN
                        is_contended := true;
                        CONTINUE;
                    END IF;
                    IF NOT may_mix THEN
                        CONTINUE WHEN target.is_mixed OR target.encoder <> the_fingerprint;
                        CONTINUE WHEN target.leased > 0 AND EXISTS (SELECT 1 FROM chunk AS c
                            WHERE c.plan = candidate.number AND c.state = 1 AND c.lease_until > right_now AND c.fingerprint <> the_fingerprint);
                    END IF;

                    chosen := (SELECT c.chunk_index FROM chunk AS c
                        WHERE c.plan = candidate.number AND c.state = 0 AND c.not_before IS NULL ORDER BY c.chunk_index LIMIT 1);
                    IF target.leased > 0 THEN
                        -- Not waited for: a late commit may hold it, and waits for the plan.
                        SELECT c.chunk_index INTO lapsed FROM chunk AS c
                            WHERE c.plan = candidate.number AND c.state = 1 AND c.lease_until <= right_now
                            ORDER BY c.chunk_index LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
                        chosen := least(chosen, lapsed);
                    END IF;
                    IF chosen IS NULL THEN
                        is_contended := true;
                        CONTINUE;
                    END IF;

                    SELECT c.* INTO found_chunk FROM chunk AS c WHERE c.plan = candidate.number AND c.chunk_index = chosen;
                    IF found_chunk.state = 1 THEN found_chunk.lapses := found_chunk.lapses + 1; END IF;
                    IF found_chunk.state = 1 AND found_chunk.lapses >= maximum_lapses THEN
                        UPDATE chunk AS c SET state = 4, lapses = found_chunk.lapses, token = NULL, lease_until = NULL, fingerprint = NULL,
                            mixing_allowed = NULL, worker = NULL, failure_code = 'worker.lost', failure_message = lost_message(found_chunk.lapses)
                        WHERE c.plan = candidate.number AND c.chunk_index = chosen;
                        is_contended := true;
                        EXIT;
                    END IF;
                    UPDATE chunk AS c SET state = 1, lapses = found_chunk.lapses, token = the_token, lease_until = right_now + duration,
                        fingerprint = the_fingerprint, mixing_allowed = may_mix, worker = the_worker
                    WHERE c.plan = candidate.number AND c.chunk_index = chosen;
                    RETURN QUERY SELECT target.video, chosen, found_chunk.first_sample, found_chunk.end_sample,
                        found_chunk.attempts, found_chunk.lapses, found_chunk.crashes;
                    RETURN;
                END LOOP;
                IF NOT is_contended THEN RETURN; END IF;
                IF freed < 100 THEN PERFORM pg_sleep(0.001); END IF;
            END LOOP;
        END $$;

        CREATE FUNCTION lost_message(lapses integer) RETURNS text LANGUAGE sql AS $$
            SELECT 'its worker was lost ' || lapses || ' times while working on it'
        $$;
        """;
}
