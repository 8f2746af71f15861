using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Holds a video's stored units against the expected ones, both in order of their first sample. What a finished aggregation
/// wrote is compared unit by unit; behind that (see <see cref="LoosenAsync"/>) sample by sample, vectors where all of a unit's have come.
/// </summary>
internal sealed class UnitComparison(IAsyncEnumerator<StoredUnit> stored) : IAsyncDisposable
{
    private readonly XxHash3 _vectors = new();
    private bool _hasCurrent;
    private bool _isOpen;
    private bool _hasStranger;
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
        while (_hasCurrent && stored.Current.Key.FirstSample < unit.FirstSample) await StrangerAsync(stored.Current.Key.FirstSample);
        if (!_hasCurrent || stored.Current.Key.FirstSample != unit.FirstSample)
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
            _vectors.Append(MemoryMarshal.AsBytes(vector.Span));
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
        while (_hasCurrent) await StrangerAsync(stored.Current.Key.FirstSample + _sample);
    }

    public ValueTask DisposeAsync() => stored.DisposeAsync();

    private long SampleNumber => stored.Current.Key.FirstSample + _sample;

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
        await NextUnitAsync();
    }

    private async Task NextSampleAsync(bool isStranger)
    {
        if (isStranger)
        {
            Strangers++;
            FirstProblem ??= SampleNumber;
            _hasStranger = true;
        }
        if (++_sample < stored.Current.Key.Count) return;
        // A unit that holds a stranger is wrong by that alone; its digest says nothing of the others.
        if (!_hasStranger && _vectors.GetCurrentHashAsUInt64() != stored.Current.Digest)
        {
            Different++;
            FirstProblem ??= stored.Current.Key.FirstSample;
        }
        await NextUnitAsync();
    }

    private async Task NextUnitAsync()
    {
        _sample = 0;
        _hasStranger = false;
        _vectors.Reset();
        _hasCurrent = await stored.MoveNextAsync();
    }

    private static bool AreEqual(StoredUnit stored, Unit expected) =>
        stored.Key.ShotFirstSample == expected.ShotFirstSample
        && stored.Seconds.AsSpan().SequenceEqual(expected.Seconds)
        && stored.Digest == expected.Digest();
}
