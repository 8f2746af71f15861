using System.Text;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Filtering;
using CsCheck;

namespace ClusterSearch.Milvus.Tests.Filtering;

public sealed class StoredNameTests
{
    [Fact]
    public void No_name_and_the_empty_name_are_two_things()
    {
        Assert.Equal("", StoredName.Of(null));
        Assert.Equal("=", StoredName.Of(""));
    }

    [Fact]
    public void Halves_of_surrogate_pairs_are_told_apart()
    {
        string[] names = ["\ud83d", "\ud83c", "\udcf7", "\ufffd", "a\ud83d"];
        Assert.Equal(names.Length, names.Select(StoredName.Of).Distinct().Count());
        Assert.All(names.Select(StoredName.Of), stored => Assert.Equal(stored, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(stored))));
    }

    [Fact]
    public void Every_name_fits_into_its_column() =>
        Gen.String[Gen.Char, 0, 3000].Sample(name => Assert.InRange(Encoding.UTF8.GetByteCount(StoredName.Of(name)), 1, 1024), iter: 500);

    [Fact]
    public void A_tick_lies_within_a_bound_as_the_seconds_do() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 100_000], Gen.Long[0, 36_000_000_000]).Sample((rate, number, boundTicks) =>
    {
        var start = new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var seconds = (double)number / rate;
        var bound = start.AddTicks(boundTicks);
        var (from, _) = new VectorFilter { RecordedAfter = bound }.Window(new VideoAttributes(null, null, start));
        Assert.Equal(seconds >= from, WallClock.Of(start, seconds) >= bound.UtcTicks);
    }, iter: 50_000);
}
