using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>What the vision tower must hold before its vectors are believed.</summary>
internal sealed class ImageCanaries(IImageTextModel model, CancellationToken cancellation)
{
    public IReadOnlyList<CanaryResult> Run()
    {
        var list = new CanaryList("image", cancellation);
        List<float[]> vectors = [];
        var pictures = CanaryPictures.All.ToList();
        // The encoder refuses vectors that are not finite or have no length.
        if (!list.Add("finite", () =>
            {
                vectors = Encode(pictures);
                return null;
            })) return list.Results;

        list.Add("dimension", () => vectors.Find(vector => vector.Length != model.Facts.Dimension) is { } wrong
            ? $"expected {model.Facts.Dimension} numbers, found {wrong.Length}" : null);
        list.Add("distinct", () => CanaryList.AllDiffer(vectors, "pictures"));
        list.Add("repeatable", () =>
        {
            // Once more in another place of the batch, among other neighbours.
            var again = Encode([.. Enumerable.Reverse(pictures)]);
            for (var i = 0; i < vectors.Count; i++)
                if (!again[^(i + 1)].AsSpan().SequenceEqual(vectors[i])) return "the same picture gives other bits at another place of the batch";
            return null;
        });
        AddGolden(list);
        return list.Results;
    }

    private void AddGolden(CanaryList list)
    {
        GoldenValues? golden = null;
        try
        {
            golden = GoldenValues.Read(model.Facts.Directory, model.Facts.Precision, model.Facts.ImageWidth, model.Facts.ImageHeight, pictures: true);
        }
        catch (FormatException fault)
        {
            list.Add("golden", () => fault.Message);
        }

        if (golden is not { Pictures.Count: > 0 }) return;
        if (golden.Pictures.Any(picture => picture.Pixels.Count > 0)) list.Add("golden_pixels", () => ComparePixels(golden));
        list.Add("golden", () =>
        {
            var vectors = Encode([.. golden.Pictures.Select(picture => picture.Picture)]);
            for (var i = 0; i < vectors.Count; i++)
            {
                var (name, expected) = (golden.Pictures[i].Name, golden.Pictures[i].Vector);
                if (expected.Length != model.Facts.Dimension) return $"the golden vector of '{name}' has {expected.Length} numbers, expected {model.Facts.Dimension}";
                var cosine = CanaryList.Cosine(vectors[i], expected);
                if (!(cosine >= golden.PictureCosine)) return $"the vector of picture '{name}' has cosine {cosine:F6} with the golden one, expected at least {golden.PictureCosine}";
            }

            return null;
        });
    }

    private string? ComparePixels(GoldenValues golden)
    {
        var prepared = new float[model.Images.PreparedLength];
        foreach (var picture in golden.Pictures)
        {
            model.Images.Prepare(picture.Picture, prepared);
            foreach (var pixel in picture.Pixels)
                if (pixel.Index >= prepared.Length || !(Math.Abs(prepared[pixel.Index] - pixel.Value) <= golden.PixelTolerance))
                    return $"picture '{picture.Name}' prepared has {prepared.ElementAtOrDefault(pixel.Index)} at {pixel.Index}, expected {pixel.Value}";
        }

        return null;
    }

    private List<float[]> Encode(List<RgbImage> pictures)
    {
        var (images, dimension) = (model.Images, model.Facts.Dimension);
        var vectors = new List<float[]>();
        foreach (var batch in pictures.Chunk(images.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var prepared = new float[batch.Length * images.PreparedLength];
            for (var i = 0; i < batch.Length; i++) images.Prepare(batch[i], prepared.AsSpan(i * images.PreparedLength, images.PreparedLength));
            var encoded = new float[batch.Length * dimension];
            images.Encode(prepared, batch.Length, encoded, new LabelScore[batch.Length * images.LabelsPerImage]);
            for (var i = 0; i < batch.Length; i++) vectors.Add(encoded[(i * dimension)..((i + 1) * dimension)]);
        }

        return vectors;
    }
}
