using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>Around everything: who may pass, what every answer carries, and every fault as one problem.</summary>
internal sealed class Guard(Access access, ILogger log)
{
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public async Task RunAsync(HttpContext context, RequestDelegate next)
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
        Describe(context, problem?.Status ?? context.Response.StatusCode);
        if (problem is null) return;
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
