using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Queries;

namespace ClusterSearch.Archive.Searching;

/// <summary>Turns a query's parts into its one linear vector, by the model of the encoding that is searched.</summary>
internal sealed class QueryEmbedding(ArchivePorts ports)
{
    public async Task<float[]> EmbedAsync(
        SearchSession session, IImageTextModel model, IReadOnlyList<QueryPart> parts, CancellationToken cancellation)
    {
        var weighted = new List<WeightedVector>(parts.Count);
        foreach (var part in parts)
            weighted.Add(new WeightedVector(await EmbedAsync(session, model, part, cancellation), part.Weight, part.IsNegative));
        return LinearQuery.Combine(weighted);
    }

    private async Task<float[]> EmbedAsync(SearchSession session, IImageTextModel model, QueryPart part, CancellationToken cancellation)
    {
        switch (part)
        {
            case TextPart text:
                {
                    if (string.IsNullOrWhiteSpace(text.Text))
                        throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query text has at least one word, found none");
                    EncodingChoice.Require(model.Check(ModelTowers.Text, force: false, cancellation), model.Facts);
                    return model.Texts.Encode(text.Text);
                }
            case ImagePart image:
                {
                    EncodingChoice.Require(model.Check(ModelTowers.Image, force: false, cancellation), model.Facts);
                    return Encode(model, Cut(await ports.Footage.ReadImageAsync(Path.GetFullPath(image.Path), cancellation), image.Crop));
                }
            case MomentPart { Crop: not null } moment:
                EncodingChoice.Require(model.Check(ModelTowers.Image, force: false, cancellation), model.Facts);
                return await VectorOfRegionAsync(session, model, moment, cancellation);
            case MomentPart moment:
                return await VectorOfMomentAsync(session, moment, cancellation);
            default:
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query part is a text, an image or a moment, found {part.GetType().Name}");
        }
    }

    private static float[] Encode(IImageTextModel model, RgbImage picture)
    {
        var prepared = new float[model.Images.PreparedLength];
        var vector = new float[model.Facts.Dimension];
        model.Images.Prepare(picture, prepared);
        model.Images.Encode(prepared, 1, vector, new LabelScore[model.Images.LabelsPerImage]);
        return vector;
    }

    private async Task<float[]> VectorOfRegionAsync(SearchSession session, IImageTextModel model, MomentPart moment, CancellationToken cancellation)
    {
        var video = await RequireAsync(session, moment, cancellation);
        var path = session.Places.FindFile(video.Video)
            ?? throw new ClusterSearchException(ErrorCodes.FootageNotFound, $"{moment.Video}: its file cannot be reached here, so no region of a frame can be looked at");
        var number = video.Grid.SampleAt(moment.Seconds);
        var frames = ports.Footage.SampleAsync(
            new FrameRequest { Path = path, Facts = video.Video.Facts, Grid = video.Grid, Samples = new SampleRange(number, number + 1) }, new DecodeTrace(), cancellation);
        await foreach (var frame in frames)
        {
            using (frame) return Encode(model, Cut(frame.Image, moment.Crop));
        }
        throw new ClusterSearchException(ErrorCodes.FootageDecode,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}: no frame can be decoded at {moment.Seconds:0.###} s"));
    }

    /// <summary>A region to the pixel: every pixel that it touches.</summary>
    internal static RgbImage Cut(RgbImage picture, PictureRegion? region)
    {
        if (region is null) return picture;
        if (!(region is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 } && region.X + region.Width <= 1 + 1e-9 && region.Y + region.Height <= 1 + 1e-9))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a crop lies within the picture and is not empty: x, y, width and height in shares of it, 0 to 1");
        var (left, right) = Span(region.X, region.Width, picture.Width);
        var (top, bottom) = Span(region.Y, region.Height, picture.Height);
        var (width, height) = (right - left, bottom - top);
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            picture.Bytes.Slice(((top + y) * picture.Width + left) * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        return new RgbImage(width, height, pixels);
    }

    private static (int From, int To) Span(double start, double length, int side)
    {
        const double slack = 1e-6;
        var from = Math.Clamp((int)Math.Floor(start * side + slack), 0, side - 1);
        return (from, Math.Clamp((int)Math.Ceiling((start + length) * side - slack), from + 1, side));
    }

    private async Task<float[]> VectorOfMomentAsync(SearchSession session, MomentPart moment, CancellationToken cancellation)
    {
        var video = await RequireAsync(session, moment, cancellation);
        return await video.VectorOfAsync(video.Grid.SampleAt(moment.Seconds), cancellation)
            ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the video has no embedding at {moment.Seconds:0.###} s: not ingested yet, or it could not be decoded"));
    }

    private async Task<VideoContext> RequireAsync(SearchSession session, MomentPart moment, CancellationToken cancellation)
    {
        var video = await session.VideoAsync(moment.Video, cancellation)
            ?? throw (await ports.Catalog.FindVideoAsync(moment.Video, cancellation) is null
                ? new ClusterSearchException(ErrorCodes.VideoNotFound, $"{moment.Video}: the archive holds no such video")
                : new ClusterSearchException(ErrorCodes.RequestInvalid,
                    $"{moment.Video}: encoding {session.Encoding.Id}, which is searched, does not hold this video; ingest it, or search in one that does with --encoding"));
        var seconds = video.Video.Facts.DurationSeconds;
        if (moment.Seconds < 0 || moment.Seconds >= seconds)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a moment of this video lies from 0 to {seconds:0.###} s, found {moment.Seconds:0.###}"));
        return video;
    }
}
