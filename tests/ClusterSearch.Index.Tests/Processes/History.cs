using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Tests.Processes;

/// <summary>Writes that follow from a seed and their number alone, so that two processes agree on what the n-th one is.</summary>
internal sealed class History(int seed)
{
    public const string Encoding = "history";
    public const int Videos = 4;
    public const int Dimension = 24;

    /// <summary>Does the n-th write to a store, and says nothing of the others.</summary>
    public Task WriteAsync(IVectorStore store, int number, CancellationToken cancellation)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        if (random.Next(12) == 0) return store.DeleteVideoAsync(Footage.Id(random.Next(Videos)), Encoding, cancellation);
        return store.ReplaceAsync(Encoding, Replacements(random), cancellation);
    }

    /// <summary>What the first so many writes leave.</summary>
    public VectorModel After(int count)
    {
        var model = new VectorModel((query, vector) => (float)DotProduct.Of(query, vector));
        for (var number = 0; number < count; number++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + number));
            if (random.Next(12) == 0)
            {
                model.Delete(Footage.Id(random.Next(Videos)));
                continue;
            }
            foreach (var replacement in Replacements(random)) model.Replace(replacement);
        }
        return model;
    }

    /// <summary>Null when a store holds exactly what a model does, else the first difference.</summary>
    public static async Task<string?> DifferenceAsync(VectorModel model, EmbeddedVectorStore store, CancellationToken cancellation)
    {
        try
        {
            using var snapshot = await store.SnapshotAsync(Encoding, cancellation);
            for (var video = 0; video < Videos; video++)
            {
                var found = new List<StoredUnit>();
                await foreach (var unit in snapshot.ReadUnitsAsync(Footage.Id(video), cancellation)) found.Add(unit);
                var expected = model.Units(Footage.Id(video));
                if (!expected.Select(unit => (unit.FirstSample, unit.ShotFirstSample, unit.Count)).SequenceEqual(found.Select(unit => (unit.Key.FirstSample, unit.Key.ShotFirstSample, unit.Key.Count))))
                    return $"video {video} has units {string.Join(", ", found.Select(unit => unit.Key.FirstSample))} where {string.Join(", ", expected.Select(unit => unit.FirstSample))} were expected";
                for (var i = 0; i < found.Count; i++)
                    if (found[i].Digest != expected[i].Digest() || !found[i].Seconds.AsSpan().SequenceEqual(expected[i].Seconds))
                        return $"video {video}, unit {found[i].Key.FirstSample}: numbers differ";
            }
            return null;
        }
        catch (ClusterSearchException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Of two videos at once, so that half of a write would show.</summary>
    public static UnitReplacement[] Replacements(Random random)
    {
        var video = random.Next(Videos);
        return [Replacement(video), Replacement((video + 1) % Videos)];

        UnitReplacement Replacement(int of)
        {
            var first = 16 * random.Next(20);
            var end = first + 16 * random.Next(1, 6);
            return new UnitReplacement(Footage.Id(of), Footage.Nowhere, new SampleRange(first, end), Footage.Units(random, first, random.Next((int)(end - first) + 1), Dimension));
        }
    }
}
