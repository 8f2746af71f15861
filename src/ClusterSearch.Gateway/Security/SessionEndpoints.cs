using ClusterSearch.Contract;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace ClusterSearch.Gateway.Security;

internal static class SessionEndpoints
{
    /// <summary>Name of the limit on tries to log in.</summary>
    public const string LogInLimit = "log-in";

    public static void Map(IEndpointRouteBuilder api, GatewayParts parts, Sessions sessions)
    {
        api.MapPost("/session", async context =>
        {
            var body = await Exchange.ReadAsync(context, GatewayJson.Default.KeyBody);
            if (body.Key is not { Length: > 0 and < 200 } secret || parts.Options.Keys.Find(secret) is not { } key)
                throw new GatewayException(Problem.Of(StatusCodes.Status401Unauthorized, "access.key_wrong", "that key opens nothing here"));
            context.Response.Cookies.Append(Sessions.CookieName, sessions.Begin(key), new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/",
            });
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }).RequireRateLimiting(LogInLimit).Is(new Operation("Log in: sets the cookie of a session.", null) { Body = typeof(KeyBody), Status = 204 });
        api.MapDelete("/session", context =>
        {
            if (context.Request.Cookies.TryGetValue(Sessions.CookieName, out var token)) sessions.End(token);
            context.Response.Cookies.Delete(Sessions.CookieName);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }).Is(new Operation("Log out.", null) { Status = 204 });
    }
}
