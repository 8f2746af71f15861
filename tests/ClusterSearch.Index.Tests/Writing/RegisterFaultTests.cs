using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests.Writing;

/// <summary>A register that does not answer, before or after it has done what it was told.</summary>
public sealed class RegisterFaultTests : IndexFixture
{
    private static readonly IReadOnlyList<Unit> Some = Units(new Random(52), 0, 40, Dimension);

    private static readonly EmbeddedIndexOptions Hurried = new() { Clock = new HurriedClock() };

    private readonly InterruptedRegister _register;

    public RegisterFaultTests() => _register = new InterruptedRegister(Manifests);

    [Fact]
    public async Task A_publication_whose_answer_was_lost_is_one_publication()
    {
        await using var store = await OpenAsync(Hurried, _register);
        await PutAsync(store, 1, 0, Some);
        var lost = 2;
        _register.AfterPublishing = () => lost-- > 0 ? throw InterruptedRegister.Unreachable() : Task.CompletedTask;
        await PutAsync(store, 2, 0, Some);
        Assert.Equal(80, await CountAsync(store));
        Assert.Equal(2, Segments.Length);
        Assert.Empty(await store.VerifyAsync(Cancellation));
    }

    [Fact]
    public async Task A_publication_that_got_through_at_a_later_try_is_acknowledged()
    {
        await using var store = await OpenAsync(Hurried, _register);
        var faults = 2;
        _register.BeforePublishing = () => faults-- > 0 ? throw InterruptedRegister.Unreachable() : Task.CompletedTask;
        await PutAsync(store, 1, 0, Some);
        Assert.Equal(40, await CountAsync(store));
    }

    [Fact]
    public async Task A_lost_answer_is_made_good_by_asking_what_is_current()
    {
        await using var store = await OpenAsync(Hurried, _register);
        _register.AfterPublishing = () => throw InterruptedRegister.Unreachable();
        await PutAsync(store, 1, 0, Some);
        Assert.Equal(40, await CountAsync(store));
        _register.AfterPublishing = () => throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, "not even transient");
        await PutAsync(store, 2, 0, Some);
        Assert.Equal(80, await CountAsync(store));
    }

    [Fact]
    public async Task A_lost_answer_upon_which_another_writer_has_built_is_made_good_too()
    {
        var role = Manifests.TakeRole("aggregator", "a");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role, ReaderGrace = TimeSpan.Zero, Clock = new HurriedClock() }, _register);
        _register.AfterPublishing = async () =>
        {
            var taken = Manifests.TakeRole("aggregator", "b");
            await using (var other = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => taken, ReaderGrace = TimeSpan.Zero }))
            {
                await PutAsync(other, 2, 0, Some);
                await PutAsync(other, 3, 0, Some);
            }
            _register.AfterPublishing = null;
            throw InterruptedRegister.Unreachable();
        };
        await PutAsync(store, 1, 0, Some);
        Assert.Equal(120, await CountAsync(store));
        Assert.Empty(await store.VerifyAsync(Cancellation));
        Assert.Equal(ErrorCodes.ArchiveBusy, (await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 4, 0, Some))).Code);
    }

    [Fact]
    public async Task A_lost_answer_whose_segment_another_writer_has_merged_is_never_called_unchanged()
    {
        var role = Manifests.TakeRole("aggregator", "a");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role, ReaderGrace = TimeSpan.Zero, Clock = new HurriedClock() }, _register);
        _register.AfterPublishing = async () =>
        {
            var taken = Manifests.TakeRole("aggregator", "b");
            await using (var other = await OpenAsync(new EmbeddedIndexOptions { WriterRole = () => taken, ReaderGrace = TimeSpan.Zero, MergeWidth = 2, CompactInBackground = false }))
            {
                await PutAsync(other, 2, 0, Some);
                await PutAsync(other, 3, 0, Some);
            }
            _register.AfterPublishing = null;
            throw InterruptedRegister.Unreachable();
        };
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 1, 0, Some));
        Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
        Assert.Equal(120, await CountAsync(store));
    }

    [Fact]
    public async Task An_outage_is_said_and_the_next_write_finds_out_what_became_of_the_last()
    {
        foreach (var isPublished in new[] { true, false })
        {
            await using (var store = await OpenAsync(Hurried, _register))
            {
                await PutAsync(store, 1, 0, Some);
                _register.BeforePublishing = isPublished ? null : () => throw InterruptedRegister.Unreachable();
                _register.AfterPublishing = () =>
                {
                    // From here on nothing is heard of the register.
                    _register.BeforeAsking = _ => throw InterruptedRegister.Unreachable();
                    _register.BeforePublishing = () => throw InterruptedRegister.Unreachable();
                    throw InterruptedRegister.Unreachable();
                };
                var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 2, 0, Some));
                Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
                (_register.BeforeAsking, _register.BeforePublishing, _register.AfterPublishing) = (null, null, null);
                Assert.Equal(isPublished ? 80 : 40, await CountAsync(store));

                await PutAsync(store, 2, 0, Some);
                await PutAsync(store, 3, 0, Some);
                Assert.Equal(120, await CountAsync(store));
                Assert.Empty(await store.VerifyAsync(Cancellation));
                // Three segments at most four, two manifests: nothing is left over of what was unclear.
                Assert.True(FileNames.Length <= Segments.Length + 3, string.Join(' ', FileNames));
                await store.DeleteEncodingAsync(Encoding, Cancellation);
            }
        }
    }

    [Fact]
    public async Task Searches_go_on_while_the_register_is_out_of_reach_and_a_new_process_cannot_begin()
    {
        await using var writer = await OpenAsync();
        await using var reader = await OpenAsync(Hurried, _register);
        await PutAsync(writer, 1, 0, Some);
        Assert.Equal(40, await CountAsync(reader));
        _register.BeforeAsking = _ => throw InterruptedRegister.Unreachable();
        await PutAsync(writer, 2, 0, Some);
        for (var i = 0; i < 3; i++) Assert.Equal(40, await CountAsync(reader));
        await using var fresh = await OpenAsync(Hurried, _register);
        Assert.Equal(ErrorCodes.ArchiveUnreachable, (await Assert.ThrowsAsync<ClusterSearchException>(() => fresh.SnapshotAsync(Encoding, Cancellation))).Code);
        await Assert.ThrowsAsync<ClusterSearchException>(() => reader.VerifyAsync(Cancellation));
        _register.BeforeAsking = null;
        Assert.Equal(80, await CountAsync(reader));
        Assert.Equal(80, await CountAsync(fresh));
    }

    [Fact]
    public async Task Searches_do_not_wait_for_a_register_that_hangs()
    {
        await using var store = await OpenAsync(Hurried, _register);
        await PutAsync(store, 1, 0, Some);
        _register.BeforeAsking = cancellation => Task.Delay(Timeout.Infinite, cancellation);
        Assert.Equal(40, await CountAsync(store).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        using var stopped = new CancellationTokenSource();
        var asking = store.SnapshotAsync(Encoding, stopped.Token);
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task An_answer_that_comes_late_does_not_take_the_place_of_a_later_one()
    {
        await using var store = await OpenAsync(Hurried, _register);
        await PutAsync(store, 1, 0, Some);
        var (isAsked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var reader = await OpenAsync(manifests: new LateRegister(Manifests, isAsked, go.Task));
        var late = CountAsync(reader);
        await isAsked.Task.WaitAsync(Cancellation);
        for (var video = 2; video < 5; video++) await PutAsync(store, video, 0, Some);
        Assert.Equal(160, await CountAsync(reader));
        go.SetResult();
        Assert.Equal(160, await late);
        Assert.Equal(160, await CountAsync(reader));
    }

    /// <summary>The first question is answered at once, and the answer is kept back.</summary>
    private sealed class LateRegister(IManifestRegister register, TaskCompletionSource isAsked, Task go) : IManifestRegister
    {
        private int _questions;

        public async Task<string?> CurrentAsync(string indexName, CancellationToken cancellation)
        {
            var answer = await register.CurrentAsync(indexName, cancellation);
            if (Interlocked.Increment(ref _questions) > 1) return answer;
            isAsked.SetResult();
            await go.WaitAsync(cancellation);
            return answer;
        }

        public Task<IReadOnlyList<NamedManifest>> ListAsync(CancellationToken cancellation) => register.ListAsync(cancellation);

        public Task<bool> PublishAsync(string indexName, string? previous, string? next, Core.Catalog.RoleLease? writer, CancellationToken cancellation) =>
            register.PublishAsync(indexName, previous, next, writer, cancellation);
    }
}
