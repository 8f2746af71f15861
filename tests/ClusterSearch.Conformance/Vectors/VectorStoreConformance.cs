using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Conformance.Vectors;

/// <summary>
/// What every <see cref="IVectorStore"/> must do. A test class of an implementation derives from it and says how its
/// empty store is opened and how exactly it scores.
/// </summary>
public abstract partial class VectorStoreConformance : IAsyncLifetime
{
    protected const string Encoding = "e1";

    // No multiple of a register's width.
    protected const int Dimension = 43;

    private IVectorStore _store = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The store under test, empty at first.</summary>
    protected IVectorStore Store => _store;

    /// <summary>How far a score may be from <see cref="Dot"/>.</summary>
    protected float ScoreTolerance => Store.ScoreTolerance;

    /// <summary>Opens this test's store.</summary>
    protected abstract Task<IVectorStore> OpenAsync();

    /// <summary>The score of a vector, by the implementation's own definition where it has one.</summary>
    protected virtual float Dot(float[] query, ReadOnlySpan<float> vector) => (float)DotProduct.Of(query, vector);

    public virtual async ValueTask InitializeAsync() => _store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static UnitReplacement Replacement(int video, long first, long end, IReadOnlyList<Unit> units, VideoAttributes? attributes = null) =>
        new(Id(video), attributes ?? Nowhere, new SampleRange(first, end), units);

    protected Task ReplaceAsync(params UnitReplacement[] replacements) => Store.ReplaceAsync(Encoding, replacements, Cancellation);

    protected Task<IVectorSnapshot> SnapshotAsync() => Store.SnapshotAsync(Encoding, Cancellation);

    protected async Task AssertUnitsAsync(int video, params long[] firstSamples)
    {
        using var snapshot = await SnapshotAsync();
        Assert.Equal(firstSamples, (await snapshot.ListUnitsAsync(Id(video), Cancellation)).Select(unit => unit.FirstSample));
    }

    protected static async Task<StoredUnit[]> ReadAsync(IVectorSnapshot snapshot, VideoId video)
    {
        var units = new List<StoredUnit>();
        await foreach (var unit in snapshot.ReadUnitsAsync(video, Cancellation)) units.Add(unit);
        return [.. units];
    }

    protected static void AssertEqual(IReadOnlyList<Unit> expected, IReadOnlyList<StoredUnit> actual)
    {
        Assert.Equal(expected.Select(unit => (unit.FirstSample, unit.ShotFirstSample, unit.Count)),
            actual.Select(unit => (unit.Key.FirstSample, unit.Key.ShotFirstSample, unit.Key.Count)));
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Seconds, actual[i].Seconds);
            Assert.Equal(expected[i].Digest(), actual[i].Digest);
        }
    }

    /// <summary>Scores for a query of length 1, as exactly as the store states.</summary>
    protected void AssertScores(float[] expected, IEnumerable<float> actual)
    {
        float[] found = [.. actual];
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], ScoreTolerance);
    }

    protected static async Task<ClusterSearchException> RefusedAsync(string code, Func<Task> act)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(act);
        Assert.Equal(code, fault.Code);
        Assert.DoesNotContain('\n', fault.Message);
        return fault;
    }

    /// <summary>A unit vector along one axis.</summary>
    protected static float[] Axis(int axis, int dimension = 4)
    {
        var vector = new float[dimension];
        vector[axis] = 1;
        return vector;
    }
}
