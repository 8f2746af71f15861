using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>Makes the samples of shots. Holds buffers: one a thread.</summary>
internal sealed class ShotMaker(FootageModel model, MotifBook book)
{
    private readonly float[] _centre = new float[model.Dimension];
    private readonly float[] _drift = new float[model.Dimension];
    private readonly float[] _event = new float[model.Dimension];

    /// <param name="draws">The shot's own.</param>
    /// <param name="cast">Motifs to choose from; null: all of them.</param>
    /// <param name="look">Added to the centre; empty for none.</param>
    /// <param name="isStill">Whether events break it.</param>
    /// <param name="count">Samples.</param>
    /// <param name="retake">Draws of the tremble by which a repeat differs from the stock's shot; null for none.</param>
    /// <param name="vectors">[count, dimension], receives vectors of length 1.</param>
    public void Make(Draws draws, int[]? cast, ReadOnlySpan<float> look, bool isStill, int count, Draws? retake, Span<float> vectors)
    {
        Array.Clear(_centre);
        for (var part = 0; part < 3; part++)
        {
            var weight = part == 0 ? 1 : (float)(model.Mix * draws.Uniform());
            TensorPrimitives.MultiplyAdd(book.Motif(DrawMotif(draws, cast)), weight, _centre, _centre);
        }
        MotifBook.Normalise(_centre);
        book.AddNoise(draws, model.ShotNoise, _centre);
        if (!look.IsEmpty) TensorPrimitives.Add(_centre, look, _centre);
        Array.Clear(_drift);
        var drift = Between(draws, model.Drift);
        var tremble = Between(draws, model.Tremble);
        book.AddNoise(draws, drift, _drift);
        var innovation = (float)(drift * Math.Sqrt((1 - model.Persistence * model.Persistence) / 2));
        var eventEnd = 0;
        var eventStart = 0;
        for (var sample = 0; sample < count; sample++)
        {
            if (isStill && sample >= eventEnd && draws.Uniform() < model.EventRate)
            {
                (eventStart, eventEnd) = (sample, sample + 4 + draws.Below(12));
                book.Motif(DrawMotif(draws, null)).CopyTo(_event);
            }
            // In over two samples, out over two.
            var strength = sample < eventEnd ? Math.Min(1f, Math.Min(sample - eventStart + 1, eventEnd - sample) / 2f) : 0;
            var row = vectors.Slice(sample * model.Dimension, model.Dimension);
            MakeSample(draws, innovation, (float)tremble, strength, row);
            if (retake is null) continue;
            TensorPrimitives.MultiplyAdd(book.Noise(retake.Below(MotifBook.NoiseRows)), 0.03f, row, row);
            MotifBook.Normalise(row);
        }
    }

    private int DrawMotif(Draws draws, int[]? cast) => cast is null ? book.DrawMotif(draws) : cast[draws.Below(cast.Length)];

    private static double Between(Draws draws, (double Least, double Most) range) => range.Least * Math.Pow(range.Most / range.Least, draws.Uniform());

    /// <summary>drift = persistence * drift + two rows of noise; sample = centre + drift + tremble + event, made of length 1.</summary>
    private void MakeSample(Draws draws, float innovation, float tremble, float strength, Span<float> row)
    {
        var bits = draws.Next();
        var first = Rows(book.Noise((int)(bits % MotifBook.NoiseRows)));
        var second = Rows(book.Noise((int)((bits >> 16) % MotifBook.NoiseRows)));
        var third = Rows(book.Noise((int)((bits >> 32) % MotifBook.NoiseRows)));
        var firstAmount = Vector512.Create((bits >> 60 & 1) == 0 ? innovation : -innovation);
        var secondAmount = Vector512.Create((bits >> 61 & 1) == 0 ? innovation : -innovation);
        var thirdAmount = Vector512.Create((bits >> 62 & 1) == 0 ? tremble : -tremble);
        var persistence = Vector512.Create((float)model.Persistence);
        var eventAmount = Vector512.Create(strength);
        var centre = Rows(_centre);
        var drift = MemoryMarshal.Cast<float, Vector512<float>>(_drift.AsSpan());
        var happening = Rows(_event);
        var target = MemoryMarshal.Cast<float, Vector512<float>>(row);
        var squares = Vector512<float>.Zero;
        for (var c = 0; c < target.Length; c++)
        {
            var moved = Vector512.FusedMultiplyAdd(persistence, drift[c], Vector512.FusedMultiplyAdd(firstAmount, first[c], secondAmount * second[c]));
            drift[c] = moved;
            var value = Vector512.FusedMultiplyAdd(thirdAmount, third[c], centre[c] + moved);
            if (strength > 0) value = Vector512.FusedMultiplyAdd(eventAmount, happening[c], value);
            target[c] = value;
            squares = Vector512.FusedMultiplyAdd(value, value, squares);
        }
        var scale = Vector512.Create(1 / MathF.Sqrt(Vector512.Sum(squares)));
        for (var c = 0; c < target.Length; c++) target[c] *= scale;
    }

    private static ReadOnlySpan<Vector512<float>> Rows(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector512<float>>(values);
}
