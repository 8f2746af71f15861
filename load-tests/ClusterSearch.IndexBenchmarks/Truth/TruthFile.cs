namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>The truth of one build on the disk, so that another process can measure against it.</summary>
internal sealed class TruthFile
{
    private readonly Dictionary<(int Scope, TruthKind Kind, int Query), IReadOnlyList<Scored>> _best = [];

    public IReadOnlyList<Scored> Best(int scope, TruthKind kind, int query) => _best[(scope, kind, query)];

    public static void Write(string path, TruthAccumulator truth, int scopes, int queries)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(scopes);
        writer.Write(queries);
        foreach (var (scope, kind, query) in Keys(scopes, queries))
        {
            var best = truth.Best(scope, kind, query);
            writer.Write(best.Count);
            foreach (var scored in best)
            {
                writer.Write(scored.Score);
                writer.Write(scored.Video);
                writer.Write(scored.Number);
                writer.Write(scored.End);
            }
        }
    }

    public static TruthFile Read(string path)
    {
        var truth = new TruthFile();
        using var reader = new BinaryReader(File.OpenRead(path));
        foreach (var key in Keys(reader.ReadInt32(), reader.ReadInt32()))
        {
            var best = new Scored[reader.ReadInt32()];
            for (var i = 0; i < best.Length; i++) best[i] = new Scored(reader.ReadSingle(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64());
            truth._best[key] = best;
        }
        return truth;
    }

    private static IEnumerable<(int Scope, TruthKind Kind, int Query)> Keys(int scopes, int queries) =>
        from scope in Enumerable.Range(0, scopes)
        from kind in Enum.GetValues<TruthKind>()
        from query in Enumerable.Range(0, queries)
        select (scope, kind, query);
}
