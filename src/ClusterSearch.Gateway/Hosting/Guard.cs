using ClusterSearch.Core;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Http;
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
        if (problem is null) return;
        if (context.Response.HasStarted)
        {
            // Half an answer must not look whole.
            context.Abort();
            return;
        }
        await WriteProblemAsync(context, problem);
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
