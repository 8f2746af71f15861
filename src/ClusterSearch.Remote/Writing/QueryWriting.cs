using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Remote.Writing;

/// <summary>From requests to bodies. Pictures of this machine are sent first.</summary>
internal sealed class QueryWriting(GatewayConnection gateway)
{
    private readonly Dictionary<string, string> _pictures = new(StringComparer.Ordinal);

    public static HttpContent Json<T>(T body, JsonTypeInfo<T> type) => JsonContent.Create(body, type);

    public async Task<SearchBody> WriteAsync(SearchRequest request, CancellationToken cancellation)
    {
        var parts = new List<PartBody>(request.Parts.Count);
        foreach (var part in request.Parts) parts.Add(await PartAsync(part, cancellation));
        return new SearchBody(parts, Filter(request.Filter), request.Fold, null, null,
            request.Smoothing.ToString().ToLowerInvariant(), request.Moments.ToString().ToLowerInvariant(), request.Encoding, Explain: true, request.Exact);
    }

    private async Task<PartBody> PartAsync(QueryPart part, CancellationToken cancellation) => part switch
    {
        TextPart text => new PartBody("text", text.Text, null, null, null, null, part.IsNegative, part.Weight),
        ImagePart image => new PartBody("picture", null, await SendPictureAsync(image.Path, cancellation), null, null, Crop(image.Crop), part.IsNegative, part.Weight),
        MomentPart moment => new PartBody("moment", null, null, moment.Video.Value, moment.Seconds, Crop(moment.Crop), part.IsNegative, part.Weight),
        _ => throw RemoteArchive.OnlyThere($"a query of {part.GetType().Name}"),
    };

    private async Task<string> SendPictureAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
        try
        {
            var id = (await gateway.SendAsync(HttpMethod.Post, "pictures", new StreamContent(file), RemoteJson.Default.PictureDocument, cancellation)).Id;
            _pictures[id] = path;
            return id;
        }
        catch (ClusterSearchException fault) when (fault.Code is "picture.kind" or "limit.body")
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>A fault of a picture as one of the file that was sent.</summary>
    public ClusterSearchException Named(ClusterSearchException fault)
    {
        var message = _pictures.Aggregate(fault.Message, (text, picture) => text.Replace($"picture {picture.Key}", picture.Value, StringComparison.Ordinal));
        return message == fault.Message ? fault : new ClusterSearchException(fault.Code, message, fault) { IsTransient = fault.IsTransient };
    }

    private static CropBody? Crop(PictureRegion? region) => region is null ? null : new CropBody(region.X, region.Y, region.Width, region.Height);

    private static FilterBody? Filter(VectorFilter filter) => filter.IsEmpty ? null : new FilterBody(
        filter.Videos is null ? null : [.. filter.Videos.Select(video => video.Value)], filter.Cameras is null ? null : [.. filter.Cameras], filter.Zones is null ? null : [.. filter.Zones],
        filter.RecordedAfter, filter.RecordedBefore, filter.SecondsAfter, filter.SecondsBefore);
}
