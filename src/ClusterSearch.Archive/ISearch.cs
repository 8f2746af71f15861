using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive;

/// <summary>Port of everything that asks. Hosts (command line, gateway) know this and <see cref="IIngestion"/>, never an engine.</summary>
public interface ISearch
{
    /// <exception cref="Core.ClusterSearchException">request.invalid, video.not_found, archive and model codes.</exception>
    Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellation);

    /// <summary>The query's one linear vector, of the encoding's dimension.</summary>
    Task<float[]> QueryVectorAsync(SearchRequest request, CancellationToken cancellation);

    /// <summary>An id or the first six or more digits of one, a path (as registered or on this host), or a file name; unique in the archive.</summary>
    /// <exception cref="Core.ClusterSearchException">video.not_found; video.ambiguous, naming the candidates.</exception>
    Task<VideoId> ResolveVideoAsync(string idPathOrName, CancellationToken cancellation);

    Task<IReadOnlyList<VideoSummary>> ListVideosAsync(CancellationToken cancellation);

    Task<VideoDetail> ShowVideoAsync(VideoId video, CancellationToken cancellation);

    /// <summary>A query's score at every sample of one video, as the encoding that is searched holds it.</summary>
    /// <exception cref="Core.ClusterSearchException">request.invalid, video.not_found (also for a video that this encoding does not hold).</exception>
    Task<ScoreCurve> ScoreCurveAsync(SearchRequest request, VideoId video, CancellationToken cancellation);

    /// <summary>The video's file on this host.</summary>
    /// <exception cref="Core.ClusterSearchException">video.not_found; footage.not_found when no place of it is reachable here.</exception>
    Task<PlayableFile> FindFootageAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Writes a video from a second to its end as fragmented MP4 that every browser plays, while it is read.</summary>
    Task StreamAsync(VideoId video, double startSeconds, Stream output, CancellationToken cancellation);

    /// <summary>A moment's key frame as JPEG.</summary>
    Task<byte[]> ThumbnailAsync(VideoId video, double seconds, int maximumWidth, CancellationToken cancellation);

    /// <summary>Writes [start, end) of a video as an MP4.</summary>
    Task WriteClipAsync(VideoId video, double start, double end, string outputPath, bool streamCopy, CancellationToken cancellation);

    /// <summary>Writes the moments' key frames, captioned, as one picture (JPEG or PNG by extension).</summary>
    Task WriteContactSheetAsync(IReadOnlyList<Moment> moments, string outputPath, CancellationToken cancellation);

    /// <summary>One video's vectors, raw or smoothed as the encoding's default smoothing does.</summary>
    /// <param name="encoding">An id, the beginning of one, or a model's name; null: the active one.</param>
    Task<VectorExport> ExportVectorsAsync(VideoId video, bool smoothed, string? encoding, CancellationToken cancellation);

    /// <summary>Runs judged queries and scores the answers.</summary>
    Task<EvaluationReport> EvaluateAsync(JudgedQueries judged, SearchRequest settings, CancellationToken cancellation);

    /// <summary>
    /// Records whether [start, end) of a video is what a query asked for; null takes that back. One verdict for each query and range, the
    /// latest stands. Two requests are one query when their parts are the same in any order; filters and everything else do not count.
    /// </summary>
    /// <exception cref="Core.ClusterSearchException">
    /// request.invalid: a query without parts or too long to keep, a range that is empty or not within the video; video.not_found.
    /// </exception>
    Task RateAsync(SearchRequest request, VideoId video, double start, double end, bool? isRelevant, CancellationToken cancellation);

    /// <summary>Verdicts on one query's moments (null: on all) in one video (null: in all), newest first.</summary>
    /// <exception cref="Core.ClusterSearchException">request.invalid for a query without parts, video.not_found.</exception>
    Task<IReadOnlyList<Feedback>> ListRatingsAsync(SearchRequest? request, VideoId? video, CancellationToken cancellation);
}

/// <summary>A query: parts of one linear vector, filters, and how moments are formed. Everything may be combined.</summary>
public sealed record SearchRequest
{
    public const int MaximumTop = 1000;

    public IReadOnlyList<QueryPart> Parts { get; init; } = [];

    public VectorFilter Filter { get; init; } = VectorFilter.None;

    /// <summary>Moments wanted, 1 to <see cref="MaximumTop"/>.</summary>
    public int Top { get; init; } = 20;

    public MomentMethod Moments { get; init; } = MomentMethod.Shots;

    public SmoothingMethod Smoothing { get; init; } = SmoothingMethod.Shot;

    /// <summary>Group near-identical moments under the best of them.</summary>
    public bool Fold { get; init; }

    /// <summary>The index misses nothing, however long that takes; else as rarely as its options state. Scores are the same either way.</summary>
    public bool Exact { get; init; }

    /// <summary>The encoding to search in: an id, the beginning of one, or a model's name; null: the active one.</summary>
    public string? Encoding { get; init; }
}

/// <summary>Scores over one video, an entry a sample that the index holds.</summary>
/// <param name="Times">Seconds from the first frame, ascending.</param>
/// <param name="Raw">Dot products of unit vectors, -1 to 1.</param>
/// <param name="Smoothed">As searches weigh them: within each shot.</param>
public sealed record ScoreCurve(IReadOnlyList<double> Times, IReadOnlyList<float> Raw, IReadOnlyList<float> Smoothed, IReadOnlyList<ShotRange> Shots);

/// <summary>Seconds [Start, End) of a shot.</summary>
public readonly record struct ShotRange(double Start, double End);

/// <param name="Path">Absolute, on this host.</param>
public sealed record PlayableFile(string Path, VideoFacts Facts);

/// <summary>A region of a picture, in shares of its width and height.</summary>
/// <param name="X">Left edge, 0 to 1.</param>
/// <param name="Y">Upper edge, 0 to 1.</param>
/// <param name="Width">Above 0; X + Width is at most 1.</param>
/// <param name="Height">Above 0; Y + Height is at most 1.</param>
public sealed record PictureRegion(double X, double Y, double Width, double Height);

/// <summary>One part of a query. The vector is the sum of weight times unit vector; negatives count negatively.</summary>
/// <param name="Weight">Above 0; 1 unless said otherwise.</param>
public abstract record QueryPart(double Weight, bool IsNegative);

public sealed record TextPart(string Text, double Weight = 1, bool IsNegative = false) : QueryPart(Weight, IsNegative);

/// <param name="Path">A picture file.</param>
public sealed record ImagePart(string Path, double Weight = 1, bool IsNegative = false) : QueryPart(Weight, IsNegative)
{
    /// <summary>Only this region counts; null: the whole picture.</summary>
    public PictureRegion? Crop { get; init; }
}

/// <param name="Seconds">From the video's first frame; the sample shown then is taken, and its own shot is not left out.</param>
public sealed record MomentPart(VideoId Video, double Seconds, double Weight = 1, bool IsNegative = false) : QueryPart(Weight, IsNegative)
{
    /// <summary>Only this region of the moment's frame counts, which is decoded for it; null: the sample's own embedding.</summary>
    public PictureRegion? Crop { get; init; }
}

public sealed record SearchAnswer
{
    public required Verdict Verdict { get; init; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<Moment> Moments { get; init; }

    public required Coverage Coverage { get; init; }

    public required SearchTimings Timings { get; init; }

    /// <summary>How the answer was found, a line each, for --explain.</summary>
    public required IReadOnlyList<string> Explanation { get; init; }

    /// <summary>The encoding that was searched.</summary>
    public EncodingSummary? Encoding { get; init; }
}

/// <summary>A playable piece of one video: [Start, End) in seconds from its first frame, never empty.</summary>
public sealed record Moment
{
    public required int Rank { get; init; }

    public required VideoId Video { get; init; }

    /// <summary>File name of the video's first place.</summary>
    public required string FileName { get; init; }

    /// <summary>Absolute path on this host; null when no place of the video is reachable here.</summary>
    public required string? Path { get; init; }

    public required double Start { get; init; }

    public required double End { get; init; }

    /// <summary>Seconds of the best sample's frame.</summary>
    public required double KeyFrame { get; init; }

    public required float Score { get; init; }

    /// <summary>Calibrated, 0 to 1; null where the model has no calibration.</summary>
    public required double? Relevance { get; init; }

    /// <summary>Names that the model gives the key frame, best first; empty where it names nothing.</summary>
    public required IReadOnlyList<NamedLabel> Labels { get; init; }

    /// <summary>Moments folded under this one, best first; empty without folding.</summary>
    public IReadOnlyList<Moment> Similar { get; init; } = [];

    /// <summary>Wall-clock time of Start; null when unknown.</summary>
    public DateTimeOffset? RecordedAt { get; init; }
}

public sealed record NamedLabel(string Name, float Score);

/// <summary>How much of the archive an answer covers. What another encoding holds and the one searched does not is missing.</summary>
/// <param name="Videos">Videos known to the archive.</param>
/// <param name="Searchable">Of these, wholly searched.</param>
/// <param name="Failed">Of these, not searchable at all, and places that could not even be registered.</param>
/// <param name="Samples">Samples searched.</param>
/// <param name="FilteredOut">Samples that a filter kept out.</param>
/// <param name="MissingSeconds">Footage not searched: still ingesting, quarantined or undecodable.</param>
public sealed record Coverage(int Videos, int Searchable, int Failed, long Samples, long FilteredOut, double MissingSeconds)
{
    /// <summary>Parts of the archive that did not answer in time, by name; empty where one process searches everything.</summary>
    public IReadOnlyList<string> UnansweredShards { get; init; } = [];

    /// <summary>Samples of these parts that the filter lets pass: neither among <see cref="Samples"/> nor among <see cref="FilteredOut"/>.</summary>
    public long UnansweredSamples { get; init; }

    /// <summary>Lines of <see cref="DamagedParts"/>, where so many parts or more are damaged.</summary>
    public const int MaximumDamagedParts = 100;

    /// <summary>
    /// Parts of the index that were found damaged and left out, a line each that says what mends it and names no directory; at most
    /// <see cref="MaximumDamagedParts"/>, ordered.
    /// </summary>
    public IReadOnlyList<string> DamagedParts { get; init; } = [];
}

/// <summary>Milliseconds.</summary>
public sealed record SearchTimings(double EmbedMs, double SearchMs, double MomentsMs, double TotalMs);

public enum VideoState
{
    Planned,
    Ingesting,
    Searchable,

    /// <summary>Searchable with pieces missing.</summary>
    Partial,
    Failed,
}

public sealed record VideoSummary(
    VideoId Id, string FileName, string? Path, double Seconds, int Width, int Height, VideoState State,
    long Samples, string? Camera, string? Zone, DateTimeOffset? RecordedAt, string? Note)
{
    /// <summary>How much of it can be searched, as a share of its chunks: 0 to 1.</summary>
    public double Progress { get; init; }
}

public sealed record VideoDetail(
    VideoSummary Summary, VideoFacts Facts, IReadOnlyList<string> Places, long MissingSamples, int Chunks,
    IReadOnlyList<ShotSummary> Shots, IReadOnlyList<string> Warnings)
{
    /// <summary>How far the video is in each encoding; everything else speaks of the active one.</summary>
    public IReadOnlyList<VideoInEncoding> Encodings { get; init; } = [];
}

/// <param name="State">Planned also where the encoding does not hold the video.</param>
public sealed record VideoInEncoding(EncodingSummary Encoding, bool IsActive, VideoState State, long Samples);

/// <summary>One shot and what the model names in it.</summary>
public sealed record ShotSummary(double Start, double End, long Samples, IReadOnlyList<NamedLabel> Labels);

/// <param name="Vectors">
/// [Samples.Count, Dimension] float32, row-major, in pieces of whole rows that are read from the vector files as they are asked
/// for, so that memory does not grow with the video; archive.corrupt where one is lost or broken by then.
/// </param>
public sealed record VectorExport(
    VideoId Video, string EncodingId, int Dimension, Rational TimeBase, IAsyncEnumerable<float[]> Vectors, IReadOnlyList<ExportedSample> Samples);

public sealed record ExportedSample(long Number, long Ticks, double Seconds);

public sealed record JudgedQueries(IReadOnlyList<JudgedQuery> Queries);

/// <summary>Exactly one of Text and Image is given.</summary>
public sealed record JudgedQuery(string? Text, string? Image, IReadOnlyList<JudgedMoment> Relevant);

/// <param name="Video">Id, path or unique file name.</param>
public sealed record JudgedMoment(string Video, double Start, double End);

/// <summary>Metric names such as "ndcg@10 iou>=0.5" with their means, and each query's own.</summary>
public sealed record EvaluationReport(IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<QueryEvaluation> PerQuery)
{
    /// <summary>The encoding that was asked.</summary>
    public EncodingSummary? Encoding { get; init; }
}

public sealed record QueryEvaluation(string Query, IReadOnlyDictionary<string, double> Metrics);
