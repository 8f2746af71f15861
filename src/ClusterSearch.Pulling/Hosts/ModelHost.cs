using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Pulling.Files;

namespace ClusterSearch.Pulling.Hosts;

/// <summary>
/// The requests to one host. Redirects are followed by hand: the token goes to the host itself alone, TLS is never given up,
/// and what the host says of a file (commit, size, SHA-256) is read from its own answer, not from a storage server's.
/// Too many requests, faults of the server and lost connections are tried again with growing pauses.
/// </summary>
internal sealed class ModelHost(HttpClient client, ModelSource source, PullSettings settings, TimeProvider time)
{
    private const int MaximumRedirects = 10;
    private const int MaximumListBytes = 16 << 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>The files that the host lists; null for a host that keeps no list.</summary>
    /// <exception cref="ClusterSearchException">model.download_failed, also for a list with names that lead elsewhere.</exception>
    public async Task<HostListing?> ListAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, source.ListAddress, null, cancellation);
        if (!answer.Final.IsSuccessStatusCode) return null;
        try
        {
            await using var body = await answer.Final.Content.ReadAsStreamAsync(cancellation);
            using var document = await JsonDocument.ParseAsync(new CappedStream(body, MaximumListBytes), default, cancellation);
            return HostListing.Read(document.RootElement);
        }
        catch (JsonException)
        {
            // A plain file server may answer every address with a page.
            return null;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw PullFaults.Unreachable($"{source.Host.Host}: the list of {source.Repository} could not be read ({fault.Message})", fault);
        }
    }

    /// <summary>What the host says of one file; null when it has none.</summary>
    public async Task<HostFile?> FindAsync(string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Head, source.FileAddress(source.Revision, path), null, cancellation);
        if (answer.Final.StatusCode == HttpStatusCode.NotFound) return null;
        RequireSuccess(answer, path);
        return new HostFile(path, answer.LinkedSize ?? answer.Final.Content.Headers.ContentLength, answer.LinkedSha256) { Commit = answer.Commit };
    }

    /// <summary>A file's bytes, from <paramref name="range"/> on where the host still has the same file.</summary>
    public async Task<HostAnswer> GetAsync(string revision, string path, RangeCondition? range, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Get, source.FileAddress(revision, path), range, cancellation);
        if (answer.Final.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return answer;
        try
        {
            RequireSuccess(answer, path);
            if (answer.Final.Content.Headers.ContentEncoding.Count > 0)
                throw PullFaults.Refused($"{answer.Final.RequestMessage!.RequestUri!.Host} sends {path} compressed, which was not asked for");
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Pauses before another attempt.</summary>
    /// <param name="attempt">1 for the first one that failed.</param>
    /// <param name="asked">What the host asked for.</param>
    /// <param name="cancellation">Ends the pause.</param>
    public Task PauseAsync(int attempt, TimeSpan? asked, CancellationToken cancellation)
    {
        var pause = settings.RetryDelay * Math.Pow(2, attempt - 1);
        if (asked > pause) pause = asked.Value;
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellation);
    }

    private async Task<HostAnswer> SendAsync(HttpMethod method, Uri address, RangeCondition? range, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            string reason;
            try
            {
                var answer = await FollowAsync(method, address, range, cancellation);
                if (!IsTransient(answer.Final.StatusCode)) return answer;
                asked = RetryAfter(answer.Final.Headers.RetryAfter);
                reason = $"answered {(int)answer.Final.StatusCode}";
                answer.Dispose();
            }
            catch (HttpRequestException fault)
            {
                reason = fault.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                reason = "did not answer";
            }
            if (attempt >= settings.MaximumAttempts)
                throw PullFaults.Unreachable($"{source.Host.Authority}: {reason}, {attempt} times");
            await PauseAsync(attempt, asked, cancellation);
        }
    }

    private async Task<HostAnswer> FollowAsync(HttpMethod method, Uri address, RangeCondition? range, CancellationToken cancellation)
    {
        var said = new HostAnswer();
        for (var redirects = 0; ; redirects++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(settings.IdleTimeout);
            using var request = Request(method, address, range);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (IsOwn(address)) said.Read(response);
            var isRedirect = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
            // A storage server's signed address may be good for GET alone; what was asked is known already.
            if (!isRedirect || (method == HttpMethod.Head && said.LinkedSize is not null))
            {
                said.Final = response;
                return said;
            }
            var next = response.Headers.Location;
            response.Dispose();
            address = Redirected(address, next);
            if (redirects >= MaximumRedirects) throw PullFaults.Refused($"{source.Host.Authority} redirects more than {MaximumRedirects} times");
        }
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address, RangeCondition? range)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("clustersearch", typeof(ModelHost).Assembly.GetName().Version?.ToString(3) ?? "0"));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (settings.Token is { Length: > 0 } token && IsOwn(address) && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (range is null) return request;
        request.Headers.Range = new RangeHeaderValue(range.From, null);
        if (range.ETag is not null) request.Headers.IfRange = new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(range.ETag));
        return request;
    }

    private static Uri Redirected(Uri from, Uri? location)
    {
        if (location is null) throw PullFaults.Refused($"{from.Authority} redirects to nowhere");
        var to = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (to.Scheme != Uri.UriSchemeHttps && (to.Scheme != Uri.UriSchemeHttp || from.Scheme == Uri.UriSchemeHttps))
            throw PullFaults.Refused($"{from.Authority} redirects from {from.Scheme} to {to.Scheme}, which is not followed");
        return to;
    }

    private void RequireSuccess(HostAnswer answer, string path)
    {
        var status = answer.Final.StatusCode;
        // A HEAD that was not followed to the end has told all that was asked.
        if (answer.Final.IsSuccessStatusCode || (answer.LinkedSize is not null && (int)status is >= 300 and < 400)) return;
        throw PullFaults.Refused(status switch
        {
            HttpStatusCode.NotFound => $"{source.Host.Authority} has no {path} of {source.Repository} at {source.Revision}",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"{source.Host.Authority} does not give {source.Repository} to everybody ({(int)status}): it is missing or misspelt, or it wants its terms accepted there and a token in HF_TOKEN",
            _ => $"{source.Host.Authority} answered {(int)status} for {path} of {source.Repository}",
        });
    }

    private bool IsOwn(Uri address) => address.Scheme == source.Host.Scheme && address.Authority == source.Host.Authority;

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static bool IsTransient(HttpStatusCode status) =>
        (int)status is 408 or 429 or 500 or 502 or 503 or 504;
}

/// <summary>Only what lies behind a position, and only of the same file.</summary>
/// <param name="ETag">A strong entity tag with its quotes; null where a checksum will tell.</param>
internal sealed record RangeCondition(long From, string? ETag);
