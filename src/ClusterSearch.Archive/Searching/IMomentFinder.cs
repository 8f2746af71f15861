using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>How a query's best moments are found in one encoding: here, or by asking the shards of a cluster.</summary>
internal interface IMomentFinder
{
    /// <param name="session">The query's view; whoever asks elsewhere looks at it for nothing but what it needs to know.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The best of all shards that answered, in the total order.</returns>
    Task<FanOutResult> FindAsync(SearchSession session, MomentQuery query, CancellationToken cancellation);
}

/// <summary>One query of one encoding.</summary>
/// <param name="Vector">Of the encoding's dimension.</param>
/// <param name="Count">Moments wanted.</param>
/// <param name="Smoothing">Shot or none.</param>
/// <param name="Background">What the query scores on the bulk of the encoding; 0 where the model's scores say something by themselves.</param>
/// <param name="IsExact">No unit may be missed.</param>
internal sealed record MomentQuery(float[] Vector, VectorFilter Filter, int Count, SmoothingMethod Smoothing, double Background, bool IsExact)
{
    public MomentOptions MomentOptions => MomentOptions.Default with { Background = Background };
}

/// <summary>Finds moments in this process.</summary>
internal sealed class LocalMomentFinder : IMomentFinder
{
    public Task<FanOutResult> FindAsync(SearchSession session, MomentQuery query, CancellationToken cancellation) =>
        new QueryFanOut(session, query.MomentOptions, query.IsExact).FindAsync(query.Vector, query.Filter, query.Count, query.Smoothing, cancellation);
}
