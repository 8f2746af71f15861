using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Tests.Server;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Milvus.Tests.Filtering;

/// <summary>Names of cameras and zones that try to be more than names, against the real parser.</summary>
public sealed class HostileFilterTests(SharedServer server)
{
    /// <summary>What expressions are made of.</summary>
    private static readonly string[] Parts =
    [
        "\"", "'", "\\", "\\\"", "\\u0022", " or ", "1 == 1", "video != \"\"", "camera in [", "]", ")", "(", "%", "{", "}", "$meta", "not ", "\n", "\0", "駅", "📷", "é", "like", "a",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_names_find_their_own_video_and_no_other()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var names = Enumerable.Range(0, 60).Select(_ => string.Concat(Enumerable.Range(0, random.Next(13)).Select(_ => Parts[random.Next(Parts.Length)])))
            .Distinct(StringComparer.Ordinal).ToList();
        var options = server.Options();
        await using var store = await server.OpenAsync(options: options);
        var unit = UnitOf(0, [1, 0, 0, 0]);
        await store.ReplaceAsync("e1", [.. names.Select((name, i) =>
            new UnitReplacement(Id(i + 1), new VideoAttributes(name, names[^(i + 1)], null), new(0, 16), [unit]))], Cancellation);
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        for (var i = 0; i < names.Count; i++)
        {
            var byCamera = (await snapshot.SearchUnitsAsync([[1, 0, 0, 0]], new VectorFilter { Cameras = new HashSet<string> { names[i] } }, 100, Cancellation))[0];
            Assert.Equal([Id(i + 1)], byCamera.Select(hit => hit.Unit.Video));
            var bySample = (await snapshot.SearchSamplesAsync([[1, 0, 0, 0]], new VectorFilter { Zones = new HashSet<string> { names[i], "nobody's \" or \"" } }, 100, Cancellation))[0];
            Assert.Equal([Id(names.Count - i)], bySample.Select(hit => hit.Video));
        }
        await store.DeleteEncodingAsync("e1", Cancellation);
    }
}
