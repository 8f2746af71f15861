using System.Runtime.InteropServices;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Archive.Vectors;

/// <summary>
/// Smooths shots whose samples come one after the other, as <see cref="HaloSmoothing"/> does with a whole shot: rows come out as
/// soon as their neighbours are there. Beside the rows of one step only the kernel's reach to either side is kept, however
/// long a shot is.
/// </summary>
/// <param name="dimension">Length of a row.</param>
/// <param name="smoothed">Receives whole rows, in order.</param>
internal sealed class ShotSmoother(int dimension, Action<ReadOnlySpan<float>> smoothed)
{
    private const int RowsPerStep = 1024;

    private readonly List<float> _rows = [];
    private int _contextRows;

    /// <summary>The next sample of the open shot.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        _rows.AddRange(row);
        var radius = GaussianKernel.Default.Radius;
        var count = _rows.Count / dimension;
        if (count - _contextRows < RowsPerStep + radius) return;
        // All but the last rows, whose neighbours are still to come.
        var final = count - radius;
        Smooth(_contextRows, final);
        _rows.RemoveRange(0, (final - radius) * dimension);
        _contextRows = radius;
    }

    /// <summary>The open shot ends: what is left of it comes out.</summary>
    public void EndShot()
    {
        if (_rows.Count > 0) Smooth(_contextRows, _rows.Count / dimension);
        _rows.Clear();
        _contextRows = 0;
    }

    private void Smooth(int first, int end) =>
        smoothed(HaloSmoothing.Vectors(CollectionsMarshal.AsSpan(_rows), dimension).AsSpan(first * dimension, (end - first) * dimension));
}
