using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests.Writing;

/// <summary>Writers that act in a role, and lose it.</summary>
public sealed class LostRoleTests : IndexFixture
{
    private const string Role = "aggregator";

    private static readonly IReadOnlyList<Unit> Some = Units(new Random(51), 0, 40, Dimension);

    [Fact]
    public async Task A_writer_whose_role_was_taken_is_told_so_and_has_changed_nothing()
    {
        RoleLease? role = Manifests.TakeRole(Role, "a");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role });
        await PutAsync(store, 1, 0, Some);
        var (name, files) = (ManifestPath, FileNames);

        var taken = Manifests.TakeRole(Role, "b");
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 2, 0, Some));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Equal(name, ManifestPath);
        Assert.Equal(files, FileNames);
        Assert.Equal(40, await CountAsync(store));
        foreach (var act in new[] { () => store.DeleteVideoAsync(Id(1), null, Cancellation), () => store.DeleteEncodingAsync(Encoding, Cancellation) })
            Assert.Equal(ErrorCodes.ArchiveBusy, (await Assert.ThrowsAsync<ClusterSearchException>(act)).Code);
        Assert.Equal(40, await CountAsync(store));

        // Another's change is seen, and built upon under a new role.
        await using (var other = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => taken })) await PutAsync(other, 3, 0, Some);
        Assert.Equal(80, await CountAsync(store));
        role = Manifests.TakeRole(Role, "a");
        await PutAsync(store, 2, 0, Some);
        Assert.Equal(120, await CountAsync(store));
        Assert.Empty(await store.VerifyAsync(Cancellation));
    }

    [Fact]
    public async Task A_process_that_does_not_hold_the_role_does_not_write_and_reads()
    {
        RoleLease? role = null;
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role });
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 1, 0, Some));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        Assert.Equal(0, await CountAsync(store));
        role = Manifests.TakeRole(Role, "a");
        await PutAsync(store, 1, 0, Some);
        Assert.Equal(40, await CountAsync(store));
    }

    [Fact]
    public async Task A_role_needs_no_lock_of_the_operating_system()
    {
        var role = Manifests.TakeRole(Role, "a");
        await using var first = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role });
        await using var second = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role });
        await PutAsync(first, 1, 0, Some);
        await PutAsync(second, 2, 0, Some);
        Assert.Equal(80, await CountAsync(first));
        Assert.False(File.Exists(Path.Combine(IndexDirectory, "writer.lock")));
    }

    [Fact]
    public async Task What_a_role_replaced_stays_for_readers_on_other_hosts_until_the_grace_is_over()
    {
        var clock = new ManualClock();
        var role = Manifests.TakeRole(Role, "a");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role, MergeWidth = 2, ReaderGrace = TimeSpan.FromSeconds(60), Clock = clock });
        await PutAsync(store, 1, 0, Some);
        var first = FileNames;
        clock.Advance(TimeSpan.FromSeconds(30));
        for (var video = 2; video < 6; video++) await PutAsync(store, video, 0, Some);
        Assert.Empty(first.Except(FileNames));
        clock.Advance(TimeSpan.FromSeconds(59));
        await PutAsync(store, 6, 0, Some);
        Assert.Empty(first.Except(FileNames));
        var before = FileNames.Length;
        clock.Advance(TimeSpan.FromSeconds(2));
        await PutAsync(store, 7, 0, Some);
        Assert.Empty(first.Intersect(FileNames));
        Assert.True(FileNames.Length < before, $"{before} files, then {FileNames.Length}");

        await store.DeleteEncodingAsync(Encoding, Cancellation);
        Assert.Equal(0, await CountAsync(store));
        Assert.NotEmpty(FileNames);
        clock.Advance(TimeSpan.FromSeconds(61));
        await store.DeleteVideoAsync(Id(1), "another", Cancellation);
        Assert.Empty(FileNames);
    }

    [Fact]
    public async Task What_a_predecessor_left_over_is_swept_once_a_change_has_been_published()
    {
        var role = Manifests.TakeRole(Role, "a");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => role, ReaderGrace = TimeSpan.Zero });
        await PutAsync(store, 1, 0, Some);
        foreach (var name in new[] { "000000000002-x.seg", "000000000002-x.manifest", "000000000077-x.seg" }) await File.WriteAllTextAsync(Path.Combine(EncodingDirectory, name), "half", Cancellation);
        // Somebody else's tenure: whatever it is at work on builds upon a manifest that is still current.
        await PutAsync(store, 2, 0, Some);
        Assert.Contains("000000000077-x.seg", FileNames);
        role = Manifests.TakeRole(Role, "a");
        await PutAsync(store, 3, 0, Some);
        Assert.DoesNotContain(FileNames, name => name.Contains('x', StringComparison.Ordinal));
        Assert.Equal(120, await CountAsync(store));
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;
    }
}
