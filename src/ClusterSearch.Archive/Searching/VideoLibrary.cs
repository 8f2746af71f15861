using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>What people ask about videos: which there are, how far they are, what is in them, where they lie.</summary>
internal sealed class VideoLibrary(ArchivePorts ports, ArchiveOptions options)
{
    private const int LabelsShown = 5;
    private const int ShortestIdPrefix = 6;

    public async Task<VideoId> ResolveAsync(string text, CancellationToken cancellation)
    {
        if (VideoId.TryParse(text, out var id) && await ports.Catalog.FindVideoAsync(id, cancellation) is not null) return id;
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        if (places.Find(text) is { } place && await ports.Catalog.FindPlaceAsync(place, cancellation) is { } known) return known.Video;
        var isIdPrefix = text.Length is >= ShortestIdPrefix and < VideoId.Length && text.All(char.IsAsciiHexDigitLower);
        var named = (await ports.Catalog.ListVideosAsync(cancellation))
            .Where(video => (isIdPrefix && video.Id.Value.StartsWith(text, StringComparison.Ordinal)) || video.Places.Any(at => Path.GetFileName(at.RelativePath) == text || at.RelativePath == text || at.ToString() == text)).ToList();
        return named.Count switch
        {
            1 => named[0].Id,
            0 => throw new ClusterSearchException(ErrorCodes.VideoNotFound,
                $"{text}: {options.Directory} holds no video with this id, path or file name; `clustersearch videos list` names them"),
            _ => throw new ClusterSearchException(ErrorCodes.VideoAmbiguous,
                $"{text}: {named.Count} videos have this name; use an id: {string.Join(", ", named.Select(video => $"{video.Id} ({video.Places[0]})"))}"),
        };
    }

    /// <exception cref="ClusterSearchException">video.not_found; footage.not_found when no place of it is reachable here.</exception>
    public async Task<(VideoRecord Record, string Path)> FindFileAsync(VideoId id, CancellationToken cancellation)
    {
        var video = await RequireAsync(id, cancellation);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        return (video, places.FindFile(video) ?? throw new ClusterSearchException(ErrorCodes.FootageNotFound,
            $"{id}: none of its places can be reached here ({string.Join(", ", video.Places.Select(place => places.PathOf(place) ?? place.ToString()))})"));
    }

    public async Task<IReadOnlyList<VideoSummary>> ListAsync(CancellationToken cancellation)
    {
        var active = await ports.Catalog.ActiveEncodingAsync(cancellation);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var plans = active is null ? [] : (await ports.Catalog.ListPlansAsync(active.Encoding.Id, cancellation)).ToDictionary(plan => plan.Video);
        return [.. (await ports.Catalog.ListVideosAsync(cancellation))
            .Select(video => Summarize(video, plans.GetValueOrDefault(video.Id), places))
            .OrderBy(summary => summary.FileName, StringComparer.Ordinal).ThenBy(summary => summary.Id)];
    }

    public async Task<VideoDetail> ShowAsync(VideoId id, CancellationToken cancellation)
    {
        var video = await RequireAsync(id, cancellation);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var active = await ports.Catalog.ActiveEncodingAsync(cancellation);
        var plan = active is null ? null : await ports.Catalog.FindPlanAsync(id, active.Encoding.Id, cancellation);
        var where = video.Places.Select(place => places.PathOf(place) ?? place.ToString()).ToList();
        if (active is null || plan is null)
            return new VideoDetail(Summarize(video, null, places), video.Facts, where, 0, 0, [], []);

        var chunks = await ports.Catalog.ListChunksAsync(id, active.Encoding.Id, cancellation);
        var summary = new VideoPlanSummary(id, chunks.Sum(chunk => chunk.Chunk.Samples.Count), chunks.Sum(chunk => chunk.Result?.SampleCount ?? 0),
            chunks.CountBy(chunk => chunk.State).ToDictionary());
        var grid = SampleGrid.Create(video.Facts, active.Encoding.Sampling, plan.ListedTicks);
        var damage = ChunkDamage.Of(chunks, grid);
        return new VideoDetail(
            Summarize(video, summary, places), video.Facts, where,
            chunks.Sum(chunk => chunk.State == ChunkState.Quarantined ? chunk.Chunk.Samples.Count : chunk.Result?.MissingSamples ?? 0),
            chunks.Count, await ShotsAsync(video, active.Encoding, chunks, cancellation), damage is null ? [] : [damage.Message]);
    }

    public async Task<VectorExport> ExportVectorsAsync(VideoId id, bool smoothed, CancellationToken cancellation)
    {
        var video = await RequireAsync(id, cancellation);
        var active = await RequireEncodingAsync(cancellation);
        var vectors = new List<float[]>();
        var samples = new List<ExportedSample>();
        foreach (var piece in await ReadPiecesAsync(video, active, await ports.Catalog.ListChunksAsync(id, active.Id, cancellation), cancellation))
        {
            vectors.Add(smoothed ? Smooth(piece) : piece.Vectors);
            for (var i = 0; i < piece.Count; i++)
                samples.Add(new ExportedSample(piece.Numbers[i], piece.Timings[i].Ticks, video.Facts.SecondsAt(piece.Timings[i].Ticks)));
        }
        if (samples.Count == 0)
            throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"{id}: the video has no embeddings yet; ingest it first");
        return new VectorExport(id, active.Id, active.Dimension, video.Facts.TimeBase, [.. vectors.SelectMany(part => part)], samples);
    }

    /// <summary>Footage that a search cannot meet: not ingested yet, quarantined or undecodable.</summary>
    public async Task<double> MissingSecondsAsync(Encoding encoding, LedgerStatus status, CancellationToken cancellation)
    {
        if (status.SearchableVideos == status.Videos && status.MissingSamples == 0) return 0;
        var plans = (await ports.Catalog.ListPlansAsync(encoding.Id, cancellation)).ToDictionary(plan => plan.Video);
        double missing = 0;
        foreach (var video in await ports.Catalog.ListVideosAsync(cancellation))
        {
            var plan = plans.GetValueOrDefault(video.Id);
            missing += plan is null || plan.PlannedSamples == 0
                ? video.Facts.DurationSeconds
                : video.Facts.DurationSeconds * (plan.PlannedSamples - plan.EmbeddedSamples) / plan.PlannedSamples;
        }
        return missing;
    }

    private async Task<IReadOnlyList<ShotSummary>> ShotsAsync(
        VideoRecord video, Encoding encoding, IReadOnlyList<ChunkRecord> chunks, CancellationToken cancellation)
    {
        var shots = new List<ShotSummary>();
        foreach (var piece in await ReadPiecesAsync(video, encoding, chunks, cancellation))
        {
            foreach (var (first, end) in VideoPieces.Shots(piece))
            {
                var startTicks = first == 0 ? piece.Timings[0].Ticks : piece.Timings[first].EdgeTicks;
                var endTicks = end < piece.Count ? piece.Timings[end].EdgeTicks : video.Facts.StartTicks + video.Facts.DurationTicks;
                var labels = encoding.Labels is { } names
                    ? NamedLabels.Of(MeanLabels(piece, first, end), names, LabelsShown, 0.02f)
                    : [];
                shots.Add(new ShotSummary(video.Facts.SecondsAt(startTicks), video.Facts.SecondsAt(endTicks), end - first, labels));
            }
        }
        return shots;
    }

    /// <summary>A shot's labels: the mean of each over the shot, those beyond a sample's kept few counting as 0.</summary>
    private static LabelScore[] MeanLabels(EmbeddedChunk piece, int first, int end)
    {
        var sums = new Dictionary<ushort, float>();
        for (var i = first; i < end; i++)
            foreach (var label in piece.LabelsOf(i)) sums[label.Label] = sums.GetValueOrDefault(label.Label) + label.Score;
        return [.. sums.Select(sum => new LabelScore(sum.Key, sum.Value / (end - first)))
            .OrderByDescending(label => label.Score).ThenBy(label => label.Label)];
    }

    private Task<List<EmbeddedChunk>> ReadPiecesAsync(
        VideoRecord video, Encoding encoding, IReadOnlyList<ChunkRecord> chunks, CancellationToken cancellation) =>
        VideoPieces.ReadAsync(ports, video.Id, encoding.Id, chunks, state => state is ChunkState.Embedded or ChunkState.Indexed, null, cancellation);

    private static float[] Smooth(EmbeddedChunk piece)
    {
        var smoothed = new float[piece.Vectors.Length];
        foreach (var (first, end) in VideoPieces.Shots(piece)) VideoPieces.Smoothed(piece, first, end).CopyTo(smoothed, first * piece.Dimension);
        return smoothed;
    }

    private static VideoSummary Summarize(VideoRecord video, VideoPlanSummary? plan, PlaceBook places)
    {
        var state = plan is null ? VideoState.Planned
            : plan.Count(ChunkState.Quarantined) == plan.ChunkCount ? VideoState.Failed
            : plan.Count(ChunkState.Indexed) == plan.ChunkCount ? VideoState.Searchable
            : plan.Count(ChunkState.Indexed) + plan.Count(ChunkState.Quarantined) == plan.ChunkCount ? VideoState.Partial
            : plan.Count(ChunkState.Pending) == plan.ChunkCount ? VideoState.Planned
            : VideoState.Ingesting;
        return new VideoSummary(
            video.Id, places.NameOf(video), places.FindFile(video),
            video.Facts.DurationSeconds, video.Facts.Width, video.Facts.Height, state, plan?.EmbeddedSamples ?? 0,
            video.Attributes.Camera, video.Attributes.Zone, video.Attributes.RecordedAt, video.Warning);
    }

    private async Task<VideoRecord> RequireAsync(VideoId id, CancellationToken cancellation) =>
        await ports.Catalog.FindVideoAsync(id, cancellation)
        ?? throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"{id}: {options.Directory} holds no such video");

    private async Task<Encoding> RequireEncodingAsync(CancellationToken cancellation) =>
        (await ports.Catalog.ActiveEncodingAsync(cancellation))?.Encoding
        ?? throw new ClusterSearchException(ErrorCodes.ArchiveNotFound, $"{options.Directory}: the archive is empty; ingest some footage first");
}
