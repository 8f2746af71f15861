using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Writing;

/// <summary>What a list of replacements comes to for one video: which stored units go, which stay, which are put.</summary>
internal sealed class VideoChange
{
    private readonly SortedDictionary<long, Unit> _added = [];
    private readonly List<LiveUnit> _removed = [];
    private List<LiveUnit> _kept;

    /// <param name="before">Null for a video of which nothing is stored.</param>
    /// <param name="stored">Its units.</param>
    public VideoChange(VideoId id, VideoState? before, IReadOnlyList<LiveUnit> stored)
    {
        Id = id;
        Before = before;
        Attributes = before?.Attributes ?? new VideoAttributes(null, null, null);
        _kept = [.. stored];
    }

    public VideoId Id { get; }

    public VideoState? Before { get; }

    /// <summary>Those that hold from now on.</summary>
    public VideoAttributes Attributes { get; private set; }

    /// <summary>Stored units that are replaced.</summary>
    public IReadOnlyList<LiveUnit> Removed => _removed;

    /// <summary>Stored units that stay.</summary>
    public IReadOnlyList<LiveUnit> Kept => _kept;

    public IReadOnlyList<Unit> Added => [.. _added.Values];

    /// <summary>Filters look at what stands in the rows: other attributes are other rows.</summary>
    public bool RewritesKept => Before is not null && _kept.Count > 0 && Attributes != Before.Attributes;

    public bool IsNothing => _removed.Count == 0 && _added.Count == 0 && !RewritesKept;

    /// <summary>Later ones replace what earlier ones put.</summary>
    public void Apply(UnitReplacement replacement)
    {
        Attributes = replacement.Attributes;
        foreach (var gone in _added.Keys.Where(replacement.Range.Contains).ToList()) _added.Remove(gone);
        _removed.AddRange(_kept.Where(unit => replacement.Range.Contains(unit.First)));
        _kept = [.. _kept.Where(unit => !replacement.Range.Contains(unit.First))];
        foreach (var unit in replacement.Units) _added[unit.FirstSample] = unit;
    }

    /// <summary>The units that are stored afterwards.</summary>
    public LiveUnit[] UnitsAfter(long generation) => [..
        _kept.Select(unit => RewritesKept ? unit with { Born = generation } : unit)
            .Concat(_added.Values.Select(unit => new LiveUnit(unit.FirstSample, unit.ShotFirstSample, unit.Count, generation, unit.Seconds[0], unit.Seconds[^1])))
            .OrderBy(unit => unit.First)];

    public static VideoState StateOf(VideoId id, VideoAttributes attributes, string shard, LiveUnit[] units, long generation) => new(
        id, generation, attributes, shard, units.Length, units.Sum(unit => (long)unit.Count), units.Length == 0 ? 0 : units[^1].End,
        units.Length == 0 ? 0 : units.Min(unit => unit.FirstSecond), units.Length == 0 ? 0 : units.Max(unit => unit.LastSecond));
}
