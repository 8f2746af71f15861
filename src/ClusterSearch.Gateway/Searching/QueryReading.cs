using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Gateway.Hosting;

namespace ClusterSearch.Gateway.Searching;

/// <summary>From bodies to requests. Everything is checked here that the engine does not check itself.</summary>
internal static class QueryReading
{
    private const int MaximumParts = 32;
    private const int MaximumTextLength = 2000;
    private const int MaximumNames = 1000;

    /// <exception cref="Core.ClusterSearchException">request.invalid, naming what is wrong.</exception>
    public static SearchRequest Read(SearchBody body, PictureStore pictures) => new()
    {
        Parts = Parts(body.Parts, pictures),
        Filter = Filter(body.Filter),
        Fold = body.Fold,
        Smoothing = Choice(body.Smoothing, SmoothingMethod.Shot, "smoothing"),
        Moments = Choice(body.Moments, MomentMethod.Shots, "moments"),
        Encoding = body.Encoding,
        Exact = body.Exact,
    };

    public static IReadOnlyList<QueryPart> Parts(IReadOnlyList<PartBody>? parts, PictureStore pictures)
    {
        if (parts is not { Count: > 0 and <= MaximumParts }) throw Exchange.Invalid($"parts: a query has 1 to {MaximumParts} parts, found {parts?.Count ?? 0}");
        return [.. parts.Select(part => Part(part, pictures))];
    }

    private static QueryPart Part(PartBody? part, PictureStore pictures)
    {
        var weight = part?.Weight ?? 1;
        if (!(weight > 0) || weight > 1e6) throw Exchange.Invalid("weight: expected a number above 0, at most a million");
        switch (part?.Kind)
        {
            case "text":
                if (part.Text is not { Length: > 0 and <= MaximumTextLength }) throw Exchange.Invalid($"text: expected 1 to {MaximumTextLength} characters, found {part.Text?.Length ?? 0}");
                return new TextPart(part.Text, weight, part.Negative);
            case "picture":
                return new ImagePart(pictures.PathOf(part.Picture), weight, part.Negative) { Crop = Crop(part.Crop) };
            case "moment":
                if (part.Seconds is not { } seconds || !double.IsFinite(seconds)) throw Exchange.Invalid("seconds: where in the video the moment lies");
                return new MomentPart(Exchange.ParseVideo(part.Video), seconds, weight, part.Negative) { Crop = Crop(part.Crop) };
            default:
                throw Exchange.Invalid($"kind: expected text, picture or moment, found '{Exchange.Shown(part?.Kind ?? "nothing")}'");
        }
    }

    private static PictureRegion? Crop(CropBody? crop) => crop is null ? null : new PictureRegion(crop.X, crop.Y, crop.Width, crop.Height);

    private static VectorFilter Filter(FilterBody? filter)
    {
        if (filter is null) return VectorFilter.None;
        return new VectorFilter
        {
            Videos = Names(filter.Videos, "videos")?.Select(Exchange.ParseVideo).ToHashSet(),
            Cameras = Names(filter.Cameras, "cameras")?.ToHashSet(StringComparer.Ordinal),
            Zones = Names(filter.Zones, "zones")?.ToHashSet(StringComparer.Ordinal),
            RecordedAfter = filter.RecordedAfter,
            RecordedBefore = filter.RecordedBefore,
            SecondsAfter = filter.From,
            SecondsBefore = filter.To,
        };
    }

    private static IReadOnlyList<string>? Names(IReadOnlyList<string>? names, string field) => names switch
    {
        null or { Count: 0 } => null,
        { Count: > MaximumNames } => throw Exchange.Invalid($"{field}: at most {MaximumNames}, found {names.Count}"),
        _ => names,
    };

    private static T Choice<T>(string? text, T otherwise, string field)
        where T : struct, Enum =>
        text is null ? otherwise
        : Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value
        : throw Exchange.Invalid($"{field}: expected {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}, found '{Exchange.Shown(text)}'");
}
