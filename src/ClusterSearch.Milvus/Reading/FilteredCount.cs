using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Reading;

/// <summary>
/// Videos, units and samples that pass a filter. Without times the table of videos knows; with them Milvus counts samples and the
/// units that lie within, and the few that reach across a bound are looked at one by one.
/// </summary>
internal sealed class FilteredCount(CollectionReader reader, EncodingState state)
{
    private const int PageRows = 8192;

    public async Task<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation)
    {
        var expression = new FilterExpression(filter, state.Videos);
        var (whole, cut) = Split(expression);
        var known = new VectorCount(whole.Count, whole.Sum(video => video.Units), whole.Sum(video => video.Samples));
        if (cut.Count == 0) return known;
        var shards = expression.Shards;
        var samples = await reader.CountAsync(state.Names!.Samples, state.Visible + expression.OnSamples, state.Time, cancellation, shards);
        var within = await reader.CountAsync(state.Names.Units, state.Visible + expression.OnUnitsWithin, state.Time, cancellation, shards);
        var (across, found) = await AcrossAsync(expression, shards, cancellation);
        // What no unit across a bound tells of is asked for by itself: there are few.
        var videos = 0L;
        foreach (var video in cut)
            if (found.Contains(video) || await HasWithinAsync(video, expression, cancellation)) videos++;
        return new VectorCount(whole.Count + videos, within + across, samples);
    }

    /// <summary>Videos that pass as a whole, and those of which a part may.</summary>
    private static (List<Videos.VideoState> Whole, List<VideoId> Cut) Split(FilterExpression expression)
    {
        var whole = new List<Videos.VideoState>();
        var cut = new List<VideoId>();
        foreach (var video in expression.Admitted)
        {
            var (from, to) = expression.WindowOf(video.Attributes);
            if (video.FirstSecond >= from && video.LastSecond < to) whole.Add(video);
            else if (video.LastSecond >= from && video.FirstSecond < to) cut.Add(video.Id);
        }
        return (whole, cut);
    }

    private async Task<(long Units, HashSet<VideoId> Videos)> AcrossAsync(FilterExpression expression, IReadOnlyList<string> shards, CancellationToken cancellation)
    {
        long units = 0;
        var found = new HashSet<VideoId>();
        await foreach (var page in reader.PagesAsync(state.Names!.Units, state.Visible + expression.OnUnitsAcross,
            [Columns.Video, Columns.Seconds], state.Time, PageRows, cancellation, shards))
        {
            var (videos, seconds) = (page.Texts(Columns.Video), page.Texts(Columns.Seconds));
            for (var i = 0; i < page.Count; i++)
            {
                var video = VideoId.Parse(videos[i]);
                if (!expression.PassesAsUnit(video, UnitRows.ToSeconds(seconds[i]))) continue;
                units++;
                found.Add(video);
            }
        }
        return (units, found);
    }

    private async Task<bool> HasWithinAsync(VideoId video, FilterExpression expression, CancellationToken cancellation) => await reader.CountAsync(
        state.Names!.Units, $"{state.Visible}{expression.OnUnitsWithin} and {Columns.Video} == {Literal.Of(video.Value)}", state.Time, cancellation, [state.Videos.Find(video)!.Shard]) > 0;
}
