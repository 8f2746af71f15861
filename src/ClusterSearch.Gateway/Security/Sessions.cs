using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ClusterSearch.Gateway.Security;

/// <summary>Log-ins of the page: a cookie that scripts cannot read stands for a key. Kept in memory, so a restart ends them.</summary>
internal sealed class Sessions(TimeProvider time)
{
    public const string CookieName = "clustersearch";
    private const int MaximumSessions = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, (ApiKey Key, DateTimeOffset Until)> _sessions = new(StringComparer.Ordinal);

    public string Begin(ApiKey key)
    {
        var now = time.GetUtcNow();
        foreach (var (old, session) in _sessions)
            if (session.Until <= now || _sessions.Count >= MaximumSessions) _sessions.TryRemove(old, out _);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _sessions[token] = (key, now + Lifetime);
        return token;
    }

    public ApiKey? Find(string token) =>
        _sessions.TryGetValue(token, out var session) && session.Until > time.GetUtcNow() ? session.Key : null;

    public void End(string token) => _sessions.TryRemove(token, out _);
}
