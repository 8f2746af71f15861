using System.Net;
using ClusterSearch.Core;
using ClusterSearch.Embedding;
using ClusterSearch.Testing;

namespace ClusterSearch.Pulling.Tests;

/// <summary>The token reaches the model's own host and nobody else.</summary>
public sealed class TokenTests : PullFixture
{
    private const string Secret = "hf_secret";

    [Fact]
    public async Task A_redirect_to_another_host_goes_without_the_token()
    {
        using var storage = new ModelServer();
        storage.Serve("own/starter", TestAssets.StarterModel);
        Server.Storage = storage;
        AssertInstalled(TestAssets.StarterModel, await PullAsync(settings: Quick with { Token = Secret }));
        Assert.All(Server.Requests, request => Assert.Equal($"Bearer {Secret}", request.Authorization));
        Assert.Equal(2, storage.Requests.Count);
        Assert.All(storage.Requests, request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData("http://hub.example", null)]
    [InlineData("https://hub.example", $"Bearer {Secret}")]
    public async Task It_travels_by_TLS_alone(string host, string? expected)
    {
        var seen = new List<string?>();
        await AskAsync(host, request =>
        {
            seen.Add(request.Headers.Authorization?.ToString());
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        });
        Assert.NotEmpty(seen);
        Assert.All(seen, authorization => Assert.Equal(expected, authorization));
    }

    [Theory]
    [InlineData("http://hub.example/plain")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://hub.example/x")]
    public async Task A_redirect_never_leaves_TLS(string location)
    {
        var fault = await AskAsync("https://hub.example", _ => new HttpResponseMessage(HttpStatusCode.Redirect) { Headers = { Location = new Uri(location) } });
        Assert.Contains("which is not followed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        var fault = await AskAsync("https://hub.example", _ => new HttpResponseMessage(HttpStatusCode.Redirect) { Headers = { Location = new Uri("/again", UriKind.Relative) } });
        Assert.Contains("redirects more than", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_message_and_no_setting_in_words_tells_it()
    {
        var settings = Quick with { Token = Secret };
        Assert.DoesNotContain(Secret, settings.ToString(), StringComparison.Ordinal);
        Server.FailNext("config.json", 401);
        Assert.DoesNotContain(Secret, (await RefusedAsync(ErrorCodes.ModelDownload, settings: settings)).ToString(), StringComparison.Ordinal);
        await PullAsync(settings: settings);
        foreach (var file in Directory.EnumerateFiles(Models, "*.json", SearchOption.AllDirectories))
            Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    private async Task<ClusterSearchException> AskAsync(string host, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        using var puller = new ModelPuller(new ModelLoader(), Quick with { Token = Secret }, new AnsweringHandler(answer));
        return await Assert.ThrowsAsync<ClusterSearchException>(() => puller.PullAsync(Request() with { Host = host }, new Watch(_ => { }), CancellationToken.None));
    }

    /// <summary>Stands for hosts whose TLS a test cannot have.</summary>
    private sealed class AnsweringHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
