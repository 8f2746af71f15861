using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores the means of all live units that pass a filter, in parallel over blocks.</summary>
internal sealed class UnitScan(IndexView view, int threads)
{
    public IReadOnlyList<IReadOnlyList<UnitHit>> Search(IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        var scored = Score(queries, filter, cancellation);
        var answers = new IReadOnlyList<UnitHit>[queries.Count];
        for (var query = 0; query < answers.Length; query++)
        {
            var total = scored.Sum(block => block[query].Count);
            answers[query] = k < total ? Best(scored, query, k) : All(scored, query, total);
        }
        return answers;
    }

    /// <summary>For each block and each query the units that pass, in order of video and first sample.</summary>
    public List<ScoredUnit>[][] Score(IReadOnlyList<float[]> queries, VectorFilter filter, CancellationToken cancellation)
    {
        // The product's own roundings are in the radius, see UnitBuilder.
        var lengths = queries.Select(query => MathF.Sqrt(DotKernel.Dot(query, query))).ToArray();
        var blocks = view.Blocks;
        var scored = new List<ScoredUnit>[blocks.Count][];
        Parallel.For(0, blocks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            block => scored[block] = ScoreBlock(queries, lengths, filter, blocks[block]));
        return scored;
    }

    private List<ScoredUnit>[] ScoreBlock(IReadOnlyList<float[]> queries, float[] lengths, VectorFilter filter, UnitPiece[] block)
    {
        var scored = new List<ScoredUnit>[queries.Count];
        var unitCount = block.Sum(piece => piece.End - piece.First);
        for (var query = 0; query < scored.Length; query++) scored[query] = new List<ScoredUnit>(unitCount);
        foreach (var piece in block)
        {
            if (!filter.Admits(piece.Video.Id, piece.Video.Attributes)) continue;
            var window = SampleWindow.Of(filter, piece.Video.Attributes);
            var segment = view.Segments[piece.Segment];
            var units = segment.Units;
            for (var unit = piece.First; unit < piece.End; unit++)
            {
                if (!window.IsEverything && window.CountIn(segment.Seconds(units[unit])) == 0) continue;
                var mean = segment.Mean(unit);
                for (var query = 0; query < scored.Length; query++)
                {
                    var score = DotKernel.Dot(queries[query], mean);
                    scored[query].Add(new ScoredUnit(piece.Video, piece.Segment, unit, score, score + lengths[query] * units[unit].Radius));
                }
            }
        }
        return scored;
    }

    private List<UnitHit> Best(List<ScoredUnit>[][] scored, int query, int k)
    {
        var best = new Best<ScoredUnit>(k, BestFirst);
        foreach (var block in scored)
            foreach (var unit in block[query]) best.Add(unit);
        return best.Sort().ConvertAll(ToHit);
    }

    /// <summary>
    /// Sorts whole numbers, several times faster than hits by a comparison: the bound in the upper half, falling, and the
    /// unit's place in the lower. Units come in order of video and first sample, which is the order of ties.
    /// </summary>
    private UnitHit[] All(List<ScoredUnit>[][] scored, int query, int total)
    {
        var units = new ScoredUnit[total];
        var keys = new ulong[total];
        var count = 0;
        foreach (var block in scored)
        {
            foreach (var unit in block[query])
            {
                units[count] = unit;
                keys[count] = ((ulong)~Ascending(unit.UpperBound) << 32) | (uint)count;
                count++;
            }
        }
        Array.Sort(keys);
        return Array.ConvertAll(keys, key => ToHit(units[(uint)key]));
    }

    // Bits whose order as whole numbers is that of the floats; adding 0 makes the two zeros equal.
    private static uint Ascending(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private UnitHit ToHit(ScoredUnit scored)
    {
        var unit = view.Segments[scored.Segment].Units[scored.Unit];
        return new UnitHit(new UnitKey(scored.Video.Id, unit.FirstSample, unit.ShotFirstSample, unit.Count), scored.MeanScore, scored.UpperBound);
    }

    /// <summary>By bound, then video, then first sample.</summary>
    public int BestFirst(ScoredUnit left, ScoredUnit right)
    {
        var byBound = right.UpperBound.CompareTo(left.UpperBound);
        if (byBound != 0) return byBound;
        var byVideo = left.Video.Id.CompareTo(right.Video.Id);
        return byVideo != 0 ? byVideo
            : view.Segments[left.Segment].Units[left.Unit].FirstSample.CompareTo(view.Segments[right.Segment].Units[right.Unit].FirstSample);
    }
}

/// <summary>A unit, where it lies, and what it scores.</summary>
internal readonly record struct ScoredUnit(VideoUnits Video, int Segment, int Unit, float MeanScore, float UpperBound);
