using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Conformance.Vectors;

// Random operations, compared with a simple model.
public abstract partial class VectorStoreConformance
{
    /// <summary>Operations of one random run.</summary>
    protected virtual int ModelSteps => 80;

    private const int ModelVideos = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0)]
    public async Task Random_operations_leave_what_the_model_says(int seed)
    {
        // Another seed with each run, beside the fixed ones.
        if (seed == 0) seed = Environment.TickCount;
        var random = new Random(seed);
        var model = new VectorModel(Dot);
        for (var step = 0; step < ModelSteps; step++)
        {
            var done = "nothing";
            try
            {
                done = await StepAsync(random, model);
                using var snapshot = await SnapshotAsync();
                Assert.Equal(model.Videos, await snapshot.ListVideosAsync(Cancellation));
                if (model.Videos.Count == 0) continue;
                var video = model.Videos[random.Next(model.Videos.Count)];
                AssertEqual(model.Units(video), await ReadAsync(snapshot, video));
                await CompareAsync(snapshot, model, Direction(random, Dimension), RandomFilter(random), random.Next(3) == 0 ? int.MaxValue : random.Next(1, 40));
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}, after {done}: {fault.Message}", fault);
            }
        }
    }

    private async Task<string> StepAsync(Random random, VectorModel model)
    {
        var video = random.Next(1, ModelVideos + 1);
        switch (random.Next(40))
        {
            case 0:
                await Store.DeleteEncodingAsync(Encoding, Cancellation);
                model.Clear();
                return "deletion of the encoding";
            case 1 or 2:
                await Store.DeleteVideoAsync(Id(video), random.Next(2) == 0 ? Encoding : null, Cancellation);
                model.Delete(Id(video));
                return $"deletion of video {video}";
            default:
                UnitReplacement[] replacements = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomReplacement(random))];
                await PutAsync(model, replacements);
                return string.Join(" and ", replacements.Select(replacement => $"{replacement.Video} {replacement.Range} by {replacement.Units.Count} units"));
        }
    }

    /// <summary>Ranges begin and end at multiples of 16, as those of chunks do, so that no unit reaches across.</summary>
    private static UnitReplacement RandomReplacement(Random random)
    {
        var first = 16 * random.Next(12);
        var count = 16 * random.Next(5);
        var put = random.Next(5) == 0 ? 0 : Math.Max(0, count - random.Next(16));
        var attributes = new VideoAttributes(Pick("gate", "it's"), Pick("hall", @"a\b"), random.Next(3) == 0 ? null : Noon.AddSeconds(random.Next(300)));
        return Replacement(random.Next(1, ModelVideos + 1), first, first + count, Units(random, first, put, Dimension), attributes);

        string? Pick(string one, string other) => random.Next(3) switch { 0 => null, 1 => one, _ => other };
    }

    private static VectorFilter RandomFilter(Random random)
    {
        return new VectorFilter
        {
            Videos = Sometimes() ? new HashSet<VideoId>([Id(random.Next(1, ModelVideos + 2)), Id(random.Next(1, ModelVideos + 2))]) : null,
            Cameras = Sometimes() ? new HashSet<string>(["gate", "nobody"]) : null,
            Zones = Sometimes() ? new HashSet<string>(["hall", @"a\b"]) : null,
            RecordedAfter = Sometimes() ? Noon.AddSeconds(random.Next(400)) : null,
            RecordedBefore = Sometimes() ? Noon.AddSeconds(random.Next(400)) : null,
            SecondsAfter = Sometimes() ? random.Next(200) : null,
            SecondsBefore = Sometimes() ? random.Next(200) : null,
        };

        bool Sometimes() => random.Next(4) == 0;
    }
}
