using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ClusterSearch.Gateway.Security;

/// <summary>
/// Who may pass. Three questions are asked of every request: is the host name ours (a page that was made to resolve to this
/// machine has another), does a change come from another site, and does the key allow it.
/// </summary>
internal sealed class Access(GatewayOptions options, Sessions sessions)
{
    private static readonly object RoleKey = new();
    private static readonly object CallerKey = new();

    public static Role RoleOf(HttpContext context) => (Role)context.Items[RoleKey]!;

    /// <summary>Who asks, for limits: the key, where one is needed, else the address.</summary>
    public static string CallerOf(HttpContext context) => (string?)context.Items[CallerKey] ?? context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <returns>Null to pass; else what to answer.</returns>
    public Problem? Check(HttpContext context)
    {
        if (!IsOurHost(context)) return Problem.Of(StatusCodes.Status421MisdirectedRequest, "access.host", $"this gateway is not called '{context.Request.Host}'");
        var path = context.Request.Path;
        var isOpen = !path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
        if (IsChange(context.Request.Method) && IsFromElsewhere(context.Request))
            return Problem.Of(StatusCodes.Status403Forbidden, "access.cross_site", "a request that changes something was sent by another site");
        if (options.Keys.IsEmpty)
        {
            context.Items[RoleKey] = Role.Admin;
            return null;
        }
        var (key, isCookie) = KeyOf(context.Request);
        if (key is null)
        {
            if (isOpen || path.Equals("/api/v1/session", StringComparison.OrdinalIgnoreCase)) return null;
            return Problem.Of(StatusCodes.Status401Unauthorized, "access.key_needed", "a key is needed: Authorization: Bearer KEY, or log in on the page");
        }
        if (isCookie && IsChange(context.Request.Method) && !context.Request.Headers.ContainsKey("X-ClusterSearch"))
            return Problem.Of(StatusCodes.Status403Forbidden, "access.cross_site", "a change by cookie carries the header X-ClusterSearch");
        context.Items[RoleKey] = key.Role;
        context.Items[CallerKey] = key.Name;
        return null;
    }

    private (ApiKey? Key, bool IsCookie) KeyOf(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return (options.Keys.Find(authorization[7..].Trim()), false);
        return request.Cookies.TryGetValue(Sessions.CookieName, out var token) && token is { Length: 64 } ? (sessions.Find(token), true) : (null, false);
    }

    private bool IsOurHost(HttpContext context)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        // Whoever has a key has proved enough: names are the business of the network there.
        if (!options.Keys.IsEmpty) return true;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    private static bool IsChange(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>Browsers say where a request comes from; programs say nothing.</summary>
    private static bool IsFromElsewhere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none")) return true;
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
