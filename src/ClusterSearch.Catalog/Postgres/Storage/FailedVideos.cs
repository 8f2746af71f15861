namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// Whether a video is failed, kept with its plans: a claim would else ask for each plan it passes over, and ten thousand
/// videos whose disk is away would make every claim slow. Changes of places and failures come one after the other, and the
/// video's row is locked while it is judged, so that a plan made at the same time does not miss it.
/// </summary>
internal static class FailedVideos
{
    public const string Sql = """
        CREATE FUNCTION is_video_failed(the_video text) RETURNS boolean LANGUAGE sql AS $$
            SELECT CASE WHEN EXISTS (SELECT 1 FROM place WHERE place.video = the_video)
                THEN NOT EXISTS (SELECT 1 FROM place WHERE place.video = the_video AND NOT EXISTS (
                    SELECT 1 FROM failure WHERE failure.root = place.root AND failure.relative_path = place.relative_path))
                ELSE EXISTS (SELECT 1 FROM failure WHERE failure.video = the_video) END
        $$;

        CREATE FUNCTION judge_video(the_video text) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            judgement boolean;
        BEGIN
            PERFORM 1 FROM video WHERE id = the_video FOR NO KEY UPDATE;
            IF NOT FOUND THEN RETURN; END IF;
            judgement := is_video_failed(the_video);
            UPDATE plan SET is_failed = judgement WHERE video = the_video AND is_failed <> judgement;
        END $$;

        CREATE FUNCTION judge_by_place() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN PERFORM judge_video(OLD.video); END IF;
            IF TG_OP <> 'DELETE' THEN PERFORM judge_video(NEW.video); END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER place_changed AFTER INSERT OR UPDATE OR DELETE ON place FOR EACH ROW EXECUTE FUNCTION judge_by_place();

        CREATE FUNCTION judge_by_failure() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            named failure := coalesce(NEW, OLD);
        BEGIN
            PERFORM judge_video(place.video) FROM place WHERE place.root = named.root AND place.relative_path = named.relative_path;
            IF TG_OP <> 'INSERT' THEN PERFORM judge_video(OLD.video); END IF;
            IF TG_OP <> 'DELETE' THEN PERFORM judge_video(NEW.video); END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER failure_changed AFTER INSERT OR UPDATE OR DELETE ON failure FOR EACH ROW EXECUTE FUNCTION judge_by_failure();

        """;
}
