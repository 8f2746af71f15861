using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClusterSearch.Silo.Serving;

/// <summary>GET /health over HTTP: 200 with a document while the silo is an active member, 503 with the same document while it is not.</summary>
internal sealed class HealthServer : IAsyncDisposable
{
    public const string DefaultAddress = "http://127.0.0.1:8421";

    private readonly WebApplication _app;

    private HealthServer(WebApplication app) => _app = app;

    /// <exception cref="ClusterSearchException">request.invalid for what is no http address; environment.missing when it is taken.</exception>
    public static async Task<HealthServer> StartAsync(string address, Func<HealthDocument> look, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address.Replace("*", "any.invalid", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Scheme != "http")
            throw new UsageException($"--health: expected an address such as {DefaultAddress}, or none, found '{address}'");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/health", async context =>
        {
            var document = look();
            context.Response.StatusCode = document.Status == "active" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, document, HealthJson.Default.HealthDocument, context.RequestAborted);
        });
        try
        {
            await app.StartAsync(cancellation);
            return new HealthServer(app);
        }
        catch (IOException fault)
        {
            await app.DisposeAsync();
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"{address}: cannot be opened ({fault.Message}); name another with --health, or none", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
