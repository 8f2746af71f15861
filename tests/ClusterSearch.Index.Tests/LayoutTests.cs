using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests;

/// <summary>Segments come and go; what is found stays the same.</summary>
public sealed class LayoutTests : IndexFixture
{
    [Fact]
    public async Task Scores_are_the_same_bits_whatever_the_layout_and_the_threads()
    {
        var random = new Random(21);
        var videos = Enumerable.Range(1, 6).Select(_ => Units(random, 0, 700, Dimension)).ToList();
        await using var whole = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, Threads = 1 }, new InMemoryManifestRegister(), Path.Combine(IndexDirectory, "whole"));
        await whole.ReplaceAsync(Encoding, [.. videos.Select((units, i) => Replacement(i + 1, 0, 704, units))], Cancellation);
        await using var pieces = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, Threads = 4, MergeWidth = 3 }, new InMemoryManifestRegister(), Path.Combine(IndexDirectory, "pieces"));
        for (var first = 0; first < 704; first += 64)
        {
            for (var video = 0; video < videos.Count; video++)
            {
                // The tail is put provisionally first.
                await pieces.ReplaceAsync(Encoding, [Replacement(video + 1, first, first + 64, Units(random, first, 64, Dimension))], Cancellation);
                await pieces.ReplaceAsync(Encoding, [Replacement(video + 1, first, first + 64, [.. videos[video].Where(unit => unit.FirstSample >= first && unit.FirstSample < first + 64)])], Cancellation);
            }
        }
        for (var i = 0; i < 5; i++)
        {
            var query = Direction(random, Dimension);
            var expected = await AllAsync(whole, query);
            var actual = await AllAsync(pieces, query);
            Assert.Equal(4200, expected.Samples.Count);
            Assert.Equal(expected.Samples, actual.Samples);
            Assert.Equal(expected.Units, actual.Units);
            foreach (var k in new[] { 1, 10, 333 })
            {
                using var snapshot = await pieces.SnapshotAsync(Encoding, Cancellation);
                Assert.Equal(expected.Samples.Take(k), (await snapshot.SearchSamplesAsync([query], VectorFilter.None, k, Cancellation))[0]);
                Assert.Equal(expected.Units.Take(k), (await snapshot.SearchUnitsAsync([query], VectorFilter.None, k, Cancellation))[0]);
            }
        }
    }

    [Fact]
    public async Task A_thousand_small_replacements_leave_few_segments()
    {
        var random = new Random(22);
        var units = Units(random, 0, 16, Dimension);
        await using (var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, MergeWidth = 4 }))
        {
            var most = 0;
            for (var i = 0; i < 1000; i++)
            {
                await PutAsync(store, i % 50, 16 * (i / 50), [.. units.Select(unit => Moved(unit, 16 * (i / 50)))]);
                most = Math.Max(most, Segments.Length);
            }
            // Sizes 128, 512, 2048, 8192: at most 3 of each, and those on the way.
            Assert.InRange(most, 2, 16);
            Assert.Equal(16_000, await CountAsync(store));
        }
        await using var reopened = await OpenAsync();
        Assert.Equal(16_000, await CountAsync(reopened));
        Assert.Empty(await reopened.VerifyAsync(Cancellation));
    }

    [Fact]
    public async Task Segments_grow_no_larger_than_they_may()
    {
        var random = new Random(23);
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, MergeWidth = 3, MaximumMergedSamples = 400 });
        for (var i = 0; i < 60; i++) await PutAsync(store, i, 0, Units(random, 0, 40, Dimension));
        Assert.Equal(2400, await CountAsync(store));
        var limit = 400 * Dimension * sizeof(float) * 2.5;
        Assert.All(Segments, path => Assert.True(new FileInfo(path).Length < limit, $"{path} has {new FileInfo(path).Length} bytes"));
        // Each final one holds at least half of the largest size.
        Assert.InRange(Segments.Length, 6, 14);
    }

    [Fact]
    public async Task Hidden_units_give_their_space_back()
    {
        var random = new Random(24);
        await using var store = await OpenAsync();
        for (var video = 0; video < 10; video++) await PutAsync(store, video, 0, Units(random, 0, 160, Dimension));
        var size = Segments.Sum(path => new FileInfo(path).Length);
        for (var round = 0; round < 5; round++)
            for (var video = 0; video < 10; video++)
                await store.ReplaceAsync(Encoding, [Replacement(video, 0, 160, Units(random, 0, 160, Dimension))], Cancellation);
        Assert.InRange(Segments.Sum(path => new FileInfo(path).Length), size / 2, size * 2.2);
        for (var video = 0; video < 10; video++) await store.DeleteVideoAsync(Id(video), null, Cancellation);
        Assert.Empty(Segments);
        Assert.Equal(0, await CountAsync(store));
        await PutAsync(store, 3, 0, Units(random, 0, 20, Dimension));
        Assert.Equal(20, await CountAsync(store));
    }

    private static Unit Moved(Unit unit, long by) => unit with { FirstSample = unit.FirstSample + by, ShotFirstSample = unit.ShotFirstSample + by };
}
