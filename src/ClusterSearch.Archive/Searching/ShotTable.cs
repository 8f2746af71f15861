using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>Where the shots of one video lie, read off its units.</summary>
/// <param name="units">In order of their first sample.</param>
internal sealed class ShotTable(IReadOnlyList<UnitKey> units)
{
    /// <summary>The samples of a shot that the index holds.</summary>
    public SampleRange Range(long shotFirstSample)
    {
        var end = shotFirstSample;
        for (var at = FirstUnitFrom(shotFirstSample); at < units.Count && units[at].ShotFirstSample == shotFirstSample; at++)
            end = units[at].FirstSample + units[at].Count;
        return new SampleRange(shotFirstSample, end);
    }

    /// <summary>Whether a shot begins at this sample.</summary>
    public bool IsStart(long number)
    {
        var at = FirstUnitFrom(number);
        return at < units.Count && units[at].FirstSample == number && units[at].ShotFirstSample == number;
    }

    private int FirstUnitFrom(long number)
    {
        int low = 0, high = units.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (units[middle].FirstSample < number) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
