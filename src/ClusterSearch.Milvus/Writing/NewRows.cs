using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Writing;

/// <summary>Units and their samples as rows of one video.</summary>
/// <param name="Born">The write that puts them there.</param>
/// <param name="Died">The one that replaces them.</param>
internal sealed record NewRows(VideoId Video, VideoAttributes Attributes, long Born, long Died = PublishedGenerations.Never)
{
    public static string SampleKeyOf(VideoId video, long number, long born) => $"{video}/{number:x}/{born:x}";

    public Rows Units(IReadOnlyList<Unit> units) => Common(new Rows(units.Count)
        .Put(Columns.Key, units.Select(unit => UnitRows.KeyOf(Video, unit.FirstSample, Born)))
        .Put(Columns.First, units.Select(unit => unit.FirstSample))
        .Put(Columns.Shot, units.Select(unit => unit.ShotFirstSample))
        .Put(Columns.Count, units.Select(unit => (long)unit.Count))
        .Put(Columns.FirstSecond, units.Select(unit => unit.Seconds[0]))
        .Put(Columns.LastSecond, units.Select(unit => unit.Seconds[^1]))
        .Put(Columns.FirstWall, units.Select(unit => WallClock.Of(Attributes.RecordedAt, unit.Seconds[0])))
        .Put(Columns.LastWall, units.Select(unit => WallClock.Of(Attributes.RecordedAt, unit.Seconds[^1])))
        .Put(Columns.Seconds, units.Select(unit => UnitRows.ToText(unit.Seconds)))
        .Put(Columns.Digest, units.Select(unit => unchecked((long)unit.Digest())))
        .Put(Columns.Radius, units.Select(unit => unit.Radius))
        .PutVectors(Columns.Bound, units[0].Mean.Length + 1, units.Select(unit => new ReadOnlyMemory<float>([.. unit.Mean, unit.Radius]))));

    public Rows Samples(IReadOnlyList<Unit> units)
    {
        var samples = units.SelectMany(unit => Enumerable.Range(0, unit.Count).Select(i => (Unit: unit, Index: i))).ToList();
        var dimension = units[0].Mean.Length;
        return Common(new Rows(samples.Count)
            .Put(Columns.Key, samples.Select(sample => SampleKeyOf(Video, sample.Unit.FirstSample + sample.Index, Born)))
            .Put(Columns.Number, samples.Select(sample => sample.Unit.FirstSample + sample.Index))
            .Put(Columns.Unit, samples.Select(sample => sample.Unit.FirstSample))
            .Put(Columns.Shot, samples.Select(sample => sample.Unit.ShotFirstSample))
            .Put(Columns.Second, samples.Select(sample => sample.Unit.Seconds[sample.Index]))
            .Put(Columns.Wall, samples.Select(sample => WallClock.Of(Attributes.RecordedAt, sample.Unit.Seconds[sample.Index])))
            .PutVectors(Columns.Vector, dimension, samples.Select(sample => sample.Unit.Vectors.AsMemory(sample.Index * dimension, dimension)).Select(memory => (ReadOnlyMemory<float>)memory)));
    }

    /// <summary>Stored rows of units, written once more as this write's.</summary>
    public Rows Again(Rows units) => Common(units.Copy()
        .Put(Columns.Key, units.Longs(Columns.First).Select(first => UnitRows.KeyOf(Video, first, Born)))
        .Put(Columns.FirstWall, units.Doubles(Columns.FirstSecond).Select(second => WallClock.Of(Attributes.RecordedAt, second)))
        .Put(Columns.LastWall, units.Doubles(Columns.LastSecond).Select(second => WallClock.Of(Attributes.RecordedAt, second))));

    /// <summary>The same of samples.</summary>
    public Rows SamplesAgain(Rows samples) => Common(samples.Copy()
        .Put(Columns.Key, samples.Longs(Columns.Number).Select(number => SampleKeyOf(Video, number, Born)))
        .Put(Columns.Wall, samples.Doubles(Columns.Second).Select(second => WallClock.Of(Attributes.RecordedAt, second))));

    public static Rows OfVideos(IReadOnlyList<VideoState> videos) => new Rows(videos.Count)
        .Put(Columns.Key, videos.Select(video => video.Key))
        .Put(Columns.Video, videos.Select(video => video.Id.Value))
        .Put(Columns.Born, videos.Select(video => video.Born))
        .Put(Columns.Content, videos.Select(video => video.ToContent()))
        .PutVectors(Columns.Nothing, CollectionLayout.NoVector.Length, videos.Select(_ => new ReadOnlyMemory<float>(CollectionLayout.NoVector)));

    private Rows Common(Rows rows) => rows
        .Put(Columns.Video, Enumerable.Repeat(Video.Value, rows.Count))
        .Put(Columns.Born, Enumerable.Repeat(Born, rows.Count))
        .Put(Columns.Died, Enumerable.Repeat(Died, rows.Count))
        .Put(Columns.Camera, Enumerable.Repeat(StoredName.Of(Attributes.Camera), rows.Count))
        .Put(Columns.Zone, Enumerable.Repeat(StoredName.Of(Attributes.Zone), rows.Count));
}
