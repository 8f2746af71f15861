using System.Collections.Concurrent;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Quantisation;

/// <summary>The rotation of each dimension in use; they never change.</summary>
internal static class Rotations
{
    private static readonly ConcurrentDictionary<int, RandomRotation> Known = new();

    public static RandomRotation Of(int dimension) => Known.GetOrAdd(dimension, static wanted => new RandomRotation(wanted));
}
