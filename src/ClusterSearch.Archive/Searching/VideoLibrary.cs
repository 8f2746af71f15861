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

    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public async Task<VideoRecord> RequireAsync(VideoId id, CancellationToken cancellation) =>
        await ports.Catalog.FindVideoAsync(id, cancellation)
        ?? throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"{id}: {options.Directory} holds no such video");

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

    /// <param name="id">Which video.</param>
    /// <param name="encoding">Null for an archive without any.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<VideoDetail> ShowAsync(VideoId id, Encoding? encoding, CancellationToken cancellation)
    {
        var video = await RequireAsync(id, cancellation);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var encodings = await EncodingsOfAsync(id, cancellation);
        var plan = encoding is null ? null : await ports.Catalog.FindPlanAsync(id, encoding.Id, cancellation);
        var where = video.Places.Select(place => places.PathOf(place) ?? place.ToString()).ToList();
        if (encoding is null || plan is null)
            return new VideoDetail(Summarize(video, null, places), video.Facts, where, 0, 0, [], []) { Encodings = encodings };

        var chunks = await ports.Catalog.ListChunksAsync(id, encoding.Id, cancellation);
        var grid = SampleGrid.Create(video.Facts, encoding.Sampling, plan.ListedTicks);
        var damage = ChunkDamage.Of(chunks, grid);
        return new VideoDetail(
            Summarize(video, SummaryOf(id, chunks), places), video.Facts, where,
            chunks.Sum(chunk => chunk.State == ChunkState.Quarantined ? chunk.Chunk.Samples.Count : chunk.Result?.MissingSamples ?? 0),
            chunks.Count, await ShotsAsync(video, encoding, chunks, cancellation), damage is null ? [] : [damage.Message])
        {
            Encodings = encodings,
        };
    }

    public async Task<VectorExport> ExportVectorsAsync(VideoId id, bool smoothed, Encoding encoding, CancellationToken cancellation)
    {
        var video = await RequireAsync(id, cancellation);
        var vectors = new List<float[]>();
        var samples = new List<ExportedSample>();
        foreach (var piece in await ReadPiecesAsync(video, encoding, await ports.Catalog.ListChunksAsync(id, encoding.Id, cancellation), cancellation))
        {
            vectors.Add(smoothed ? Smooth(piece) : piece.Vectors);
            for (var i = 0; i < piece.Count; i++)
                samples.Add(new ExportedSample(piece.Numbers[i], piece.Timings[i].Ticks, video.Facts.SecondsAt(piece.Timings[i].Ticks)));
        }
        if (samples.Count == 0)
            throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"{id}: encoding {encoding.Id} has no embeddings of this video yet; ingest it first");
        return new VectorExport(id, encoding.Id, encoding.Dimension, video.Facts.TimeBase, [.. vectors.SelectMany(part => part)], samples);
    }

    private async Task<IReadOnlyList<VideoInEncoding>> EncodingsOfAsync(VideoId id, CancellationToken cancellation)
    {
        var encodings = new List<VideoInEncoding>();
        foreach (var record in await ports.Catalog.ListEncodingsAsync(cancellation))
        {
            var chunks = await ports.Catalog.ListChunksAsync(id, record.Encoding.Id, cancellation);
            var plan = chunks.Count == 0 ? null : SummaryOf(id, chunks);
            encodings.Add(new VideoInEncoding(EncodingSummary.Of(record.Encoding), record.IsActive, StateOf(plan), plan?.EmbeddedSamples ?? 0));
        }
        return encodings;
    }

    private static VideoPlanSummary SummaryOf(VideoId id, IReadOnlyList<ChunkRecord> chunks) => new(
        id, chunks.Sum(chunk => chunk.Chunk.Samples.Count), chunks.Sum(chunk => chunk.Result?.SampleCount ?? 0),
        chunks.CountBy(chunk => chunk.State).ToDictionary());

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
        VideoPieces.ReadAsync(ports.RawVectors, video.Id, encoding.Id, chunks, state => state is ChunkState.Embedded or ChunkState.Indexed, cancellation);

    private static float[] Smooth(EmbeddedChunk piece)
    {
        var smoothed = new float[piece.Vectors.Length];
        foreach (var (first, end) in VideoPieces.Shots(piece)) VideoPieces.Smoothed(piece, first, end).CopyTo(smoothed, first * piece.Dimension);
        return smoothed;
    }

    private static VideoSummary Summarize(VideoRecord video, VideoPlanSummary? plan, PlaceBook places) => new(
        video.Id, places.NameOf(video), places.FindFile(video),
        video.Facts.DurationSeconds, video.Facts.Width, video.Facts.Height, StateOf(plan), plan?.EmbeddedSamples ?? 0,
        video.Attributes.Camera, video.Attributes.Zone, video.Attributes.RecordedAt, video.IsGrowing ? "still being recorded" : video.Warning)
    {
        Progress = plan is null ? 0 : (double)plan.Count(ChunkState.Indexed) / plan.ChunkCount,
    };

    private static VideoState StateOf(VideoPlanSummary? plan) =>
        plan is null ? VideoState.Planned
        : plan.Count(ChunkState.Quarantined) == plan.ChunkCount ? VideoState.Failed
        : plan.Count(ChunkState.Indexed) == plan.ChunkCount ? VideoState.Searchable
        : plan.Count(ChunkState.Indexed) + plan.Count(ChunkState.Quarantined) == plan.ChunkCount ? VideoState.Partial
        : plan.Count(ChunkState.Pending) == plan.ChunkCount ? VideoState.Planned
        : VideoState.Ingesting;
}
