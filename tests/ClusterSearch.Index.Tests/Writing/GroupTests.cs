using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests.Writing;

/// <summary>Replacements that wait while a write is under way are written together.</summary>
public sealed class GroupTests : IndexFixture
{
    private readonly Random _random = new(54);
    private readonly TaskCompletionSource _isUnderWay = new();
    private readonly TaskCompletionSource _go = new();
    private readonly InterruptedRegister _register;

    public GroupTests()
    {
        _register = new InterruptedRegister(Manifests);
        _register.BeforePublishing = () =>
        {
            _isUnderWay.TrySetResult();
            return _go.Task;
        };
    }

    [Fact]
    public async Task Those_that_wait_are_one_publication_in_the_order_of_their_calls()
    {
        await using var store = await OpenAsync(manifests: _register);
        var first = PutAsync(store, 1, 0, Units(_random, 0, 16, Dimension));
        await _isUnderWay.Task.WaitAsync(Cancellation);
        var last = Units(_random, 0, 32, Dimension);
        var waiting = new List<Task>();
        for (var i = 0; i < 20; i++) waiting.Add(PutAsync(store, 2, 0, Units(_random, 0, 48, Dimension)));
        waiting.Add(store.DeleteVideoAsync(Id(2), Encoding, Cancellation));
        waiting.Add(PutAsync(store, 2, 0, last));
        waiting.Add(store.DeleteVideoAsync(Id(1), Encoding, Cancellation));
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        _go.SetResult();
        await first;
        await Task.WhenAll(waiting);
        // The first, the others together, and the merge that gives the first one's space back.
        Assert.InRange(_register.Publications, 2, 3);
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        Assert.Equal([Id(2)], await snapshot.ListVideosAsync(Cancellation));
        Assert.Equal(last.Select(unit => unit.FirstSample), (await snapshot.ListUnitsAsync(Id(2), Cancellation)).Select(unit => unit.FirstSample));
        await foreach (var unit in snapshot.ReadUnitsAsync(Id(2), Cancellation)) Assert.Contains(last, one => one.Digest() == unit.Digest);
    }

    [Fact]
    public async Task One_that_does_not_fit_fails_alone()
    {
        await using var store = await OpenAsync(manifests: _register);
        var first = PutAsync(store, 1, 0, Units(_random, 0, 16, Dimension));
        await _isUnderWay.Task.WaitAsync(Cancellation);
        var good = PutAsync(store, 2, 0, Units(_random, 0, 16, Dimension));
        var bad = PutAsync(store, 3, 0, Units(_random, 0, 16, Dimension + 1));
        var alsoGood = PutAsync(store, 4, 0, Units(_random, 0, 16, Dimension));
        _go.SetResult();
        await Task.WhenAll(first, good, alsoGood);
        Assert.Equal(ErrorCodes.ArchiveEncoding, (await Assert.ThrowsAsync<ClusterSearchException>(() => bad)).Code);
        Assert.Equal(48, await CountAsync(store));
    }

    [Fact]
    public async Task One_that_was_cancelled_while_it_waited_is_not_written()
    {
        await using var store = await OpenAsync(manifests: _register);
        using var cancelled = new CancellationTokenSource();
        var first = store.ReplaceAsync(Encoding, [Replacement(1, 0, 16, Units(_random, 0, 16, Dimension))], cancelled.Token);
        await _isUnderWay.Task.WaitAsync(Cancellation);
        var second = store.ReplaceAsync(Encoding, [Replacement(2, 0, 16, Units(_random, 0, 16, Dimension))], cancelled.Token);
        var third = PutAsync(store, 3, 0, Units(_random, 0, 16, Dimension));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _go.SetResult();
        // Too late for the first: it is acknowledged.
        await Task.WhenAll(first, third);
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        Assert.Equal([Id(1), Id(3)], await snapshot.ListVideosAsync(Cancellation));
    }

    [Fact]
    public async Task A_fault_is_told_to_all_of_a_group_and_the_next_group_goes_on()
    {
        await using var store = await OpenAsync(manifests: _register);
        var first = PutAsync(store, 1, 0, Units(_random, 0, 16, Dimension));
        await _isUnderWay.Task.WaitAsync(Cancellation);
        Task[] waiting = [.. Enumerable.Range(2, 5).Select(video => PutAsync(store, video, 0, Units(_random, 0, 16, Dimension)))];
        _register.AfterPublishing = () =>
        {
            _register.BeforePublishing = () => throw new ClusterSearchException(ErrorCodes.ArchiveDiskFull, "no room for the name");
            return Task.CompletedTask;
        };
        _go.SetResult();
        await first;
        foreach (var task in waiting) Assert.Equal(ErrorCodes.ArchiveDiskFull, (await Assert.ThrowsAsync<ClusterSearchException>(() => task)).Code);
        Assert.Equal(16, await CountAsync(store));
        Assert.Equal(2, FileNames.Length);
        (_register.BeforePublishing, _register.AfterPublishing) = (null, null);
        await Task.WhenAll(Enumerable.Range(2, 5).Select(video => PutAsync(store, video, 0, Units(_random, 0, 16, Dimension))));
        Assert.Equal(96, await CountAsync(store));
    }

    [Fact]
    public async Task More_than_a_group_holds_is_written_in_several_and_every_call_is_answered()
    {
        await using var store = await OpenAsync(manifests: _register);
        var first = PutAsync(store, 1, 0, Units(_random, 0, 16, 4));
        await _isUnderWay.Task.WaitAsync(Cancellation);
        var units = Units(_random, 0, 16_000, 4);
        Task[] waiting = [.. Enumerable.Range(2, 9).Select(video => PutAsync(store, video, 0, units))];
        _go.SetResult();
        await Task.WhenAll([first, .. waiting]);
        // Four of 16,000 at a time: three groups after the first, and merges.
        Assert.InRange(_register.Publications, 4, 8);
        Assert.Equal(144_016, await CountAsync(store));
    }
}
