using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>
/// Remembers that a tower passed: for these files, this runtime, provider and device, and these checks. A failure is
/// never remembered; it is tried again.
/// </summary>
internal sealed class CanaryMemory(string? cacheDirectory, string modelHash, string goldenHash)
{
    /// <summary>Raised when the checks themselves change.</summary>
    private const int Version = 1;

    /// <summary>Last line of a whole memo.</summary>
    private const string Passed = "all passed";

    public IReadOnlyList<CanaryResult> Recall(string tower, string encoderFingerprint, bool force, Func<IReadOnlyList<CanaryResult>> run)
    {
        var memo = cacheDirectory is null ? null
            : new MemoFile(cacheDirectory, "canaries", string.Join('\n', Version, tower, modelHash, goldenHash, encoderFingerprint));
        if (!force && memo?.Read() is { Length: > 1 } lines && lines[^1] == Passed) return [.. lines[..^1].Select(name => new CanaryResult(name, true, null))];
        var results = run();
        if (results.Count > 0 && results.All(result => result.Ok)) memo?.Write(results.Select(result => result.Name).Append(Passed));
        return results;
    }
}
