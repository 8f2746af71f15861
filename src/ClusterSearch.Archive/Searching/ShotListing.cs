using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// The shots of a video as it stands, with what is seen in each, made while its samples are read in pieces. At a gap a shot
/// ends with its last sample and the next begins with its first one's frame: what lies between, nobody knows.
/// </summary>
internal sealed class ShotListing(VideoRecord video, SampleGrid grid, IReadOnlyList<string>? labels)
{
    private const int LabelsShown = 5;
    private const float LeastLabelScore = 0.02f;

    private readonly List<ShotSummary> _shots = [];
    private readonly Dictionary<ushort, float> _scores = [];
    private long _samples;
    private long _lastNumber = -1;
    private double _start;

    /// <param name="pieces">All of the video, in order.</param>
    public async Task<IReadOnlyList<ShotSummary>> MakeAsync(IAsyncEnumerable<(EmbeddedChunk Piece, bool[] ShotStarts)> pieces)
    {
        await foreach (var (piece, starts) in pieces)
            for (var i = 0; i < piece.Count; i++) Add(piece, i, starts[i]);
        End(video.Facts.StartTicks + video.Facts.DurationTicks);
        return _shots;
    }

    private void Add(EmbeddedChunk piece, int index, bool startsShot)
    {
        var timing = piece.Timings[index];
        if (startsShot)
        {
            var isBehindGap = piece.Numbers[index] != _lastNumber + 1;
            End(isBehindGap ? grid.InstantTicks(_lastNumber + 1) : timing.EdgeTicks);
            _start = video.Facts.SecondsAt(isBehindGap || _lastNumber < 0 ? timing.Ticks : timing.EdgeTicks);
        }
        _samples++;
        _lastNumber = piece.Numbers[index];
        foreach (var label in piece.LabelsOf(index)) _scores[label.Label] = _scores.GetValueOrDefault(label.Label) + label.Score;
    }

    private void End(long ticks)
    {
        if (_samples == 0) return;
        // The mean of each label over the shot; those beyond a sample's kept few count as 0.
        var means = _scores.Select(sum => new LabelScore(sum.Key, sum.Value / _samples)).OrderByDescending(label => label.Score).ThenBy(label => label.Label);
        _shots.Add(new ShotSummary(_start, video.Facts.SecondsAt(ticks), _samples, labels is null ? [] : NamedLabels.Of([.. means], labels, LabelsShown, LeastLabelScore)));
        _scores.Clear();
        _samples = 0;
    }
}
