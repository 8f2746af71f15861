using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Reading;

/// <summary>
/// Exact scores of known samples. Their vectors come from the raw vector files where the host has them; Milvus is asked for rows
/// by their number where it has not, or where a sample's file is being made anew. Never a search: a top-k would leave samples out.
/// </summary>
internal sealed class SampleScoring(CollectionReader reader, UnitDirectory directory, ISampleVectors? files)
{
    /// <summary>Rows of one query: a few megabytes.</summary>
    private const int PageSamples = 2048;

    public async ValueTask<IReadOnlyList<SampleScores>> ScoreAsync(
        EncodingState state, IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        var units = (await directory.OfAsync(state, video, cancellation)).Where(unit => unit.First < range.End && unit.End > range.First).ToList();
        var numbers = new List<long>();
        var shots = new List<long>();
        foreach (var unit in units)
        {
            for (var number = Math.Max(unit.First, range.First); number < Math.Min(unit.End, range.End); number++)
            {
                numbers.Add(number);
                shots.Add(unit.Shot);
            }
        }
        if (numbers.Count == 0) return [.. queries.Select(_ => new SampleScores([], [], []))];
        var (number64, shot64) = (numbers.ToArray(), shots.ToArray());
        var rows = await RowsAsync(state, video, number64, cancellation);
        var scores = queries.Select(_ => new float[number64.Length]).ToArray();
        for (var i = 0; i < number64.Length; i++)
            for (var query = 0; query < scores.Length; query++) scores[query][i] = (float)DotProduct.Of(queries[query], rows.Vector(i));
        return [.. scores.Select(column => new SampleScores(number64, shot64, column))];
    }

    /// <summary>The vectors of some samples, one for each number.</summary>
    private async ValueTask<SampleRows> RowsAsync(EncodingState state, VideoId video, long[] numbers, CancellationToken cancellation)
    {
        var range = new SampleRange(numbers[0], numbers[^1] + 1);
        if (files is not null && await FromFilesAsync(state, video, range, cancellation) is { } stored && Choose(stored, numbers) is { } chosen) return chosen;
        var found = new Dictionary<long, ReadOnlyMemory<float>>(numbers.Length);
        var shard = state.Videos.Find(video)!.Shard;
        for (var first = range.First; first < range.End; first += PageSamples)
        {
            var expression = string.Create(CultureInfo.InvariantCulture,
                $"{state.Visible} and {Columns.Video} == {Literal.Of(video.Value)} and {Columns.Number} >= {first} and {Columns.Number} < {Math.Min(first + PageSamples, range.End)}");
            var page = await reader.QueryAsync(state.Names!.Samples, expression, [Columns.Key, Columns.Number, Columns.Vector], state.Time, cancellation, [shard]);
            var (number, vectors) = (page.Longs(Columns.Number), page.Vectors(Columns.Vector));
            for (var i = 0; i < page.Count; i++) found[number[i]] = vectors.AsMemory(i * state.StoredDimension, state.StoredDimension);
        }
        var all = new float[numbers.Length * state.StoredDimension];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!found.TryGetValue(numbers[i], out var vector))
                throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"{state.Names!.Samples}: sample {numbers[i]} of video {video} is missing in Milvus; run `clustersearch verify --repair`");
            vector.CopyTo(all.AsMemory(i * state.StoredDimension));
        }
        return new SampleRows(state.StoredDimension, numbers, all);
    }

    private async ValueTask<SampleRows?> FromFilesAsync(EncodingState state, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        try
        {
            var rows = await files!.ReadAsync(state.Names!.EncodingId, video, range, cancellation);
            return rows?.Dimension == state.StoredDimension ? rows : null;
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt)
        {
            // Removed or made anew meanwhile; what the snapshot shows is in Milvus still.
            return null;
        }
    }

    /// <returns>Null when one is not there.</returns>
    private static SampleRows? Choose(SampleRows stored, long[] numbers)
    {
        if (stored.Numbers.AsSpan().SequenceEqual(numbers)) return stored;
        var chosen = new float[numbers.Length * stored.Dimension];
        for (int i = 0, at = 0; i < numbers.Length; i++)
        {
            while (at < stored.Numbers.Length && stored.Numbers[at] < numbers[i]) at++;
            if (at == stored.Numbers.Length || stored.Numbers[at] != numbers[i]) return null;
            stored.Vector(at).CopyTo(chosen.AsSpan(i * stored.Dimension));
        }
        return new SampleRows(stored.Dimension, numbers, chosen);
    }
}
