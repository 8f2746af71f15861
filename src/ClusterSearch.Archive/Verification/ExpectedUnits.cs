using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Verification;

/// <summary>The units that a video's samples give, made while these are read in pieces: only the open unit is kept.</summary>
internal sealed class ExpectedUnits(SampleGrid grid)
{
    private long[] _numbers = [];
    private float[] _vectors = [];
    private long _shot;

    /// <returns>Units that the piece closed.</returns>
    public IEnumerable<Unit> Add(EmbeddedChunk piece, bool[] shotStarts)
    {
        var held = _numbers.Length;
        if (held == 0) _shot = piece.Numbers[0];
        long[] numbers = [.. _numbers, .. piece.Numbers];
        float[] vectors = [.. _vectors, .. piece.Vectors];
        var units = UnitBuilder.Build(numbers, [.. numbers.Select(grid.Seconds)], vectors, piece.Dimension, [.. new bool[held], .. shotStarts], _shot);
        var open = units[^1];
        _numbers = numbers[^open.Count..];
        _vectors = open.Vectors;
        _shot = open.ShotFirstSample;
        return units.Take(units.Count - 1);
    }

    /// <summary>The open unit, as it stands at the end of the video; null when there was no sample.</summary>
    public Unit? Last(int dimension) => _numbers.Length == 0 ? null : UnitBuilder.Build(
        _numbers, [.. _numbers.Select(grid.Seconds)], _vectors, dimension, new bool[_numbers.Length], _shot)[0];
}
