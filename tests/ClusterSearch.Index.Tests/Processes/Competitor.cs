using ClusterSearch.Catalog;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Tests.Writing;

namespace ClusterSearch.Index.Tests.Processes;

/// <summary>
/// One of several processes that write to one index in turns, and now and then goes on after its turn is over: it stalls with
/// its files written and nothing published for longer than its role lasts.
/// </summary>
internal static class Competitor
{
    private const string Role = "aggregator";
    private const int VideosEach = 1_000_000;

    private static readonly TimeSpan RoleDuration = TimeSpan.FromMilliseconds(60);

    /// <summary>Each write is of a video of its own.</summary>
    public static VideoId Video(int competitor, int number) => Footage.Id(competitor * VideosEach + number);

    public static async Task<int> PlayAsync(string directory, int seed, int competitor)
    {
        var random = new Random(unchecked(seed * 31 + competitor));
        RoleLease? role = null;
        await using var catalog = await SqliteCatalog.OpenAsync(Path.Combine(directory, "catalog.db"), new SqliteCatalogOptions(), CancellationToken.None);
        var register = new InterruptedRegister(catalog.Manifests)
        {
            BeforePublishing = () => random.Next(6) == 0 ? Task.Delay(random.Next(200)) : Task.CompletedTask,
            AfterPublishing = () => random.Next(20) == 0 ? throw InterruptedRegister.Unreachable() : Task.CompletedTask,
        };
        await using var store = await EmbeddedVectorStore.OpenAsync(SharedIndex.IndexDirectory(directory), register, new EmbeddedIndexOptions
        {
            MergeWidth = 3,
            Threads = 1,
            WriterRole = () => role,
            // Files go as early as they ever may.
            ReaderGrace = TimeSpan.Zero,
        }, CancellationToken.None);
        for (var number = 0; ;)
        {
            while ((role = await catalog.TryTakeRoleAsync(Role, $"competitor {competitor}", RoleDuration, CancellationToken.None)) is null) await Task.Delay(5);
            for (var isHeld = true; isHeld; number++)
            {
                var replacement = new UnitReplacement(Video(competitor, number), Footage.Nowhere, new SampleRange(0, 32), Footage.Units(random, 0, 20, History.Dimension));
                try
                {
                    await store.ReplaceAsync(History.Encoding, [replacement], CancellationToken.None);
                    await Console.Out.WriteLineAsync($"stored {number} .");
                }
                catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveBusy or ErrorCodes.ArchiveUnreachable)
                {
                    isHeld = false;
                    await Console.Out.WriteLineAsync($"{(fault.Code == ErrorCodes.ArchiveBusy ? "lost" : "unknown")} {number} .");
                }
                await Console.Out.FlushAsync();
            }
        }
    }
}
