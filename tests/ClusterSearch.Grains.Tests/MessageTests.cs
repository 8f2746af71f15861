using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Grains.Searching;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace ClusterSearch.Grains.Tests;

/// <summary>Messages as they come out of the wire, those of older silos among them.</summary>
public sealed class MessageTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_query_means_the_same_behind_the_wire(bool isExact)
    {
        var query = new MomentQuery([0.6f, 0.8f], new VectorFilter { Cameras = new HashSet<string> { "gate" }, SecondsAfter = 2 }, 7, SmoothingMethod.None, 0.25, isExact);
        var read = Read<QueryOrder>(Write(query.ToOrder("e1", 4, TimeSpan.FromSeconds(3)))).ToQuery();
        Assert.Equal((7, SmoothingMethod.None, 0.25, isExact), (read.Count, read.Smoothing, read.Background, read.IsExact));
        Assert.Equal(query.Vector, read.Vector);
        Assert.Equal(["gate"], read.Filter.Cameras!);
        Assert.Equal(2.0, read.Filter.SecondsAfter);
    }

    [Fact]
    public void A_query_of_an_older_gateway_is_not_exact()
    {
        var older = new OlderOrder { Encoding = "e1", Vector = [1, 0], Filter = new QueryFilter(), Count = 5, IsSmoothed = true, Background = 0.5, Shards = 4, Deadline = TimeSpan.FromSeconds(3) };
        var read = Read<QueryOrder>(Write(older));
        Assert.Equal(("e1", 5, 4, TimeSpan.FromSeconds(3), false), (read.Encoding, read.Count, read.Shards, read.Deadline, read.IsExact));
        Assert.False(read.ToQuery().IsExact);
    }

    [Fact]
    public void A_reply_of_an_older_silo_tells_no_damage_and_that_of_a_newer_one_is_read_by_it()
    {
        Assert.Null(Read<ShardReply>(Write(new OlderReply { Moments = [], SamplesScored = 9 })).Damaged);
        Assert.Equal(9, Read<OlderReply>(Write(new ShardReply { Moments = [], SamplesScored = 9, Damaged = ["a.seg: broken"] })).SamplesScored);
        Assert.Equal(["a.seg: broken"], Read<ShardReply>(Write(new ShardReply { Moments = [], Damaged = ["a.seg: broken"] })).Damaged!);
    }

    private byte[] Write<T>(T message) => _services.GetRequiredService<Serializer<T>>().SerializeToArray(message);

    private T Read<T>(byte[] bytes) => _services.GetRequiredService<Serializer<T>>().Deserialize(bytes)!;
}

/// <summary>As the first release had it.</summary>
[GenerateSerializer]
public sealed record OlderOrder
{
    [Id(0)] public required string Encoding { get; init; }

    [Id(1)] public required float[] Vector { get; init; }

    [Id(2)] public required QueryFilter Filter { get; init; }

    [Id(3)] public required int Count { get; init; }

    [Id(4)] public bool IsSmoothed { get; init; }

    [Id(5)] public double Background { get; init; }

    [Id(6)] public required int Shards { get; init; }

    [Id(7)] public required TimeSpan Deadline { get; init; }
}

/// <summary>As the first release had it.</summary>
[GenerateSerializer]
public sealed record OlderReply
{
    [Id(0)] public required MomentHit[] Moments { get; init; }

    [Id(1)] public long UnitsSeen { get; init; }

    [Id(2)] public long ShotsScored { get; init; }

    [Id(3)] public long SamplesScored { get; init; }
}
