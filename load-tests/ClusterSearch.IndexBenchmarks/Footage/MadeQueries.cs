using System.Numerics.Tensors;

namespace ClusterSearch.IndexBenchmarks.Footage;

internal enum QueryKind
{
    /// <summary>Text of something that the archive shows often and plainly.</summary>
    Clear,

    /// <summary>Text of something that it shows rarely, or told vaguely.</summary>
    Weak,

    /// <summary>Text of something that it does not show.</summary>
    Nothing,

    /// <summary>A picture: a sample of the archive, taken again a little differently.</summary>
    Picture,
}

/// <param name="Vector">Of length 1.</param>
internal sealed record MadeQuery(int Number, QueryKind Kind, float[] Vector);

/// <summary>
/// Queries of an archive, a quarter of each kind, of growing difficulty within text. A text's vector is a motif and a direction
/// of its own, with the same spectrum; how far apart the two are decides what its best match scores.
/// </summary>
internal static class MadeQueries
{
    private const ulong QueryKindSeed = 5;

    public static IReadOnlyList<MadeQuery> Make(MadeFootage footage, int count)
    {
        var queries = new MadeQuery[count];
        var maker = footage.CreateMaker();
        for (var number = 0; number < count; number++)
        {
            var draws = new Draws(Draws.SeedOf(footage.Seed, QueryKindSeed, (ulong)number));
            var kind = (QueryKind)(number % 4);
            var vector = new float[footage.Model.Dimension];
            switch (kind)
            {
                case QueryKind.Clear:
                    Mix(footage, draws, draws.Below(footage.Model.Motifs / 16), 0.7 + 0.5 * draws.Uniform(), vector);
                    break;
                case QueryKind.Weak:
                    Mix(footage, draws, draws.Below(footage.Model.Motifs), 1.8 + 1.2 * draws.Uniform(), vector);
                    break;
                case QueryKind.Nothing:
                    footage.Book.AddNoise(draws, 1, vector);
                    footage.Book.AddNoise(draws, 1, vector);
                    break;
                default:
                    var video = maker.Make(draws.Below(footage.VideoCount));
                    video.Vector(draws.Below(video.Count)).CopyTo(vector);
                    footage.Book.AddNoise(draws, 0.2, vector);
                    break;
            }
            MotifBook.Normalise(vector);
            queries[number] = new MadeQuery(number, kind, vector);
        }
        return queries;
    }

    private static void Mix(MadeFootage footage, Draws draws, int motif, double noise, Span<float> vector)
    {
        footage.Book.AddNoise(draws, noise, vector);
        TensorPrimitives.Add(vector, footage.Book.Motif(motif), vector);
    }
}
