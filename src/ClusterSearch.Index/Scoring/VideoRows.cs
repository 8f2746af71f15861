using ClusterSearch.Core.Footage;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Finds live units of one video by their samples. Runs whose rows are damaged hold nothing.</summary>
internal static class VideoRows
{
    /// <summary>Units that reach into a range of sample numbers, in order.</summary>
    public static IEnumerable<(int Segment, UnitRow Unit)> Reaching(IndexView view, VideoUnits? video, SampleRange range)
    {
        foreach (var run in video?.Runs ?? [])
        {
            var segment = view.Segments[run.Segment];
            if (!segment.AreUnitsWhole(run.First, run.End - run.First)) continue;
            for (var i = FirstReaching(segment, run, range.First); i < run.End && segment.Unit(i) is var unit && unit.FirstSample < range.End; i++)
                yield return (run.Segment, unit);
        }
    }

    /// <summary>The units of a shot, in order.</summary>
    public static IEnumerable<(int Segment, UnitRow Unit)> OfShot(IndexView view, VideoUnits? video, long shotFirstSample) =>
        Reaching(view, video, new SampleRange(shotFirstSample, long.MaxValue)).TakeWhile(unit => unit.Unit.ShotFirstSample == shotFirstSample);

    /// <summary>The first unit of a run that reaches a sample number or lies behind it.</summary>
    private static int FirstReaching(Segment segment, UnitRun run, long number)
    {
        var units = segment.Units;
        var (low, high) = (run.First, run.End);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (units[middle].FirstSample + units[middle].Count <= number) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
