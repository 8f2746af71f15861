using ClusterSearch.Archive;
using ClusterSearch.Archive.Searching;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests;

/// <summary>An index that the disk damaged, searched by silos.</summary>
public sealed class DamageTests
{
    [Fact]
    public async Task Parts_that_a_silo_finds_damaged_are_in_the_answer()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), 21, [.. Enumerable.Range(1, 12)]);
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), new DrawnFootage(), 2, _ => Accelerator.Cpu);
        await silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips] }, new Progress<IngestProgress>(), CancellationToken.None);
        var (catalog, vectors) = (silos.Gateway.Ports.Catalog, silos.Gateway.Ports.Vectors);
        var encoding = (await catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var segments = IndexFiles.SegmentsOf(Path.Combine(silos.Gateway.Options.IndexDirectory, encoding, (await catalog.Manifests.CurrentAsync(encoding, CancellationToken.None))!));
        foreach (var segment in segments) IndexFiles.DamageSamples(segment);

        var answer = await silos.Search.SearchAsync(new SearchRequest { Parts = [new TextPart("a red car")], Top = 100 }, CancellationToken.None);
        Assert.Empty(answer.Coverage.UnansweredShards);
        Assert.Equal(segments.Select(Path.GetFileName).Order(StringComparer.Ordinal), answer.Coverage.DamagedParts.Select(part => part[..part.IndexOf(':')]));
        // The gateway has read none of what is damaged.
        using var snapshot = await vectors.SnapshotAsync(encoding, CancellationToken.None);
        Assert.Empty(snapshot.Faults);
    }

    [Fact]
    public void Shards_that_met_the_same_damage_tell_it_once()
    {
        var merge = new ShardMerge(3, 10);
        merge.Add(2, Found("b", "c"));
        merge.Add(0, Found("b", "a"));
        Assert.Equal(["a", "b", "c"], merge.Result().Damaged);
        var many = new ShardMerge(1, 10);
        many.Add(0, Found([.. Enumerable.Range(0, 5000).Select(part => $"{part:0000}")]));
        Assert.Equal((Coverage.MaximumDamagedParts, "0000"), (many.Result().Damaged.Count, many.Result().Damaged[0]));
    }

    private static FanOutResult Found(params string[] damaged) => new([], 1, 1, 1) { Damaged = damaged };
}
