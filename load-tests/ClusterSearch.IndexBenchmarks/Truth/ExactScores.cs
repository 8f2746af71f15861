using System.Numerics.Tensors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.IndexBenchmarks.Footage;

namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>What a search returned, to be scored exactly.</summary>
internal sealed record Found(int Scope, TruthKind Kind, int Query, IReadOnlyList<Scored> Hits);

/// <summary>Scores what searches found exactly, by making its videos once more.</summary>
internal static class ExactScores
{
    /// <returns>
    /// For each answer its hits with their exact scores, in their order; minus infinity for what does not exist or does not
    /// pass. In place of a moment the exact one that shares most with it.
    /// </returns>
    public static IReadOnlyList<Scored[]> Of(MadeFootage footage, IReadOnlyList<float[]> queries, IReadOnlyList<Scope> scopes, IReadOnlyList<Found> answers)
    {
        var scores = answers.Select(answer => new Scored[answer.Hits.Count]).ToArray();
        var byVideo = answers.SelectMany((answer, at) => answer.Hits.Select((hit, rank) => (Answer: at, Rank: rank, hit.Video)))
            .GroupBy(hit => hit.Video).ToList();
        Parallel.ForEach(byVideo, () => footage.CreateMaker(), (hits, _, maker) =>
        {
            var video = maker.Make(hits.Key);
            IReadOnlyList<Unit>? units = null;
            foreach (var (at, rank, _) in hits)
            {
                var answer = answers[at];
                var hit = answer.Hits[rank];
                var attributes = MadeFootage.AttributesOf(video.Number);
                var filter = scopes[answer.Scope].Filter;
                scores[at][rank] = filter.Admits(footage.IdOf(video.Number), attributes)
                    ? Of(footage, video, units ??= video.Units(), answer.Kind, queries[answer.Query], hit, filter.Window(attributes))
                    : hit with { Score = float.NegativeInfinity };
            }
            return maker;
        }, _ => { });
        return scores;
    }

    private static Scored Of(
        MadeFootage footage, MadeVideo video, IReadOnlyList<Unit> units, TruthKind kind, float[] query, Scored hit, (double From, double To) window)
    {
        var nothing = hit with { Score = float.NegativeInfinity };
        if (kind == TruthKind.Samples)
            return hit.Number < video.Count && hit.Number >= window.From && hit.Number < window.To
                ? hit with { Score = TensorPrimitives.Dot(video.Vector((int)hit.Number), query) } : nothing;
        if (kind == TruthKind.Moments) return OfMoment(footage, video, units, query, hit, window) ?? nothing;
        if (units.FirstOrDefault(unit => unit.FirstSample == hit.Number) is not { } found) return nothing;
        var raw = Scores(video, query, found.FirstSample, found.FirstSample + found.Count)
            .Where((_, i) => found.Seconds[i] >= window.From && found.Seconds[i] < window.To).ToList();
        if (raw.Count == 0) return nothing;
        var mean = TensorPrimitives.Dot<float>(found.Mean, query);
        return hit with
        {
            Score = kind switch
            {
                TruthKind.UnitsByBest => raw.Max(),
                TruthKind.UnitsByMean => mean,
                _ => mean + TensorPrimitives.Norm<float>(query) * found.Radius,
            },
        };
    }

    private static Scored? OfMoment(MadeFootage footage, MadeVideo video, IReadOnlyList<Unit> units, float[] query, Scored hit, (double From, double To) window)
    {
        if (units.LastOrDefault(unit => unit.FirstSample <= hit.Number) is not { } within) return null;
        var last = units.Last(unit => unit.ShotFirstSample == within.ShotFirstSample);
        var raw = Scores(video, query, within.ShotFirstSample, last.FirstSample + last.Count);
        var moments = TruthAccumulator.MomentsOf(footage.IdOf(video.Number), within.ShotFirstSample, raw, window, int.MaxValue)
            .Where(moment => Shared(moment.Samples) > 0).ToList();
        return moments.Count > 0 && moments.MaxBy(moment => Shared(moment.Samples)) is { } exact
            ? new Scored(exact.Score, video.Number, exact.Samples.First, exact.Samples.End) : null;

        long Shared(SampleRange samples) => Math.Min(samples.End, hit.End) - Math.Max(samples.First, hit.Number);
    }

    private static float[] Scores(MadeVideo video, float[] query, long first, long end)
    {
        var scores = new float[end - first];
        for (var i = 0; i < scores.Length; i++) scores[i] = TensorPrimitives.Dot(video.Vector((int)first + i), query);
        return scores;
    }
}
