using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>The built page, from inside this assembly. What is a page's address and no file is the page, which finds its way by itself.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "page/";
    private readonly FrozenDictionary<string, (byte[] Content, string Type, string Tag)> _files;

    public PageFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        _files = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(
            name => "/" + name[Prefix.Length..].Replace('\\', '/'),
            name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return (content, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
            }, StringComparer.Ordinal);
    }

    public void Map(WebApplication app) => app.MapFallback("{*path}", ServeAsync);

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            throw new GatewayException(Problem.Of(StatusCodes.Status404NotFound, "request.unknown", "there is nothing at this address"));
        if (!_files.TryGetValue(path, out var file))
        {
            var isPage = !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/health", StringComparison.Ordinal)
                && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
            if (!isPage || !_files.TryGetValue("/index.html", out file))
                throw new GatewayException(Problem.Of(StatusCodes.Status404NotFound, "request.unknown", "there is nothing at this address"));
        }
        context.Response.Headers.CacheControl = "no-cache";
        if (Caching.IsKnown(context, file.Tag)) return;
        context.Response.ContentType = file.Type;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        ".txt" => "text/plain; charset=utf-8",
        ".json" or ".webmanifest" => "application/json",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };
}
