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
                    var picture = await ports.Footage.ReadImageAsync(Path.GetFullPath(image.Path), cancellation);
                    var prepared = new float[model.Images.PreparedLength];
                    var vector = new float[model.Facts.Dimension];
                    model.Images.Prepare(picture, prepared);
                    model.Images.Encode(prepared, 1, vector, new LabelScore[model.Images.LabelsPerImage]);
                    return vector;
                }
            case MomentPart moment:
                return await VectorOfMomentAsync(session, moment, cancellation);
            default:
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query part is a text, an image or a moment, found {part.GetType().Name}");
        }
    }

    private async Task<float[]> VectorOfMomentAsync(SearchSession session, MomentPart moment, CancellationToken cancellation)
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
        return await video.VectorOfAsync(video.Grid.SampleAt(moment.Seconds), cancellation)
            ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the video has no embedding at {moment.Seconds:0.###} s: not ingested yet, or it could not be decoded"));
    }
}
