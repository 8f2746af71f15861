using System.Diagnostics;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Truth;
namespace ClusterSearch.IndexBenchmarks.Measuring;
internal static class Try
{
    public static async Task RunAsync(BenchmarkPlan plan, string what)
    {
        var footage = plan.Footage();
        var queries = BenchmarkPlan.Queries(footage);
        if (what == "camera")
        {
            var scopes = BenchmarkPlan.Scopes(footage);
            var at = scopes.ToList().FindIndex(one => one.Name == "a camera on one day");
            var truth = TruthFile.Read(plan.TruthPath);
            await using var set = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
            foreach (var query in queries)
            {
                var best = truth.Best(at, TruthKind.Moments, query.Number);
                var found = await set.SearchAsync(TruthKind.Moments, query.Vector, scopes[at].Filter, 100);
                var missed = best.Take(100).Where(b => !found.Any(f => f.Number == b.Number)).ToList();
                var extra = found.Where(f => !best.Any(b => f.Number == b.Number)).ToList();
                Console.WriteLine($"{query.Kind} truth {best.Count} found {found.Count} missed {string.Join(' ', missed)} extra {string.Join(' ', extra)}");
            }
            return;
        }
        if (what == "open")
        {
            for (var round = 0; round < 3; round++)
            {
                var started = Stopwatch.StartNew();
                await using var cold = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
                using (var snapshot = await cold.SnapshotAsync()) { }
                Console.WriteLine($"warm snapshot {started.ElapsedMilliseconds}");
            }
            return;
        }
        if (what == "cold")
        {
            for (var round = 0; round < 3; round++)
            {
                PageCache.Drop(plan.Directory);
                var started = Stopwatch.StartNew();
                await using var cold = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
                var open = started.ElapsedMilliseconds;
                using (var snapshot = await cold.SnapshotAsync()) { }
                var snap = started.ElapsedMilliseconds;
                await cold.SearchAsync(TruthKind.Moments, queries[round].Vector, Scope.Everything.Filter, 10);
                Console.WriteLine($"open {open} snapshot {snap} first {started.ElapsedMilliseconds}");
                var s = Stopwatch.GetTimestamp();
                for (var i = 3; i < 6; i++)
                {
                    s = Stopwatch.GetTimestamp();
                    await cold.SearchAsync(TruthKind.Moments, queries[i].Vector, Scope.Everything.Filter, 10);
                    Console.WriteLine($"   next {Stopwatch.GetElapsedTime(s).TotalMilliseconds:0}");
                }
            }
            return;
        }
        await using var index = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
        var count = int.Parse(what, System.Globalization.CultureInfo.InvariantCulture);
        var all = new List<double>();
        for (var round = 0; round < 3; round++)
            foreach (var query in queries)
            {
                var s = Stopwatch.GetTimestamp();
                var text = await index.TryAsync(query.Vector, count);
                var ms = Stopwatch.GetElapsedTime(s).TotalMilliseconds;
                if (round == 2) Console.WriteLine($"{query.Kind,-8} {ms,7:0.0} {text}");
                if (round > 0) all.Add(ms);
            }
        Console.WriteLine($"{Latency.Of(all)}");
    }
}
