using System.Diagnostics;
using System.Threading.RateLimiting;
using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Ingestion;
using ClusterSearch.Gateway.Operating;
using ClusterSearch.Gateway.Searching;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Gateway.Videos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Gateway;

/// <summary>The HTTP API and the page over an archive's ports. Which engine stands behind them is its host's business.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private const int LogInsAMinute = 10;

    private readonly WebApplication _app;
    private readonly GatewayParts _parts;

    private GatewayServer(WebApplication app, GatewayParts parts) => (_app, _parts) = (app, parts);

    /// <summary>Where it listens, the ports that were left to the system included.</summary>
    public IReadOnlyCollection<string> Addresses => [.. _app.Urls];

    /// <summary>Starts to serve.</summary>
    /// <param name="logs">Faults of the gateway itself; never a key, a query or a path of a caller.</param>
    /// <exception cref="ClusterSearchException">request.invalid for addresses that may not be opened; environment.missing when one is taken.</exception>
    public static async Task<GatewayServer> StartAsync(
        GatewayOptions options, ISearch search, IIngestion ingestion, IWorking working, ILoggerFactory logs, CancellationToken cancellation)
    {
        options.Validate();
        var parts = new GatewayParts(options, search, ingestion, working, logs.CreateLogger("ClusterSearch.Gateway"), TimeProvider.System);
        var app = Build(options, parts, logs);
        try
        {
            await app.StartAsync(cancellation);
            _ = WarmAsync(search, app.Lifetime.ApplicationStopping);
            return new GatewayServer(app, parts);
        }
        catch (IOException fault)
        {
            await app.DisposeAsync();
            parts.Dispose();
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"{string.Join(", ", options.Addresses)}: cannot be opened ({fault.Message}); name another with --urls", fault);
        }
    }

    /// <summary>Until it is cancelled, which is its normal end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var registration = cancellation.Register(_app.Lifetime.StopApplication);
        await _app.WaitForShutdownAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _parts.Dispose();
    }

    /// <summary>The first to ask should not wait for the model's text tower.</summary>
    private static async Task WarmAsync(ISearch search, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(() => search.QueryVectorAsync(new SearchRequest { Parts = [new TextPart("a")] }, cancellation), cancellation);
        }
        catch (Exception fault) when (fault is ClusterSearchException or OperationCanceledException)
        {
            // An empty archive has no model yet; any other fault is told to whoever asks.
        }
    }

    private static WebApplication Build(GatewayOptions options, GatewayParts parts, ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaximumBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 2000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
            kestrel.Limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        builder.WebHost.UseUrls([.. options.Addresses]);
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.Services.AddResponseCompression();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IHostedService>(parts.Desk);
        builder.Services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = (rejected, _) => new ValueTask(Exchange.WriteAsync(rejected.HttpContext, Problem.Of(StatusCodes.Status429TooManyRequests, "limit.rate", "too many tries; wait a minute")));
            limits.AddPolicy(SessionEndpoints.LogInLimit, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress, _ => new FixedWindowRateLimiterOptions { PermitLimit = LogInsAMinute, Window = TimeSpan.FromMinutes(1) }));
        });

        var app = builder.Build();
        parts.Stopping = app.Lifetime.ApplicationStopping;
        var sessions = new Sessions(parts.Time);
        var access = new Access(options, sessions);
        var guard = new Guard(access, parts.Log);
        app.Use(next => context => guard.RunAsync(context, next));
        app.UseResponseCompression();
        app.UseRouting();
        app.UseRateLimiter();
        app.Use(next => context =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>()?.Needs is { } role) Exchange.Require(context, role);
            return next(context);
        });
        var api = app.MapGroup("/api/v1");
        SearchEndpoints.Map(api, parts);
        VideoEndpoints.Map(api, parts);
        FootageEndpoints.Map(api, parts);
        ClipEndpoints.Map(api, parts);
        IngestEndpoints.Map(api, parts);
        SessionEndpoints.Map(api, parts, sessions);
        OperatingEndpoints.Map(app, api, parts);
        api.MapGet("/openapi.json", context => DescribeAsync(context, app, options.Version)).Is(new Operation("This description, OpenAPI 3.1.", Role.Read) { AnswerMedia = ["application/json"] });
        new PageFiles().Map(app);
        return app;
    }

    private static Task DescribeAsync(HttpContext context, IEndpointRouteBuilder app, string version)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-cache";
        return context.Response.WriteAsync(ApiDescription.Of(app.DataSources.SelectMany(source => source.Endpoints), version).ToJsonString(), context.RequestAborted);
    }
}
