using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Catalog;

// Which manifest of an index is the current one.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task A_manifest_is_published_over_the_one_that_the_writer_saw_and_over_no_other()
    {
        Assert.Null(await Catalog.Manifests.CurrentAsync("one", Cancellation));
        Assert.False(await PublishAsync("one", "never", "1"));
        Assert.True(await PublishAsync("one", null, "1"));
        Assert.True(await PublishAsync("two", null, "x"));
        Assert.False(await PublishAsync("one", null, "2"));
        Assert.True(await PublishAsync("one", "1", "2"));
        // Said twice it is done once.
        Assert.True(await PublishAsync("one", "1", "2"));
        Assert.False(await PublishAsync("one", "1", "3"));
        Assert.Equal("2", await (await OpenAnotherAsync()).Manifests.CurrentAsync("one", Cancellation));
        Assert.Equal([new NamedManifest("one", "2"), new NamedManifest("two", "x")], await Catalog.Manifests.ListAsync(Cancellation));

        Assert.False(await PublishAsync("one", "1", null));
        for (var i = 0; i < 2; i++) Assert.True(await PublishAsync("one", "2", null));
        Assert.Equal([new NamedManifest("two", "x")], await Catalog.Manifests.ListAsync(Cancellation));
        Assert.True(await PublishAsync("one", null, "4"));
    }

    [Fact]
    public async Task A_writer_that_lost_its_role_publishes_nothing()
    {
        var lost = (await TakeAsync("a"))!;
        Assert.True(await PublishAsync("one", null, "1", lost));
        await AdvanceClockAsync(2 * LeaseDuration);
        // Ran out, but nobody took it.
        Assert.True(await PublishAsync("one", "1", "2", lost));
        var current = (await TakeAsync("b"))!;
        Assert.False(await PublishAsync("one", "2", "3", lost));
        // Not even what is there already: the writer must learn that it lost the role.
        Assert.False(await PublishAsync("one", "1", "2", lost));
        Assert.False(await PublishAsync("one", "2", null, lost));
        Assert.Equal("2", await Catalog.Manifests.CurrentAsync("one", Cancellation));
        Assert.True(await PublishAsync("one", "2", "3", current));
        Assert.True(await Catalog.ReleaseRoleAsync(current, Cancellation));
        Assert.False(await PublishAsync("one", "3", "4", current));
        Assert.False(await PublishAsync("one", "3", "4", current with { Role = "nobody's" }));
    }

    [Fact]
    public async Task Of_many_who_publish_over_one_manifest_one_succeeds()
    {
        ICatalog[] instances = [Catalog, await OpenAnotherAsync(), await OpenAnotherAsync()];
        string? current = null;
        for (var round = 0; round < 5; round++)
        {
            var published = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => Task.Run(
                () => instances[i % 3].Manifests.PublishAsync("one", current, $"{round}-{i}", null, Cancellation), Cancellation)));
            current = $"{round}-{Array.IndexOf(published, true)}";
            Assert.Single(published, done => done);
            Assert.Equal(current, await Catalog.Manifests.CurrentAsync("one", Cancellation));
        }
    }

    private Task<bool> PublishAsync(string index, string? previous, string? next, RoleLease? writer = null) =>
        Catalog.Manifests.PublishAsync(index, previous, next, writer, Cancellation);
}
