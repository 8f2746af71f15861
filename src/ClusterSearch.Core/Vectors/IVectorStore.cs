using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Vectors;

/// <summary>
/// Port to the vector store. Scores are dot products, higher is better, in [-|q|, |q|] because stored vectors have
/// length 1 (a unit's mean: at most 1). Ties are broken by video, then sample. Readers never block and see each
/// replacement wholly or not at all; what was acknowledged is found. One writer at a time.
/// </summary>
public interface IVectorStore : IAsyncDisposable
{
    /// <summary>
    /// For each replacement drops every unit of the video whose first sample lies in the range and puts the given ones
    /// in their place: inserts, rewrites a provisional tail, or deletes a range (no units). Atomic over the whole list,
    /// idempotent, durable when it returns. A store has one dimension per encoding, fixed by the first replacement.
    /// </summary>
    /// <exception cref="ClusterSearchException">archive.encoding when a dimension differs; archive.disk_full.</exception>
    Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation);

    /// <summary>Deletes a video from one encoding, or from all when <paramref name="encodingId"/> is null. Unknown ones are no error.</summary>
    Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation);

    /// <summary>Deletes a whole encoding.</summary>
    Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation);

    /// <summary>A consistent view of one encoding, unmoved by later writes. Dispose lets its files go.</summary>
    Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation);

    /// <summary>Encodings that hold something, and emptied ones that were not deleted, ordered by id.</summary>
    Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation);

    /// <summary>Holds what is stored of an encoding against its checksums; changes nothing.</summary>
    /// <returns>One for each part that differs; one for an encoding that cannot be opened at all.</returns>
    Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation);

    /// <summary>
    /// How far a score of this store may lie from the exact dot product, for a query and vectors of length 1 and all but one
    /// in a million of them; it grows with the query's length. Whoever needs exact scores has the raw vector files.
    /// </summary>
    float ScoreTolerance => 1e-5f;
}

/// <summary>A part of a store that differs from its checksum.</summary>
/// <param name="Message">One line that names the file.</param>
/// <param name="Videos">Those of which something lies in that part: written anew they are whole again. Null: the encoding as a whole must be.</param>
public sealed record StoreFault(string Message, IReadOnlyList<VideoId>? Videos)
{
    /// <summary>The same line for whoever need not know where files lie: without the directories of this machine.</summary>
    public string PublicMessage { get; init; } = "a part of the index differs from its checksum; run `clustersearch verify --repair`";
}

/// <summary>A consistent view of one encoding. An encoding that holds nothing answers with nothing.</summary>
public interface IVectorSnapshot : IDisposable
{
    /// <summary>Length of the stored vectors; 0 while the encoding holds nothing.</summary>
    int Dimension { get; }

    /// <summary>
    /// The k best units of each query by upper bound: no sample of the unit that passes the filter scores above
    /// <see cref="UnitHit.UpperBound"/>. Units without a sample that passes are left out. A store may search approximately:
    /// then a unit that belongs here is missed as rarely as its options state, and <see cref="Exactly"/> misses none.
    /// </summary>
    /// <param name="queries">Any number of vectors of the encoding's dimension, not necessarily of length 1.</param>
    /// <param name="filter">Applied inside the search, never after it.</param>
    /// <param name="k">At least 1; int.MaxValue for all.</param>
    /// <param name="cancellation">Checked between blocks of work.</param>
    /// <returns>One list a query, best first.</returns>
    ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>> SearchUnitsAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation);

    /// <summary>Of one query's k best units those whose upper bound is not below a score: for who knows by now what is of no interest.</summary>
    /// <inheritdoc cref="SearchUnitsAsync"/>
    async ValueTask<IReadOnlyList<UnitHit>> SearchUnitsFromAsync(float[] query, VectorFilter filter, int k, float least, CancellationToken cancellation) =>
        [.. (await SearchUnitsAsync([query], filter, k, cancellation))[0].TakeWhile(hit => hit.UpperBound >= least)];

    /// <summary>The k best samples of each query by raw score.</summary>
    ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchSamplesAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation);

    /// <summary>
    /// Raw scores of one video's samples in a range, in order of their number; those absent are left out. As exact as
    /// <see cref="IVectorStore.ScoreTolerance"/> says, and the same whatever else is stored.
    /// </summary>
    /// <param name="queries">As for searching.</param>
    /// <param name="video">One that may be absent: then no scores.</param>
    /// <param name="range">Sample numbers.</param>
    /// <param name="cancellation">Checked between blocks of work.</param>
    ValueTask<IReadOnlyList<SampleScores>> ScoreSamplesAsync(
        IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation);

    /// <summary>Units of one video in order of their first sample, without their vectors.</summary>
    ValueTask<IReadOnlyList<UnitKey>> ListUnitsAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Raw scores of whole shots, each once, in the order in which their first unit is named.</summary>
    /// <param name="query">As for searching.</param>
    /// <param name="units">Any units of the shots.</param>
    /// <param name="cancellation">Checked between shots.</param>
    async ValueTask<IReadOnlyList<ShotScores>> ScoreShotsAsync(float[] query, IReadOnlyList<UnitKey> units, CancellationToken cancellation)
    {
        var scored = new List<ShotScores>();
        foreach (var (video, shot) in units.Select(unit => (unit.Video, unit.ShotFirstSample)).Distinct())
        {
            var last = (await ListUnitsAsync(video, cancellation)).Last(unit => unit.ShotFirstSample == shot);
            var scores = (await ScoreSamplesAsync([query], video, new SampleRange(shot, last.FirstSample + last.Count), cancellation))[0];
            scored.Add(new ShotScores(video, shot, scores.Numbers, scores.Scores));
        }
        return scored;
    }

    /// <summary>What is stored of one video's units, in order of their first sample: for verification, never on a query's path.</summary>
    IAsyncEnumerable<StoredUnit> ReadUnitsAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Videos that have units, ordered by id.</summary>
    ValueTask<IReadOnlyList<VideoId>> ListVideosAsync(CancellationToken cancellation);

    /// <summary>Units and samples that pass a filter.</summary>
    ValueTask<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation);

    /// <summary>The same view, in which searches miss nothing, however long they take. Lives as long as this one.</summary>
    IVectorSnapshot Exactly() => this;

    /// <summary>
    /// The same view for whoever scores whole shots of the units that are found and smooths them: what most samples of a unit score must
    /// not be missed, a single one that stands out may be. Lives as long as this one.
    /// </summary>
    IVectorSnapshot ForShots() => this;

    /// <summary>What the searches of this snapshot took so far; null where a store does not tell.</summary>
    SearchCost? Cost => null;

    /// <summary>
    /// Parts found damaged, whose samples are left out of every answer: known ones at first, more as searches meet them.
    /// <see cref="IVectorStore.CheckAsync"/> looks for all of them.
    /// </summary>
    IReadOnlyList<StoreFault> Faults => [];
}

/// <summary>What searches took.</summary>
/// <param name="Plan">How the last one went about, in words.</param>
/// <param name="UnitsPassing">Units that passed the last one's filter.</param>
/// <param name="UnitsEstimated">Estimated from a short code.</param>
/// <param name="MeansScored">Means of units, or of parts of them, scored.</param>
/// <param name="SamplesScored">Samples scored.</param>
/// <param name="BytesRead">Of the store's files, from memory or from the disk.</param>
public sealed record SearchCost(string Plan, long UnitsPassing, long UnitsEstimated, long MeansScored, long SamplesScored, long BytesRead);

/// <summary>Replaces the units of one video whose first sample lies in a range.</summary>
/// <param name="Attributes">What filters look at; the latest replacement of a video decides for all of its units.</param>
public sealed record UnitReplacement(VideoId Video, VideoAttributes Attributes, SampleRange Range, IReadOnlyList<Unit> Units);

/// <summary>What filters can ask of a video.</summary>
/// <param name="RecordedAt">Wall-clock time of the first frame; null when unknown, and then no wall-clock filter lets it pass.</param>
public sealed record VideoAttributes(string? Camera, string? Zone, DateTimeOffset? RecordedAt);

/// <summary>
/// At most 16 samples of one shot with consecutive numbers, none crossing a number divisible by 16.
/// </summary>
public sealed record Unit
{
    public const int MaximumSamples = 16;

    /// <summary>Sample number of the first sample; (video, FirstSample) is the unit's key.</summary>
    public required long FirstSample { get; init; }

    /// <summary>First sample of the shot it belongs to: the shot's key.</summary>
    public required long ShotFirstSample { get; init; }

    /// <summary>Seconds from the video's first frame to each sample, ascending; 1 to 16 of them.</summary>
    public required double[] Seconds { get; init; }

    /// <summary>[Count, dimension] raw embeddings, row-major, each of length 1.</summary>
    public required float[] Vectors { get; init; }

    /// <summary>Mean of the raw embeddings.</summary>
    public required float[] Mean { get; init; }

    /// <summary>Largest distance of an embedding from the mean, rounded up: q·mean + |q|·radius bounds every sample's score.</summary>
    public required float Radius { get; init; }

    public int Count => Seconds.Length;

    /// <summary>XXH3-64 of <see cref="Vectors"/>, each a little-endian float: what a store that keeps no raw vectors keeps of them.</summary>
    public ulong Digest() => DigestOf(Vectors);

    /// <summary>The same of any rows.</summary>
    public static ulong DigestOf(ReadOnlySpan<float> rows) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(rows));
}

/// <summary>What a store holds of a unit, comparable with what it was given.</summary>
/// <param name="Key">Which unit.</param>
/// <param name="Seconds">Seconds from the video's first frame to each sample.</param>
/// <param name="Digest">Of the vectors that it was given, <see cref="Unit.Digest"/>.</param>
public sealed record StoredUnit(UnitKey Key, double[] Seconds, ulong Digest);

/// <summary>Which unit: its key, its shot's key and how many samples it has.</summary>
public readonly record struct UnitKey(VideoId Video, long FirstSample, long ShotFirstSample, int Count);

/// <param name="Unit">Which.</param>
/// <param name="UpperBound">No sample of the unit scores higher.</param>
public readonly record struct UnitHit(UnitKey Unit, float UpperBound);

public readonly record struct SampleHit(VideoId Video, long Number, long ShotFirstSample, float Score);

/// <summary>Scores of one query over a range of one video.</summary>
/// <param name="Numbers">Sample numbers, ascending.</param>
/// <param name="ShotFirstSamples">The shot of each.</param>
/// <param name="Scores">Raw dot products.</param>
public sealed record SampleScores(long[] Numbers, long[] ShotFirstSamples, float[] Scores);

/// <summary>A query's raw scores over one shot.</summary>
/// <param name="Numbers">Sample numbers, ascending.</param>
/// <param name="Scores">Raw dot products.</param>
public sealed record ShotScores(VideoId Video, long ShotFirstSample, long[] Numbers, float[] Scores);

public readonly record struct VectorCount(long Videos, long Units, long Samples);

/// <summary>What may be found. Conditions are joined by AND, the values of one by OR; a null condition asks nothing.</summary>
public sealed record VectorFilter
{
    public static VectorFilter None { get; } = new();

    public IReadOnlySet<VideoId>? Videos { get; init; }

    /// <summary>Exact names; a video without a camera passes none.</summary>
    public IReadOnlySet<string>? Cameras { get; init; }

    public IReadOnlySet<string>? Zones { get; init; }

    /// <summary>Wall-clock time of the sample, half-open [after, before); samples whose time is unknown pass neither bound.</summary>
    public DateTimeOffset? RecordedAfter { get; init; }

    public DateTimeOffset? RecordedBefore { get; init; }

    /// <summary>Seconds from the video's first frame, half-open [after, before).</summary>
    public double? SecondsAfter { get; init; }

    public double? SecondsBefore { get; init; }

    public bool IsEmpty => this == None;

    /// <summary>The same with bounds in time that lie so many seconds farther out.</summary>
    public VectorFilter Widened(double seconds) => this with
    {
        RecordedAfter = RecordedAfter is { } after ? Moved(after, -seconds) : null,
        RecordedBefore = RecordedBefore is { } before ? Moved(before, seconds) : null,
        SecondsAfter = SecondsAfter - seconds,
        SecondsBefore = SecondsBefore + seconds,
    };

    /// <summary>Whether a video can have samples that pass.</summary>
    public bool Admits(VideoId video, VideoAttributes attributes) =>
        (Videos is null || Videos.Contains(video))
        && (Cameras is null || (attributes.Camera is not null && Cameras.Contains(attributes.Camera)))
        && (Zones is null || (attributes.Zone is not null && Zones.Contains(attributes.Zone)))
        && ((RecordedAfter is null && RecordedBefore is null) || attributes.RecordedAt is not null);

    /// <summary>Seconds [from, to) of a video that pass, the wall-clock bounds included. Call only for a video that is admitted.</summary>
    public (double From, double To) Window(VideoAttributes attributes)
    {
        var from = SecondsAfter ?? double.NegativeInfinity;
        var to = SecondsBefore ?? double.PositiveInfinity;
        if (RecordedAfter is { } after) from = Math.Max(from, (after - attributes.RecordedAt!.Value).TotalSeconds);
        if (RecordedBefore is { } before) to = Math.Min(to, (before - attributes.RecordedAt!.Value).TotalSeconds);
        return (from, to);
    }

    /// <summary>No farther than times go; in UTC, since a local clock ends hours before or after that.</summary>
    private static DateTimeOffset Moved(DateTimeOffset local, double seconds)
    {
        var time = local.ToUniversalTime();
        var room = seconds < 0 ? time - DateTimeOffset.MinValue : DateTimeOffset.MaxValue - time;
        return Math.Abs(seconds) < room.TotalSeconds ? time.AddSeconds(seconds) : time + (seconds < 0 ? -room : room);
    }
}
