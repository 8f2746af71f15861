using System.Runtime.InteropServices;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>
/// Writes made footage for other programs in the files of the Billion-scale ANN benchmarks: rows and queries as .fbin (rows and
/// dimension as uint32, then float32), the numbers of each query's nearest rows as .ibin and their scores as .fbin.
/// A row's number is its sample's over all videos, in order.
/// </summary>
internal static class Export
{
    private const int VideosAtOnce = 16;

    public static void Write(MadeFootage footage, int queryCount, int nearest, string directory)
    {
        Directory.CreateDirectory(directory);
        var queries = MadeQueries.Make(footage, queryCount);
        var dimension = footage.Model.Dimension;
        using (var file = Create(directory, "queries.fbin", queries.Count, dimension))
            foreach (var query in queries) file.Write(MemoryMarshal.AsBytes(query.Vector.AsSpan()));

        var pass = new TruthPass(footage, queries, [Scope.Everything], nearest);
        using (var file = Create(directory, "base.fbin", (uint)footage.SampleCount, dimension))
        {
            for (var first = 0; first < footage.VideoCount; first += VideosAtOnce)
                foreach (var video in pass.Make(first, Math.Min(footage.VideoCount, first + VideosAtOnce)))
                    foreach (var unit in video.Units) file.Write(MemoryMarshal.AsBytes(unit.Vectors.AsSpan()));
        }
        var width = (int)Math.Min(nearest, footage.SampleCount);
        using var numbers = Create(directory, "nearest.ibin", queries.Count, width);
        using var scores = Create(directory, "nearest.fbin", queries.Count, width);
        foreach (var query in queries)
        {
            var best = pass.Found.Best(0, TruthKind.Samples, query.Number);
            numbers.Write(MemoryMarshal.AsBytes<uint>([.. best.Select(scored => (uint)((long)scored.Video * footage.Model.SamplesPerVideo + scored.Number))]));
            scores.Write(MemoryMarshal.AsBytes<float>([.. best.Select(scored => scored.Score)]));
        }
        File.WriteAllLines(Path.Combine(directory, "kinds.txt"), queries.Select(query => query.Kind.ToString()));
    }

    private static FileStream Create(string directory, string name, long rows, int columns)
    {
        var file = new FileStream(Path.Combine(directory, name), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write(MemoryMarshal.AsBytes<uint>([(uint)rows, (uint)columns]));
        return file;
    }
}
