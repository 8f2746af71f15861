using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>Counts what passes a filter.</summary>
internal static class UnitCount
{
    public static VectorCount Of(IndexView view, VectorFilter filter, CancellationToken cancellation)
    {
        long videos = 0, units = 0, samples = 0;
        foreach (var video in ScanPlan.Admitted(view, filter))
        {
            cancellation.ThrowIfCancellationRequested();
            var window = SampleWindow.Of(filter, video.Attributes);
            var unitsBefore = units;
            if (window.IsEverything)
            {
                samples += video.SampleCount;
                foreach (var run in video.Runs) units += run.End - run.First;
            }
            else
            {
                foreach (var run in video.Runs)
                {
                    var (runUnits, runSamples) = Count(view, video, run, window);
                    units += runUnits;
                    samples += runSamples;
                }
            }
            if (units > unitsBefore) videos++;
        }
        return new VectorCount(videos, units, samples);
    }

    private static (long Units, long Samples) Count(IndexView view, VideoUnits video, UnitRun whole, SampleWindow window)
    {
        var segment = view.Segments[whole.Segment];
        var index = segment.IndexOf(video.Id);
        var (run, isWhole) = window.Cut(segment, index, whole);
        if (isWhole) return (run.End - run.First, segment.SamplesIn(run.First, run.End));
        if (run.First == run.End) return default;
        if (!segment.Videos.Extents[index].IsAscending || run.End - run.First <= 2) return CountEach(run.First, run.End);
        // Only the units at the ends can be cut.
        var first = CountEach(run.First, run.First + 1);
        var last = CountEach(run.End - 1, run.End);
        return (first.Units + last.Units + run.End - run.First - 2, first.Samples + last.Samples + segment.SamplesIn(run.First + 1, run.End - 1));

        (long Units, long Samples) CountEach(int from, int to)
        {
            long units = 0, samples = 0;
            for (var i = from; i < to; i++)
            {
                var passing = window.CountIn(segment.Seconds(segment.Units[i].SampleOffset, segment.Units[i].Count));
                if (passing > 0) units++;
                samples += passing;
            }
            return (units, samples);
        }
    }
}
