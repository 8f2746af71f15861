using System.Collections.Concurrent;
using System.Diagnostics;
using ClusterSearch.Archive.Encodings;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Evaluation;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// The in-process engine behind <see cref="ISearch"/>. Safe for many queries at once, beside ingests, switches and drops of
/// encodings in this process or others: see <see cref="InEncodingAsync"/>.
/// </summary>
public sealed class SearchEngine : ISearch, IDisposable
{
    private const int FoldingReach = 4;

    /// <summary>Encodings that may be dropped under one query before it gives up.</summary>
    private const int MaximumAttempts = 5;

    private readonly ArchivePorts _ports;
    private readonly ArchiveOptions _options;
    private readonly ConcurrentDictionary<string, string> _searched = new(StringComparer.Ordinal);
    private readonly LoadedModels _models;
    private readonly QueryEmbedding _embedding;
    private readonly VideoLibrary _library;
    private readonly CoverageGap _gap;
    private readonly IMomentFinder _finder;
    private readonly BackgroundProbe _background = new();

    public SearchEngine(ArchivePorts ports, ArchiveOptions options)
        : this(ports, options, new LocalMomentFinder())
    {
    }

    internal SearchEngine(ArchivePorts ports, ArchiveOptions options, IMomentFinder finder)
    {
        (_ports, _options, _finder) = (ports, options, finder);
        _models = new LoadedModels(ports, options);
        _embedding = new QueryEmbedding(ports);
        _library = new VideoLibrary(ports, options);
        _gap = new CoverageGap(ports.Catalog);
    }

    public async Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellation)
    {
        Validate(request);
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Search);
        span?.SetTag(Telemetry.Attributes.Top, request.Top);
        var started = Stopwatch.GetTimestamp();
        var answer = await InSessionAsync(request.Encoding, (session, model) => AnswerAsync(session, model, request, started, span, cancellation), cancellation);
        Telemetry.SearchDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return answer;
    }

    private async Task<SearchAnswer> AnswerAsync(
        SearchSession session, IImageTextModel model, SearchRequest request, long started, Activity? span, CancellationToken cancellation)
    {
        var query = await StageAsync(Telemetry.Spans.EmbedQuery, "embed", () => _embedding.EmbedAsync(session, model, request.Parts, cancellation));
        var embedded = Stopwatch.GetTimestamp();

        var count = request.Fold ? request.Top * FoldingReach : request.Top;
        var background = model.Facts.LogitBias is null ? await _background.MeasureAsync(session, query, cancellation) : null;
        var wanted = new MomentQuery(query, request.Filter, count, request.Smoothing, background?.Median ?? 0, request.Exact);
        var found = await StageAsync(Telemetry.Spans.Find, "find", () => FindAsync(session, request, wanted, cancellation));
        var searched = Stopwatch.GetTimestamp();

        var coverage = await CoverageAsync(session, request.Filter, found, cancellation);
        // The best was chosen from all that the filter let pass.
        if (background is { } probed) background = probed with { Count = coverage.Samples };
        var assembly = new MomentAssembly(session, request.Filter, score =>
            model.Facts.LogitBias is null ? BackgroundRelevance.Of(score, background) : Relevance.Of(score, model.Facts.LogitScale, model.Facts.LogitBias));
        var moments = await StageAsync(Telemetry.Spans.Moments, "moments", () => assembly.AssembleAsync(found.Moments, request.Fold, request.Top, cancellation));
        var ended = Stopwatch.GetTimestamp();

        span?.SetTag(Telemetry.Attributes.Encoding, session.Encoding.Id)
            .SetTag(Telemetry.Attributes.Units, found.UnitsSeen).SetTag(Telemetry.Attributes.Shots, found.ShotsScored);
        var timings = new SearchTimings(Milliseconds(started, embedded), Milliseconds(embedded, searched), Milliseconds(searched, ended), Milliseconds(started, ended));
        return new SearchAnswer
        {
            Verdict = VerdictRule.Decide(moments.Count > 0 ? moments[0].Score : null, moments.Count > 0 && background is null ? moments[0].Relevance : null, background),
            Moments = moments,
            Coverage = coverage,
            Timings = timings,
            Explanation = Explain(session, request, found, coverage, timings),
            Encoding = EncodingSummary.Of(session.Encoding),
        };
    }

    public Task<float[]> QueryVectorAsync(SearchRequest request, CancellationToken cancellation)
    {
        Validate(request);
        return InSessionAsync(request.Encoding, (session, model) => _embedding.EmbedAsync(session, model, request.Parts, cancellation), cancellation);
    }

    public Task<ScoreCurve> ScoreCurveAsync(SearchRequest request, VideoId video, CancellationToken cancellation)
    {
        Validate(request);
        return InSessionAsync(request.Encoding, async (session, model) =>
            await CurveOfVideo.ScoreAsync(session, await _embedding.EmbedAsync(session, model, request.Parts, cancellation), video, cancellation), cancellation);
    }

    public async Task<PlayableFile> FindFootageAsync(VideoId video, CancellationToken cancellation)
    {
        var (record, path) = await _library.FindFileAsync(video, cancellation);
        return new PlayableFile(path, record.Facts);
    }

    public async Task StreamAsync(VideoId video, double startSeconds, Stream output, CancellationToken cancellation)
    {
        var (record, path) = await _library.FindFileAsync(video, cancellation);
        if (!(startSeconds >= 0) || startSeconds >= record.Facts.DurationSeconds)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a stream begins from 0 to {record.Facts.DurationSeconds:0.###} s, found {startSeconds:0.###}"));
        await _ports.Footage.StreamAsync(path, record.Facts, startSeconds, output, cancellation);
    }

    public Task<VideoId> ResolveVideoAsync(string idPathOrName, CancellationToken cancellation) => _library.ResolveAsync(idPathOrName, cancellation);

    public Task<IReadOnlyList<VideoSummary>> ListVideosAsync(CancellationToken cancellation) => _library.ListAsync(cancellation);

    public async Task<VideoDetail> ShowVideoAsync(VideoId video, CancellationToken cancellation) =>
        await _ports.Catalog.ActiveEncodingAsync(cancellation) is null
            ? await _library.ShowAsync(video, null, cancellation)
            : await InEncodingAsync(null, encoding => _library.ShowAsync(video, encoding, cancellation), cancellation);

    public Task<VectorExport> ExportVectorsAsync(VideoId video, bool smoothed, string? encoding, CancellationToken cancellation) =>
        InEncodingAsync(encoding, found => _library.ExportVectorsAsync(video, smoothed, found, cancellation), cancellation);

    public async Task<byte[]> ThumbnailAsync(VideoId video, double seconds, int maximumWidth, CancellationToken cancellation)
    {
        var (record, path) = await _library.FindFileAsync(video, cancellation);
        return await _ports.Footage.ThumbnailAsync(path, record.Facts, record.Facts.TicksAt(seconds), maximumWidth, cancellation);
    }

    public async Task WriteClipAsync(VideoId video, double start, double end, string outputPath, bool streamCopy, CancellationToken cancellation)
    {
        if (!(end > start))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a clip ends after it starts, found {start} to {end}");
        var (record, path) = await _library.FindFileAsync(video, cancellation);
        await _ports.Footage.WriteClipAsync(
            new ClipRequest(path, record.Facts, record.Facts.TicksAt(start), record.Facts.TicksAt(end), Path.GetFullPath(outputPath), streamCopy), cancellation);
    }

    public async Task WriteContactSheetAsync(IReadOnlyList<Moment> moments, string outputPath, CancellationToken cancellation)
    {
        const int tileWidth = 480;
        var tiles = new List<ContactSheetTile>(moments.Count);
        foreach (var moment in moments)
        {
            var jpeg = await ThumbnailAsync(moment.Video, moment.KeyFrame, tileWidth, cancellation);
            tiles.Add(new ContactSheetTile(jpeg, $"{moment.Rank}  {moment.FileName}  {Clock(moment.Start)}-{Clock(moment.End)}"));
        }
        await _ports.Footage.WriteContactSheetAsync(tiles, Path.GetFullPath(outputPath), cancellation);
    }

    public async Task<EvaluationReport> EvaluateAsync(JudgedQueries judged, SearchRequest settings, CancellationToken cancellation)
    {
        // One encoding for all queries, whatever is switched meanwhile.
        var encoding = (await EncodingLookup.RequireAsync(_ports.Catalog, _options, settings.Encoding, cancellation)).Encoding;
        var perQuery = new List<QueryEvaluation>(judged.Queries.Count);
        foreach (var query in judged.Queries)
        {
            if (query.Text is null == query.Image is null)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a judged query has a text or an image, and not both");
            QueryPart part = query.Text is not null ? new TextPart(query.Text) : new ImagePart(query.Image!);
            var answer = await SearchAsync(settings with { Parts = [part], Encoding = encoding.Id }, cancellation);
            var relevant = new List<TimeRange>(query.Relevant.Count);
            foreach (var moment in query.Relevant)
                relevant.Add(new TimeRange((await ResolveVideoAsync(moment.Video, cancellation)).Value, moment.Start, moment.End));
            perQuery.Add(new QueryEvaluation(query.Text ?? query.Image!, RetrievalMetrics.Evaluate(
                [.. answer.Moments.Select(moment => new TimeRange(moment.Video.Value, moment.Start, moment.End))], relevant)));
        }
        return new EvaluationReport(RetrievalMetrics.Mean(perQuery.Select(query => query.Metrics)), perQuery) { Encoding = EncodingSummary.Of(encoding) };
    }

    public Task RateAsync(SearchRequest request, VideoId video, double start, double end, bool? isRelevant, CancellationToken cancellation) =>
        new MomentRatings(_ports, _library).RateAsync(request, video, start, end, isRelevant, cancellation);

    public Task<IReadOnlyList<Feedback>> ListRatingsAsync(SearchRequest? request, VideoId? video, CancellationToken cancellation) =>
        new MomentRatings(_ports, _library).ListAsync(request, video, cancellation);

    public void Dispose() => _models.Dispose();

    /// <summary>
    /// Does work in one encoding, the active one unless another is named, read once: model, index and vector files all follow
    /// from it, so an answer is never of two. A drop takes an encoding's row before it deletes anything, so work that ends with
    /// the row in place saw everything; work that ends without it, in an answer or a fault, is done again in what is active now.
    /// </summary>
    private async Task<T> InEncodingAsync<T>(string? named, Func<Encoding, Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var encoding = (await EncodingLookup.RequireAsync(_ports.Catalog, _options, named, cancellation)).Encoding;
            _searched[encoding.Id] = encoding.Id;
            try
            {
                var answer = await work(encoding);
                if (await IsKnownAsync(encoding.Id, cancellation) || attempt == MaximumAttempts) return answer;
            }
            catch (ClusterSearchException) when (attempt < MaximumAttempts)
            {
                if (await IsKnownAsync(encoding.Id, cancellation)) throw;
            }
        }
    }

    private Task<T> InSessionAsync<T>(string? named, Func<SearchSession, IImageTextModel, Task<T>> work, CancellationToken cancellation) =>
        InEncodingAsync(named, async encoding =>
        {
            using var session = await SearchSession.OpenAsync(_ports, encoding, cancellation);
            using var lease = await _models.LeaseAsync(encoding, cancellation);
            return await work(session, lease.Model);
        }, cancellation);

    private async Task<bool> IsKnownAsync(string encodingId, CancellationToken cancellation)
    {
        var known = await _ports.Catalog.ListEncodingsAsync(cancellation);
        _models.KeepOnly(known);
        foreach (var gone in _searched.Keys.Where(id => known.All(record => record.Encoding.Id != id)))
        {
            // The store holds what another process deleted until it is looked at again, and the disk cannot have its space
            // back. The row goes first: while the index is still there, the next query looks once more.
            using var snapshot = await _ports.Vectors.SnapshotAsync(gone, cancellation);
            if (snapshot.Dimension == 0) _searched.TryRemove(gone, out _);
        }
        return known.Any(record => record.Encoding.Id == encodingId);
    }

    private static async Task<T> StageAsync<T>(string span, string stage, Func<Task<T>> part)
    {
        using var activity = Telemetry.Source.StartActivity(span);
        var started = Stopwatch.GetTimestamp();
        var result = await part();
        Telemetry.StageDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>(Telemetry.Attributes.Stage, stage));
        return result;
    }

    /// <summary>The reference method joins the best hits of the whole archive, so it cannot be asked in parts.</summary>
    private Task<FanOutResult> FindAsync(SearchSession session, SearchRequest request, MomentQuery wanted, CancellationToken cancellation)
    {
        var isReference = request.Moments == MomentMethod.Reference || request.Smoothing == SmoothingMethod.Reference;
        return isReference
            ? new ReferenceScan(session, _ports, wanted.MomentOptions).FindAsync(wanted.Vector, request.Filter, wanted.Count, request.Moments, request.Smoothing, cancellation)
            : _finder.FindAsync(session, wanted, cancellation);
    }

    private async Task<Coverage> CoverageAsync(
        SearchSession session, VectorFilter filter, FanOutResult found, CancellationToken cancellation)
    {
        var unanswered = found.Unanswered;
        var status = await _ports.Catalog.StatusAsync(session.Encoding.Id, cancellation);
        var all = await session.CountAllAsync(cancellation);
        var passing = filter.IsEmpty ? all : await session.Snapshot.CountAsync(filter, cancellation);
        var failures = await _ports.Catalog.ListFailuresAsync(cancellation);
        var (videos, missingSeconds) = await _gap.FindAsync(session.Encoding, status, cancellation);
        long notAsked = 0;
        foreach (var shard in unanswered)
            notAsked += (await session.Snapshot.CountAsync(await shard.NarrowAsync(session.Snapshot, filter, cancellation), cancellation)).Samples;
        return new Coverage(videos, status.SearchableVideos, status.FailedVideos + failures.Count,
            passing.Samples - notAsked, all.Samples - passing.Samples, missingSeconds)
        {
            // One empty list for all: a record compares lists by reference.
            UnansweredShards = unanswered.Count == 0 ? [] : [.. unanswered.Select(shard => shard.Name)],
            UnansweredSamples = notAsked,
            DamagedParts = DamagedParts.Join(found.Damaged, DamagedParts.Of(session.Snapshot)),
        };
    }

    private static IReadOnlyList<string> Explain(
        SearchSession session, SearchRequest request, FanOutResult found, Coverage coverage, SearchTimings timings)
    {
        var isReference = request.Moments == MomentMethod.Reference || request.Smoothing == SmoothingMethod.Reference;
        return
        [
            $"encoding {session.Encoding.Id}: {session.Encoding.ModelName} ({session.Encoding.Precision}), {session.Encoding.Sampling}, {session.Encoding.Dimension} dimensions",
            $"query: {request.Parts.Count} parts, one vector; filter: {(request.Filter.IsEmpty ? "none" : $"{coverage.FilteredOut} samples kept out inside the scan")}",
            isReference
                ? $"plan: every sample scored (smoothing {request.Smoothing}, moments {request.Moments}), {found.SamplesScored} samples in {found.ShotsScored} runs"
                : $"plan: units by upper bound{(request.Exact ? ", none missed" : "")} ({found.UnitsSeen} looked at), then {found.ShotsScored} shots scored exactly ({found.SamplesScored} of {coverage.Samples} samples)",
            .. session.Snapshot.Cost is { } cost
                ? [string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"index: {cost.Plan}; {cost.UnitsEstimated} codes, {cost.MeansScored} means and {cost.SamplesScored} samples scored, {cost.BytesRead / 1e6:0.0} MB read")]
                : Array.Empty<string>(),
            .. coverage.DamagedParts.Select(part => $"left out: {part}"),
            string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"time: {timings.EmbedMs:0.0} ms query embedding, {timings.SearchMs:0.0} ms search, {timings.MomentsMs:0.0} ms moments, {timings.TotalMs:0.0} ms in all"),
        ];
    }

    private static void Validate(SearchRequest request)
    {
        var faults = new List<string>();
        if (request.Parts.Count == 0) faults.Add("a query has at least one part: a text, an image or a moment");
        if (request.Top is < 1 or > SearchRequest.MaximumTop) faults.Add($"top lies from 1 to {SearchRequest.MaximumTop}, found {request.Top}");
        if (request.Filter is { SecondsAfter: { } after, SecondsBefore: { } before } && after >= before) faults.Add("the time filter is empty: after lies at or behind before");
        if (request.Filter is { RecordedAfter: { } recordedAfter, RecordedBefore: { } recordedBefore } && recordedAfter >= recordedBefore) faults.Add("the date filter is empty: after lies at or behind before");
        if (faults.Count > 0) throw new ClusterSearchException(ErrorCodes.RequestInvalid, string.Join("; ", faults));
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    private static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss\.f" : @"m\:ss\.f", System.Globalization.CultureInfo.InvariantCulture);
    }
}
