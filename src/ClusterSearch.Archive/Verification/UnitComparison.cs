using System.Runtime.InteropServices;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Holds a video's stored units against the expected ones, both in order of their first sample. What a finished aggregation
/// wrote is compared unit by unit; behind that (see <see cref="LoosenAsync"/>) sample by sample.
/// </summary>
internal sealed class UnitComparison(IAsyncEnumerator<Unit> stored) : IAsyncDisposable
{
    private bool _hasCurrent;
    private bool _isOpen;
    private int _sample;

    public long Expected { get; private set; }

    public long Missing { get; private set; }

    public long Different { get; private set; }

    public long Strangers { get; private set; }

    /// <summary>Number of the first sample at which something was found; null when all is well.</summary>
    public long? FirstProblem { get; private set; }

    public async Task ExpectAsync(Unit unit)
    {
        Expected++;
        await OpenAsync();
        while (_hasCurrent && stored.Current.FirstSample < unit.FirstSample) await StrangerAsync(stored.Current.FirstSample);
        if (!_hasCurrent || stored.Current.FirstSample != unit.FirstSample)
        {
            Missing++;
            FirstProblem ??= unit.FirstSample;
            return;
        }
        if (!AreEqual(stored.Current, unit))
        {
            Different++;
            FirstProblem ??= unit.FirstSample;
        }
        _hasCurrent = await stored.MoveNextAsync();
    }

    /// <summary>From here on units may still change: only their samples are compared.</summary>
    public Task LoosenAsync() => OpenAsync();

    /// <param name="number">A sample, in order.</param>
    /// <param name="vector">Its raw vector.</param>
    /// <param name="isRequired">False for one that an aggregation may or may not have written.</param>
    public async Task ExpectSampleAsync(long number, ReadOnlyMemory<float> vector, bool isRequired)
    {
        while (_hasCurrent && SampleNumber < number) await NextSampleAsync(isStranger: true);
        if (_hasCurrent && SampleNumber == number)
        {
            Expected++;
            var found = stored.Current.Vectors.AsMemory(_sample * vector.Length, vector.Length);
            if (!MemoryMarshal.AsBytes(found.Span).SequenceEqual(MemoryMarshal.AsBytes(vector.Span)))
            {
                Different++;
                FirstProblem ??= number;
            }
            await NextSampleAsync(isStranger: false);
        }
        else if (isRequired)
        {
            Expected++;
            Missing++;
            FirstProblem ??= number;
        }
    }

    public async Task EndAsync()
    {
        await OpenAsync();
        while (_hasCurrent) await StrangerAsync(stored.Current.FirstSample + _sample);
    }

    public ValueTask DisposeAsync() => stored.DisposeAsync();

    private long SampleNumber => stored.Current.FirstSample + _sample;

    private async Task OpenAsync()
    {
        if (_isOpen) return;
        _isOpen = true;
        _hasCurrent = await stored.MoveNextAsync();
    }

    private async Task StrangerAsync(long number)
    {
        Strangers++;
        FirstProblem ??= number;
        _sample = 0;
        _hasCurrent = await stored.MoveNextAsync();
    }

    private async Task NextSampleAsync(bool isStranger)
    {
        if (isStranger)
        {
            Strangers++;
            FirstProblem ??= SampleNumber;
        }
        if (++_sample < stored.Current.Count) return;
        _sample = 0;
        _hasCurrent = await stored.MoveNextAsync();
    }

    private static bool AreEqual(Unit left, Unit right) =>
        left.ShotFirstSample == right.ShotFirstSample
        && left.Seconds.AsSpan().SequenceEqual(right.Seconds)
        && left.Radius.Equals(right.Radius)
        && left.Mean.AsSpan().SequenceEqual(right.Mean)
        && MemoryMarshal.AsBytes(left.Vectors.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(right.Vectors.AsSpan()));
}
