using System.Diagnostics;
using System.Threading.RateLimiting;
using ClusterSearch.Archive;
using ClusterSearch.Core;
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
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

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
        var parts = new GatewayParts(options, search, ingestion, working, TimeProvider.System);
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
        var log = logs.CreateLogger("ClusterSearch.Gateway");
        app.Use(next => context => GuardAsync(context, next, access, log));
        app.UseResponseCompression();
        app.UseRouting();
        app.UseRateLimiter();
        var api = app.MapGroup("/api/v1");
        SearchEndpoints.Map(api, parts);
        VideoEndpoints.Map(api, parts);
        IngestEndpoints.Map(api, parts);
        SessionEndpoints.Map(api, parts, sessions);
        OperatingEndpoints.Map(app, api, parts);
        new PageFiles().Map(app);
        return app;
    }

    /// <summary>Around everything: who may pass, what every answer carries, and every fault as one problem.</summary>
    private static async Task GuardAsync(HttpContext context, RequestDelegate next, Access access, ILogger log)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        Problem? problem;
        try
        {
            problem = access.Check(context);
            if (problem is null)
            {
                await next(context);
                if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
                    problem = Problem.Of(StatusCodes.Status405MethodNotAllowed, "request.method", $"{context.Request.Method} is not done here");
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            problem = Problem.Of(StatusCodes.Status503ServiceUnavailable, "gateway.stopping", "the gateway is stopping");
        }
        catch (GatewayException refusal)
        {
            problem = refusal.Problem;
        }
        catch (ClusterSearchException fault)
        {
            problem = Problem.Of(fault);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException fault)
        {
            problem = Problem.Of(fault.StatusCode, fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? "limit.body" : "request.invalid", fault.Message);
        }
        catch (Exception fault)
        {
            if (log.IsEnabled(LogLevel.Error)) log.LogError(fault, "{Method} {Route} failed", context.Request.Method, context.GetEndpoint()?.DisplayName);
            problem = Problem.Of(StatusCodes.Status500InternalServerError, "internal", "a fault of the gateway itself; its log says more");
        }
        if (problem is null)
        {
            Describe(context, context.Response.StatusCode);
            return;
        }
        Describe(context, problem.Status);
        if (context.Response.HasStarted)
        {
            // Half an answer must not look whole.
            context.Abort();
            return;
        }
        await WriteProblemAsync(context, problem);
    }

    /// <summary>The request's span, begun by ASP.NET Core, gets the names that OpenTelemetry's conventions give an HTTP server's; no path, no query.</summary>
    private static void Describe(HttpContext context, int status)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span) return;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route).SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }

    private static async Task WriteProblemAsync(HttpContext context, Problem problem)
    {
        var kept = context.Response.Headers.Where(header => header.Key is "X-Content-Type-Options" or "Content-Security-Policy" or "Referrer-Policy").ToList();
        context.Response.Clear();
        foreach (var (name, value) in kept) context.Response.Headers[name] = value;
        try
        {
            await Exchange.WriteAsync(context, problem);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked is gone.
        }
    }
}
