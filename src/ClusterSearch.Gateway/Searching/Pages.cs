using System.Collections.Concurrent;
using System.Security.Cryptography;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Gateway.Hosting;

namespace ClusterSearch.Gateway.Searching;

/// <summary>
/// Pages of answers. A cursor stands for the request, the encoding that answered it and the moments that were given: the
/// next page holds none of these again and skips none, whatever is ingested between. Cursors live while there is room.
/// </summary>
internal sealed class Pages
{
    public const int MaximumLimit = 200;
    private const int DefaultLimit = 40;
    private const int MaximumKept = 2000;

    private readonly ConcurrentDictionary<string, Given> _given = new(StringComparer.Ordinal);
    private long _clock;

    /// <param name="read">Reads the request where the body has no cursor.</param>
    public async Task<(SearchAnswer Answer, IReadOnlyList<Moment> Moments, string? NextCursor)> NextAsync(
        ISearch search, SearchBody body, Func<SearchBody, SearchRequest> read, CancellationToken cancellation)
    {
        var limit = body.Limit ?? DefaultLimit;
        if (limit is < 1 or > MaximumLimit) throw Exchange.Invalid($"limit: expected 1 to {MaximumLimit}, found {limit}");
        var before = body.Cursor is null ? null : Find(body.Cursor);
        var request = before?.Request ?? read(body);
        var seen = before?.Seen ?? [];
        // One more than wanted tells whether there is a next page.
        var top = Math.Min(SearchRequest.MaximumTop, seen.Count + limit + 1);
        var answer = await search.SearchAsync(request with { Top = top }, cancellation);
        var fresh = answer.Moments.Where(moment => !seen.Contains(KeyOf(moment))).ToList();
        var page = fresh.Take(limit).Select((moment, i) => moment with { Rank = seen.Count + i + 1 }).ToList();
        var isEnd = fresh.Count <= limit || seen.Count + page.Count >= SearchRequest.MaximumTop;
        return (answer, page, isEnd ? null : Keep(request with { Encoding = answer.Encoding?.Id ?? request.Encoding }, [.. seen, .. page.Select(KeyOf)]));
    }

    private Given Find(string cursor)
    {
        if (!_given.TryGetValue(cursor, out var given)) throw Exchange.Invalid("cursor: this answer is not kept any more; ask again without a cursor");
        given.UsedAt = Interlocked.Increment(ref _clock);
        return given;
    }

    private string Keep(SearchRequest request, HashSet<(string, double)> seen)
    {
        if (_given.Count >= MaximumKept)
            foreach (var (old, _) in _given.OrderBy(entry => entry.Value.UsedAt).Take(MaximumKept / 10)) _given.TryRemove(old, out _);
        var cursor = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _given[cursor] = new Given(request, seen) { UsedAt = Interlocked.Increment(ref _clock) };
        return cursor;
    }

    private static (string, double) KeyOf(Moment moment) => (moment.Video.Value, moment.Start);

    private sealed class Given(SearchRequest request, HashSet<(string, double)> seen)
    {
        public SearchRequest Request { get; } = request;

        public HashSet<(string, double)> Seen { get; } = seen;

        public long UsedAt { get; set; }
    }
}
