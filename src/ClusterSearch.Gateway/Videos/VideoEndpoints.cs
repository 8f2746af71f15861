using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClusterSearch.Gateway.Videos;

/// <summary>What is known of videos.</summary>
internal static class VideoEndpoints
{
    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapGet("/videos", context => ListAsync(context, parts))
            .Is(new Operation("All videos.", Role.Read) { Answer = typeof(VideosDocument) });
        api.MapGet("/videos/find", async context =>
            await Exchange.WriteAsync(context, new FoundVideoDocument((await parts.Search.ResolveVideoAsync(NameOf(context), context.RequestAborted)).Value), GatewayJson.Default.FoundVideoDocument))
            .Is(new Operation("The one video that is called so.", Role.Read) { Answer = typeof(FoundVideoDocument), Query = [new("name", "string", "An id or the first six or more digits of one, a path as it was registered, or a file name.", IsRequired: true)] });
        api.MapGet("/videos/{id}", async context =>
            await Exchange.WriteAsync(context, VideoDetailDocument.From(await parts.Search.ShowVideoAsync(Exchange.Video(context), context.RequestAborted)), GatewayJson.Default.VideoDetailDocument))
            .Is(new Operation("One video, with facts, shots, warnings and encodings.", Role.Read) { Answer = typeof(VideoDetailDocument) });
        api.MapDelete("/videos/{id}", context => RemoveAsync(context, parts))
            .Is(new Operation("Forget a video; the footage itself is not touched.", Role.Admin) { Answer = typeof(RemovedDocument) });
    }

    private static async Task ListAsync(HttpContext context, GatewayParts parts)
    {
        var videos = await parts.Search.ListVideosAsync(context.RequestAborted);
        var status = await parts.Ingestion.StatusAsync(context.RequestAborted);
        await Exchange.WriteAsync(context, new VideosDocument([.. videos.Select(VideoDocument.From)], status.Encoding is { } e ? EncodingDocument.From(e) : null), GatewayJson.Default.VideosDocument);
    }

    private static async Task RemoveAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        await parts.Search.ShowVideoAsync(video, context.RequestAborted);
        await parts.Ingestion.RemoveVideoAsync(video, context.RequestAborted);
        await Exchange.WriteAsync(context, new RemovedDocument(video.Value), GatewayJson.Default.RemovedDocument);
    }

    /// <summary>An id, the beginning of one, a path as it was registered, or a file name.</summary>
    private static string NameOf(HttpContext context) => context.Request.Query["name"].ToString() is { Length: > 0 and <= 4096 } name && !name.Any(char.IsControl)
        ? name
        : throw Exchange.Invalid("name: expected a video's id, path or file name, of 1 to 4096 characters");
}
