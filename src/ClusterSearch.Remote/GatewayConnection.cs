using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClusterSearch.Core;

namespace ClusterSearch.Remote;

/// <summary>Asks a gateway; every problem it answers is thrown as the exception that the same call throws where the archive lies.</summary>
internal sealed class GatewayConnection : IDisposable
{
    private const string ApiPath = "api/v1/";

    /// <summary>A large upload or a long clip takes as long as it takes: only a connection that cannot be made is given up.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public GatewayConnection(RemoteAddress address)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout, UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All,
        })
        {
            BaseAddress = new Uri(address.Gateway, ApiPath),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (address.Key is { } key) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation)
        where T : class
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        return await ReadAsync(response, answer, cancellation);
    }

    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation)
        where TAnswer : class => SendAsync(HttpMethod.Post, path, JsonContent.Create(body, bodyType), answer, cancellation);

    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> answer, CancellationToken cancellation)
        where T : class
    {
        using var response = await SendAsync(new HttpRequestMessage(method, path) { Content = content }, cancellation);
        return await ReadAsync(response, answer, cancellation);
    }

    /// <summary>Its body is still to be read.</summary>
    /// <exception cref="ClusterSearchException">The gateway's own code; environment.missing where none answers.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        using (request)
        {
            try
            {
                response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException fault)
            {
                throw Away(fault);
            }
            catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
            {
                throw Away(fault);
            }
        }
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await FaultOfAsync(response, cancellation);
    }

    /// <summary>The document that an answer holds.</summary>
    public async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"{_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}: expected the API of a gateway of this version, found something else; is it `clustersearch serve`?", fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Away(fault);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ClusterSearchException> FaultOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        ProblemReply? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync(RemoteJson.Default.ProblemReply, cancellation);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException)
        {
            // No gateway's own answer: the status has to do.
        }
        var isTransient = response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
        if (problem is not { Code: { } code, Detail: { } detail })
            return new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"{_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}: expected the API of a gateway, found an answer {(int)response.StatusCode}") { IsTransient = isTransient };
        var advice = code == "access.key_needed" ? "; --key K or $CLUSTERSEARCH_KEY gives one" : "";
        return new ClusterSearchException(code, detail + advice) { IsTransient = isTransient };
    }

    private ClusterSearchException Away(Exception fault) => new(ErrorCodes.EnvironmentMissing,
        $"{_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}: no gateway answers there ({(fault as HttpRequestException)?.InnerException?.Message ?? fault.Message}); start one with `clustersearch serve`", fault) { IsTransient = true };
}
