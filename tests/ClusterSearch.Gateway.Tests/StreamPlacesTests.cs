using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Videos;

namespace ClusterSearch.Gateway.Tests;

public sealed class StreamPlacesTests
{
    private readonly HandTime _time = new();

    [Fact]
    public void Streams_that_are_read_from_keep_their_places()
    {
        var places = new StreamPlaces(2, _time);
        using var first = places.Enter(CancellationToken.None);
        using var second = places.Enter(CancellationToken.None);
        _time.Pass(StreamPlaces.Stalled / 2);
        Assert.Equal("limit.busy", Assert.Throws<GatewayException>(() => places.Enter(CancellationToken.None)).Problem.Code);
        Assert.False(first.Token.IsCancellationRequested || second.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task The_stream_that_has_waited_longest_for_its_reader_gives_way_to_another()
    {
        var places = new StreamPlaces(2, _time);
        using var paused = places.Enter(CancellationToken.None);
        using var playing = places.Enter(CancellationToken.None);
        _time.Pass(StreamPlaces.Stalled);
        await using (var output = playing.Over(new MemoryStream())) await output.WriteAsync(new byte[10]);
        using var third = places.Enter(CancellationToken.None);
        Assert.True(paused.Token.IsCancellationRequested);
        Assert.False(playing.Token.IsCancellationRequested || third.Token.IsCancellationRequested);
        Assert.Throws<GatewayException>(() => places.Enter(CancellationToken.None));
    }

    [Fact]
    public void A_place_that_is_left_is_free()
    {
        var places = new StreamPlaces(1, _time);
        places.Enter(CancellationToken.None).Dispose();
        using var next = places.Enter(CancellationToken.None);
        Assert.False(next.Token.IsCancellationRequested);
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
