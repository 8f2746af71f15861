using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;

namespace ClusterSearch.Cli.Tests;

/// <summary>Stands behind both ports: remembers what it was asked and answers what a test has put in.</summary>
internal sealed class FakeArchive : ISearch, IIngestion, IWorking, IArchiveOpener
{
    public static readonly VideoId Garden = VideoId.Parse(new string('a', 32));
    public static readonly VideoId Space = VideoId.Parse(new string('b', 32));

    public SearchAnswer Answer { get; set; } = new()
    {
        Verdict = Verdict.Ok,
        Moments = [],
        Coverage = new Coverage(2, 2, 0, 58, 0, 0),
        Timings = new SearchTimings(1, 2, 3, 6),
        Explanation = ["scanned 58 samples"],
    };

    public IngestReport Report { get; set; } = new()
    {
        Files = 1,
        Added = 1,
        Unchanged = 0,
        Moved = 0,
        Failures = [],
        Warnings = [],
        Samples = 31,
        SecondsOfFootage = 31,
        Elapsed = TimeSpan.FromSeconds(2),
    };

    public ArchiveStatus Status { get; set; } = new(
        new LedgerStatus
        {
            Chunks = new Dictionary<ChunkState, int> { [ChunkState.Indexed] = 3, [ChunkState.Quarantined] = 1 },
            Videos = 2,
            SearchableVideos = 1,
            PartialVideos = 1,
            IngestingVideos = 0,
            FailedVideos = 0,
            Samples = 50,
            Seconds = 5400,
            MissingSamples = 8,
        },
        [new FileFailure("/footage/notes.txt", ErrorCodes.FootageNotVideo, "not a video")],
        new EncodingSummary("0123456789ab", "starter", "1/1", "Exact", 512), 0);

    public EncodingProgress Beside => new(new EncodingSummary("ba9876543210", "clip", "1/1", "exact", 512) { Precision = "fp32" }, false, Status.Ledger, 1);

    public VerifyReport Verification { get; set; } = new(2, 58, [], [], null);

    public VerifyRequest? Verified { get; private set; }

    public VectorExport Export { get; set; } = new(Garden, "0123456789ab", 2, new Rational(1, 12800), AsyncEnumerable.ToAsyncEnumerable<float[]>([[1, 0], [0.6f, 0.8f]]),
        [new ExportedSample(0, 0, 0), new ExportedSample(1, 12800, 1)]);

    public IReadOnlyList<IngestProgress> Progress { get; set; } = [];

    /// <summary>Thrown by every call that opens an archive.</summary>
    public Exception? OpenFault { get; set; }

    /// <summary>Thrown by the work itself.</summary>
    public Exception? WorkFault { get; set; }

    public Exception? ClipFault { get; set; }

    public FakeModel? Model { get; set; } = new();

    public ClusterSearchException? ModelFault { get; set; }

    public ClusterSearchException? FootageFault { get; set; }

    public List<(string Directory, OpenMode Mode)> Opened { get; } = [];

    /// <summary>Of the last opening.</summary>
    public string? Catalog { get; private set; }

    public WorkforceStatus Workforce { get; set; } = new()
    {
        IsShared = false,
        IsPaused = false,
        Workers = [],
        Aggregator = null,
        TimesRealTime = 0,
        SecondsLeft = 0,
        TimeLeft = null,
        WaitingChunks = 0,
        Takeovers = 0,
        Quarantined = new Dictionary<string, int>(),
    };

    public WorkRequest? Worked { get; private set; }

    public bool? Paused { get; private set; }

    public SearchRequest? Searched { get; private set; }

    public IngestRequest? Ingested { get; private set; }

    public JudgedQueries? Judged { get; private set; }

    public VideoId? Removed { get; private set; }

    public List<VideoId?> Retried { get; } = [];

    public List<string> Clips { get; } = [];

    public bool? ExportedSmoothed { get; private set; }

    public string? LoadedModel { get; private set; }

    public ModelOptions? LoadedWith { get; private set; }

    /// <summary>The encoding that the last call named.</summary>
    public string? Encoding { get; private set; }

    public bool Forced { get; private set; }

    public IModelLoader Models => new FakeLoader(this);

    public IFootageReader Footage => new FakeReader(this);

    public static Moment MomentOf(int rank, double start, double end, double? relevance = 0.9, string file = "garden-walk.mp4") => new()
    {
        Rank = rank,
        Video = Garden,
        FileName = file,
        Path = "/footage/" + file,
        Start = start,
        End = end,
        KeyFrame = start + 1,
        Score = 0.25f,
        Relevance = relevance,
        Labels = [new NamedLabel("tabby cat", 0.5f)],
    };

    public Task<ArchiveHost> OpenAsync(ArchiveAddress address, OpenMode mode, CancellationToken cancellation)
    {
        Opened.Add((address.Directory, mode));
        Catalog = address.Catalog;
        return OpenFault is null ? Task.FromResult(new ArchiveHost(this, this, this, Models, Footage)) : Task.FromException<ArchiveHost>(OpenFault);
    }

    public Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellation)
    {
        Searched = request;
        return WorkFault is null ? Task.FromResult(Answer) : Task.FromException<SearchAnswer>(WorkFault);
    }

    public Task<float[]> QueryVectorAsync(SearchRequest request, CancellationToken cancellation)
    {
        Searched = request;
        return Task.FromResult<float[]>([0.6f, 0.8f]);
    }

    public Task<VideoId> ResolveVideoAsync(string idPathOrName, CancellationToken cancellation) => Path.GetFileName(idPathOrName) switch
    {
        "garden-walk.mp4" => Task.FromResult(Garden),
        "space-day.mp4" => Task.FromResult(Space),
        var name => Task.FromException<VideoId>(new ClusterSearchException(ErrorCodes.VideoNotFound, $"no video is called {name}")),
    };

    public Task<IReadOnlyList<VideoSummary>> ListVideosAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<VideoSummary>>([SummaryOf(Garden, "garden-walk.mp4"), SummaryOf(Space, "space-day.mp4")]);

    public Task<VideoDetail> ShowVideoAsync(VideoId video, CancellationToken cancellation) => Task.FromResult(new VideoDetail(
        SummaryOf(video, "garden-walk.mp4"),
        new VideoFacts
        {
            Container = "mov,mp4",
            FileBytes = 1_380_132,
            StreamIndex = 0,
            Codec = "h264",
            TimeBase = new Rational(1, 12800),
            StartTicks = 0,
            DurationTicks = 396_800,
            FrameRate = new Rational(30000, 1001),
            CodedWidth = 640,
            CodedHeight = 360,
            Width = 640,
            Height = 360,
            AudioTracks = [new TrackFacts(1, "aac", "eng", null)],
        },
        ["footage:garden-walk.mp4"], 0, 1, [new ShotSummary(0, 8, 8, [new NamedLabel("tabby cat", 0.5f)])], []));

    public Task<ScoreCurve> ScoreCurveAsync(SearchRequest request, VideoId video, CancellationToken cancellation) => Task.FromResult(new ScoreCurve([], [], [], []));

    public Task<PlayableFile> FindFootageAsync(VideoId video, CancellationToken cancellation) => throw new NotSupportedException();

    public Task StreamAsync(VideoId video, double startSeconds, Stream output, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<byte[]> ThumbnailAsync(VideoId video, double seconds, int maximumWidth, CancellationToken cancellation) => Task.FromResult<byte[]>([]);

    public Task WriteClipAsync(VideoId video, double start, double end, string outputPath, bool streamCopy, CancellationToken cancellation)
    {
        if (ClipFault is not null) return Task.FromException(ClipFault);
        Clips.Add(outputPath);
        return File.WriteAllTextAsync(outputPath, "clip", cancellation);
    }

    public Task WriteContactSheetAsync(IReadOnlyList<Moment> moments, string outputPath, CancellationToken cancellation) =>
        File.WriteAllTextAsync(outputPath, "sheet", cancellation);

    public Task<VectorExport> ExportVectorsAsync(VideoId video, bool smoothed, string? encoding, CancellationToken cancellation)
    {
        Encoding = encoding;
        ExportedSmoothed = smoothed;
        return Task.FromResult(Export);
    }

    public Task<EvaluationReport> EvaluateAsync(JudgedQueries judged, SearchRequest settings, CancellationToken cancellation)
    {
        Judged = judged;
        Searched = settings;
        return Task.FromResult(new EvaluationReport(
            new Dictionary<string, double> { ["ndcg@10 iou>=0.5"] = 0.75, ["undefined"] = double.NaN },
            [new QueryEvaluation("a cat", new Dictionary<string, double> { ["ndcg@10 iou>=0.5"] = 0.75 })]));
    }

    public Task RateAsync(SearchRequest request, VideoId video, double start, double end, bool? isRelevant, CancellationToken cancellation) => Task.CompletedTask;

    public Task<IReadOnlyList<Feedback>> ListRatingsAsync(SearchRequest? request, VideoId? video, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Feedback>>([]);

    public async Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        Ingested = request;
        foreach (var state in Progress) progress.Report(state);
        if (WorkFault is not null) throw WorkFault;
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        return Report;
    }

    public Task RemoveVideoAsync(VideoId video, CancellationToken cancellation)
    {
        Removed = video;
        return Task.CompletedTask;
    }

    public Task<int> RetryAsync(VideoId? video, CancellationToken cancellation)
    {
        Retried.Add(video);
        return Task.FromResult(4);
    }

    public Task<ReindexReport> ReindexAsync(string? encoding, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        Encoding = encoding;
        return Task.FromResult(new ReindexReport(2, 58, TimeSpan.FromSeconds(1.5)));
    }

    public BackupRequest? BackedUp { get; private set; }

    public Task<BackupReport> BackupAsync(BackupRequest request, CancellationToken cancellation)
    {
        BackedUp = request;
        return Task.FromResult(new BackupReport(request.Directory, 2, 4, 3_000_000, 1_000, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1.5)));
    }

    public WatchRequest? Watched { get; private set; }

    public IReadOnlyList<WatchEvent> WatchEvents { get; set; } = [];

    public Task<WatchReport> WatchAsync(WatchRequest request, IWatchObserver observer, CancellationToken cancellation)
    {
        Watched = request;
        var status = new WatchStatus(3, 1, 1, 1, Status.Ledger);
        foreach (var watchEvent in WatchEvents) observer.Happened(watchEvent);
        observer.Report(status);
        return WorkFault is null
            ? Task.FromResult(new WatchReport(2, 1, 0, Report.Failures, status, TimeSpan.FromSeconds(5)))
            : Task.FromException<WatchReport>(WorkFault);
    }

    public Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation)
    {
        (Verified, Encoding) = (request, request.Encoding);
        return Task.FromResult(Verification with { Digest = request.Digest ? new string('d', 64) : null });
    }

    public Task<EncodingUse> UseEncodingAsync(string encoding, bool force, CancellationToken cancellation)
    {
        (Encoding, Forced) = (encoding, force);
        return Task.FromResult(new EncodingUse(Beside.Encoding, Status.Encoding!, 3, force ? 1 : 0));
    }

    public Task<EncodingProgress> DropEncodingAsync(string encoding, CancellationToken cancellation)
    {
        Encoding = encoding;
        return Task.FromResult(Beside);
    }

    public Task<ArchiveStatus> StatusAsync(CancellationToken cancellation) => Task.FromResult(Status);

    Task<WorkforceStatus> IWorking.StatusAsync(CancellationToken cancellation) => Task.FromResult(Workforce);

    public Task WorkAsync(WorkRequest request, Action<string> tell, CancellationToken stop, CancellationToken now)
    {
        Worked = request;
        return WorkFault is null ? Task.CompletedTask : Task.FromException(WorkFault);
    }

    public Task<int> ReportCrashAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation) => Task.FromResult(0);

    public Task SetPausedAsync(bool isPaused, CancellationToken cancellation)
    {
        Paused = isPaused;
        return Task.CompletedTask;
    }

    private static VideoSummary SummaryOf(VideoId id, string name) =>
        new(id, name, "/footage/" + name, 31, 640, 360, VideoState.Searchable, 31, "gate", null, null, null);

    private sealed class FakeLoader(FakeArchive archive) : IModelLoader
    {
        public IImageTextModel Load(string directory, ModelOptions options)
        {
            (archive.LoadedModel, archive.LoadedWith) = (directory, options);
            return archive.ModelFault is null ? archive.Model! : throw archive.ModelFault;
        }
    }

    /// <summary>Answers its version alone: no command asks for more.</summary>
    private sealed class FakeReader(FakeArchive archive) : IFootageReader
    {
        public Task<string> VersionAsync(CancellationToken cancellation) =>
            archive.FootageFault is null ? Task.FromResult("ffmpeg version 5.1") : Task.FromException<string>(archive.FootageFault);

        public Task<VideoFacts> ProbeAsync(string path, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<long[]> ListFrameTicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<SampledFrame> SampleAsync(FrameRequest request, DecodeTrace trace, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<byte[]> ThumbnailAsync(string path, VideoFacts facts, long ticks, int maximumWidth, CancellationToken cancellation) => throw new NotSupportedException();

        public Task WriteClipAsync(ClipRequest request, CancellationToken cancellation) => throw new NotSupportedException();

        public Task StreamAsync(string path, VideoFacts facts, double startSeconds, Stream output, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<RgbImage> ReadImageAsync(string path, CancellationToken cancellation) => throw new NotSupportedException();

        public Task WriteContactSheetAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
