using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClusterSearch.Archive;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>Processes that the measurement starts, each pinned to a core of its own.</summary>
internal static class LoadRoles
{
    private const int Moments = 20;

    /// <summary>"in-process ARCHIVE": the searches inside the process that holds the archive.</summary>
    public static async Task<int> InProcessAsync(Arguments arguments)
    {
        await using var archive = await OpenArchive.OpenAsync(arguments.Positional[0]);
        await PrintAsync(arguments, text => archive.Search.SearchAsync(new SearchRequest { Parts = [new TextPart(text)], Top = Moments }, CancellationToken.None));
        return 0;
    }

    /// <summary>"generate URL": the same searches over HTTP. Answers are read whole.</summary>
    public static async Task<int> GenerateAsync(Arguments arguments)
    {
        using var http = Client(arguments.Positional[0]);
        if (arguments.Text("accept", "") is { Length: > 0 } encoding) http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        await PrintAsync(arguments, text => SearchAsync(http, text));
        return 0;
    }

    public static HttpClient Client(string url) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(1) };

    public static Task<byte[]> SearchAsync(HttpClient http, string text) => SearchPartAsync(http, TextPart(text));

    public static string TextPart(string text) => $$"""{"kind":"text","text":{{JsonSerializer.Serialize(text)}}}""";

    /// <param name="http">Of the gateway.</param>
    /// <param name="part">The query's one part, as JSON.</param>
    public static async Task<byte[]> SearchPartAsync(HttpClient http, string part)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"parts":[{{part}}],"limit":{{Moments}}}"""))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var response = await http.PostAsync("api/v1/search", body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static async Task PrintAsync(Arguments arguments, Func<string, Task> search) => Console.WriteLine(Load.Write(await Load.RunAsync(
        arguments.Number("clients", 1), TimeSpan.FromSeconds(arguments.Number("warm-up", 2)), TimeSpan.FromSeconds(arguments.Number("seconds", 6)), search)));
}
