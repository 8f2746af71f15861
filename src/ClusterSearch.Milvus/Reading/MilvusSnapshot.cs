using System.Globalization;
using System.Runtime.CompilerServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Reading;

/// <summary>One state of an encoding: each request carries the numbers of the writes that it shows, so that later ones change nothing.</summary>
internal sealed class MilvusSnapshot(EncodingState state, SnapshotParts parts, IDisposable? look, bool isExact = false, IReadOnlyList<string>? onlyShards = null) : IShardedSnapshot
{
    /// <summary>Hits of all queries of one search together.</summary>
    private const int MostHitsAtOnce = 65536;

    /// <summary>Units of an exact search that are kept at least: reading all rows for 64 of them or for so many costs the same.</summary>
    private const int KeptUnits = 65536;

    private ScannedUnits? _scanned;
    private int _isDisposed;

    public int Dimension => state.Dimension;

    public IReadOnlyList<string> Shards => onlyShards ?? state.Videos.Shards;

    public IVectorSnapshot OfShard(string shard) => new MilvusSnapshot(state, parts, look: null, isExact, [shard]);

    /// <remarks>
    /// Reads every row that passes and scores it here, whatever the index: even FLAT misses some where the server searches rows that have no index yet
    /// by an interim one.
    /// </remarks>
    public IVectorSnapshot Exactly() => isExact ? this : new MilvusSnapshot(state, parts, look: null, isExact: true, onlyShards);

    public async ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>> SearchUnitsAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        Check(queries, k, cancellation);
        var expression = new FilterExpression(filter, state.Videos);
        if (NothingPasses(queries, expression) is { } none) return [.. none.Select(_ => Array.Empty<UnitHit>())];
        // [mean, radius] · [q, |q|] is the bound.
        float[][] bounds = [.. queries.Select(query => (float[])[.. query, (float)Math.Sqrt(DotProduct.Of(query, query))])];
        var isKept = isExact && queries.Count == 1;
        if (isKept && _scanned is { } scanned && scanned.Answer(queries[0], filter, k) is { } known) return [known];
        var wanted = isKept ? Math.Max(k, KeptUnits) : k;
        IReadOnlyList<string> columns = [Columns.Key, Columns.Video, Columns.First, Columns.Shot, Columns.Count, .. expression.HasTimes ? new[] { Columns.Seconds } : []];
        var found = await FindAsync(state.Names!.Units, expression.OnUnits, columns, CollectionLayout.Units.VectorColumn, bounds, expression,
            (rows, _) => UnitHits(rows, expression), HitOrder.Compare, wanted, cancellation);
        return isKept ? [(_scanned = new ScannedUnits([.. queries[0]], filter, found[0], found[0].Count < wanted)).Answer(queries[0], filter, k)!] : found;
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchSamplesAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        Check(queries, k, cancellation);
        var expression = new FilterExpression(filter, state.Videos);
        if (NothingPasses(queries, expression) is { } none) return [.. none.Select(_ => Array.Empty<SampleHit>())];
        return await FindAsync(state.Names!.Samples, expression.OnSamples, [Columns.Key, Columns.Video, Columns.Number, Columns.Shot], CollectionLayout.Samples.VectorColumn, queries, expression,
            (rows, _) => SampleHits(rows), HitOrder.Compare, k, cancellation);
    }

    public ValueTask<IReadOnlyList<SampleScores>> ScoreSamplesAsync(IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        Check(queries, 1, cancellation);
        return parts.Scoring.ScoreAsync(state, queries, video, range, cancellation);
    }

    public async ValueTask<IReadOnlyList<ShotScores>> ScoreShotsAsync(float[] query, IReadOnlyList<UnitKey> units, CancellationToken cancellation)
    {
        Check([query], 1, cancellation);
        var shots = units.Select(unit => (unit.Video, unit.ShotFirstSample)).Distinct().ToList();
        var scored = new ShotScores[shots.Count];
        await Parallel.ForAsync(0, shots.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = parts.CallsAtOnce }, async (i, token) =>
        {
            var (video, shot) = shots[i];
            var last = (await parts.Directory.OfAsync(state, video, token)).LastOrDefault(unit => unit.Shot == shot);
            var scores = (await parts.Scoring.ScoreAsync(state, [query], video, new SampleRange(shot, Math.Max(shot, last.End)), token))[0];
            scored[i] = new ShotScores(video, shot, scores.Numbers, scores.Scores);
        });
        return scored;
    }

    public async ValueTask<IReadOnlyList<UnitKey>> ListUnitsAsync(VideoId video, CancellationToken cancellation)
    {
        Check([], 1, cancellation);
        return Array.ConvertAll(await parts.Directory.OfAsync(state, video, cancellation), unit => new UnitKey(video, unit.First, unit.Shot, unit.Count));
    }

    public async IAsyncEnumerable<StoredUnit> ReadUnitsAsync(VideoId video, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Check([], 1, cancellation);
        if (state.Videos.Find(video) is not { } known) yield break;
        for (var first = 0L; first < known.EndSample; first += CollectionReader.MostRows)
        {
            var expression = string.Create(CultureInfo.InvariantCulture,
                $"{state.Visible} and {Columns.Video} == {Literal.Of(video.Value)} and {Columns.First} >= {first} and {Columns.First} < {first + CollectionReader.MostRows}");
            var page = await parts.Reader.QueryAsync(state.Names!.Units, expression, [.. UnitRows.LiveColumns, Columns.Seconds, Columns.Digest], state.Time, cancellation, [known.Shard]);
            var (seconds, digests) = (page.Texts(Columns.Seconds), page.Longs(Columns.Digest));
            foreach (var (unit, i) in UnitRows.Live(page).Select((unit, i) => (unit, i)).OrderBy(entry => entry.unit.First))
                yield return UnitRows.ToStored(video, unit, seconds[i], digests[i]);
        }
    }

    public ValueTask<IReadOnlyList<VideoId>> ListVideosAsync(CancellationToken cancellation)
    {
        Check([], 1, cancellation);
        return ValueTask.FromResult<IReadOnlyList<VideoId>>([.. state.Videos.All.Where(video => IsHere(video.Shard)).Select(video => video.Id)]);
    }

    public async ValueTask<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation)
    {
        Check([], 1, cancellation);
        if (state.Names is null || state.Videos.IsEmpty) return default;
        return await new FilteredCount(parts.Reader, state).CountAsync(onlyShards is null ? filter
            : filter with { Videos = state.Videos.All.Where(video => IsHere(video.Shard) && filter.Videos?.Contains(video.Id) != false).Select(video => video.Id).ToHashSet() }, cancellation);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) look?.Dispose();
    }

    private async Task<IReadOnlyList<IReadOnlyList<T>>> FindAsync<T>(
        string collection, string conditions, IReadOnlyList<string> columns, string vectorColumn, IReadOnlyList<float[]> vectors, FilterExpression filter,
        Func<FoundRows, int, IEnumerable<ScoredHit<T>>> toHits, Comparison<T> compare, int k, CancellationToken cancellation)
    {
        var expression = state.Visible + conditions;
        IReadOnlyList<string> shards = onlyShards ?? filter.Shards;
        if (isExact)
            return await new ExactScan(parts.Reader).FindAsync(collection, expression, columns, vectorColumn, vectors, toHits, compare, k, state.Time, shards, cancellation);
        var answers = new List<IReadOnlyList<T>>(vectors.Count);
        var limit = BestHits<T>.FirstLimit(k);
        var queriesAtOnce = Math.Max(1, MostHitsAtOnce / limit);
        for (var first = 0; first < vectors.Count; first += queriesAtOnce)
        {
            var asked = vectors.Skip(first).Take(queriesAtOnce).ToList();
            var found = await SearchAsync(asked, limit, null, cancellation);
            for (var i = 0; i < asked.Count; i++)
            {
                var query = first + i;
                async Task<IReadOnlyList<ScoredHit<T>>> MoreAsync(int more, float? atMost, CancellationToken token) =>
                    [.. toHits((await SearchAsync([vectors[query]], more, atMost, token))[0], query)];
                answers.Add(await new BestHits<T>(MoreAsync, compare).FindAsync(k, [.. toHits(found[i], query)], cancellation));
            }
        }
        return answers;

        Task<IReadOnlyList<FoundRows>> SearchAsync(IReadOnlyList<float[]> asked, int count, float? atMost, CancellationToken token) => parts.Reader.SearchAsync(
            collection, asked, expression, columns, count, parts.Index.SearchParameters(count), atMost, state.Time, shards, token);
    }

    private static IEnumerable<ScoredHit<UnitHit>> UnitHits(FoundRows found, FilterExpression filter)
    {
        var rows = found.Rows;
        var (keys, videos) = (rows.Texts(Columns.Key), rows.Texts(Columns.Video));
        var (first, shot, count, seconds) = (rows.Longs(Columns.First), rows.Longs(Columns.Shot), rows.Longs(Columns.Count), rows.Texts(Columns.Seconds));
        for (var i = found.First; i < found.First + found.Count; i++)
        {
            var video = VideoId.Parse(videos[i]);
            var bound = found.Scores[i];
            yield return new ScoredHit<UnitHit>(keys[i], new UnitHit(new UnitKey(video, first[i], shot[i], (int)count[i]), bound), bound,
                !filter.HasTimes || filter.PassesAsUnit(video, UnitRows.ToSeconds(seconds[i])));
        }
    }

    private static IEnumerable<ScoredHit<SampleHit>> SampleHits(FoundRows found)
    {
        var rows = found.Rows;
        var (keys, videos, numbers, shots) = (rows.Texts(Columns.Key), rows.Texts(Columns.Video), rows.Longs(Columns.Number), rows.Longs(Columns.Shot));
        for (var i = found.First; i < found.First + found.Count; i++)
            yield return new ScoredHit<SampleHit>(keys[i], new SampleHit(VideoId.Parse(videos[i]), numbers[i], shots[i], found.Scores[i]), found.Scores[i], true);
    }

    /// <summary>What the last exact search for one query found: whoever asks for its first units may ask for more.</summary>
    /// <param name="IsAll">There are no others.</param>
    private sealed record ScannedUnits(float[] Query, VectorFilter Filter, IReadOnlyList<UnitHit> Best, bool IsAll)
    {
        public IReadOnlyList<UnitHit>? Answer(float[] query, VectorFilter filter, int k) =>
            filter == Filter && (IsAll || k <= Best.Count) && query.AsSpan().SequenceEqual(Query) ? k >= Best.Count ? Best : [.. Best.Take(k)] : null;
    }

    private IReadOnlyList<float[]>? NothingPasses(IReadOnlyList<float[]> queries, FilterExpression filter) =>
        state.Names is null || state.Videos.IsEmpty || !filter.Admitted.Any(video => IsHere(video.Shard)) ? queries : null;

    private bool IsHere(string shard) => onlyShards?.Contains(shard, StringComparer.Ordinal) ?? true;

    private void Check(IReadOnlyList<float[]> queries, int k, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        cancellation.ThrowIfCancellationRequested();
        foreach (var query in queries)
        {
            if (Dimension != 0 && query.Length != Dimension)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query of {Dimension} dimensions was expected, {query.Length} found");
            // Covers NaN and infinity, and numbers so large that scores would be.
            if (!float.IsFinite((float)DotProduct.Of(query, query)))
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query's numbers and its length are finite, these are not");
        }
    }
}

/// <summary>What snapshots search with.</summary>
internal sealed record SnapshotParts(CollectionReader Reader, UnitDirectory Directory, SampleScoring Scoring, MilvusIndex Index, int CallsAtOnce);
