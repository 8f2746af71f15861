using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>Collects results; a check that throws a model's fault has failed with that fault's line.</summary>
internal sealed class CanaryList(string tower, CancellationToken cancellation)
{
    public List<CanaryResult> Results { get; } = [];

    /// <param name="check">Gives the reason of a failure, or null.</param>
    /// <returns>Whether it held.</returns>
    public bool Add(string name, Func<string?> check)
    {
        cancellation.ThrowIfCancellationRequested();
        string? reason;
        try
        {
            reason = check();
        }
        // A device that is missing or full says nothing about the model.
        catch (ClusterSearchException fault) when (fault.Code != ErrorCodes.ModelProvider)
        {
            reason = fault.Message;
        }

        Results.Add(new CanaryResult($"{tower}.{name}", reason is null, reason));
        return reason is null;
    }

    /// <summary>Cosine above which two vectors of plainly different inputs count as the same.</summary>
    private const double Same = 1 - 1e-6;

    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    public static string? AllDiffer(IReadOnlyList<float[]> vectors, string what)
    {
        for (var i = 0; i < vectors.Count; i++)
            for (var j = 0; j < i; j++)
                if (Cosine(vectors[i], vectors[j]) > Same) return $"different {what} give the same vector";
        return null;
    }
}
