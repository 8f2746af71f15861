using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

public class StarterModelTests(StarterModelFixture fixture)
{
    private readonly IImageTextModel _model = fixture.Model;

    [Fact]
    public void Facts_are_those_of_its_card()
    {
        var facts = _model.Facts;
        Assert.Equal("clustersearch-starter", facts.Family);
        Assert.Equal(512, facts.Dimension);
        Assert.Equal((260, 260, 292), (facts.ImageWidth, facts.ImageHeight, facts.ResizeShortestEdge));
        Assert.Equal("quantized", facts.Precision);
        Assert.Equal((19.0729, -7.705), (facts.LogitScale, facts.LogitBias));
        Assert.Equal(1000, facts.Labels!.Count);
        Assert.Equal("tench", facts.Labels[0]);
        Assert.Matches("^[0-9a-f]{64}$", facts.Hash);
        Assert.Equal(["CPUExecutionProvider"], facts.Providers);
        Assert.Contains("/quantized/onnxruntime-", _model.EncoderFingerprint);
    }

    [Fact]
    public void Texts_equal_the_golden_ones()
    {
        foreach (var sample in GoldenFile.Starter().GetProperty("texts").EnumerateArray())
        {
            var vector = _model.Texts.Encode(sample.GetProperty("text").GetString()!);
            Assert.InRange(GoldenFile.Cosine(GoldenFile.Vector(sample, "embedding"), vector), 0.9999, 1.0000001);
            Assert.Equal(1.0, Math.Sqrt(vector.Sum(number => (double)number * number)), 1e-6);
        }
    }

    [Fact]
    public void Pictures_equal_the_golden_ones_and_name_what_the_reference_names()
    {
        var samples = GoldenFile.Starter().GetProperty("images").EnumerateArray().ToList();
        var (vectors, labels) = Encode([.. samples.Select(GoldenFile.Draw)]);
        for (var i = 0; i < samples.Count; i++)
        {
            Assert.InRange(GoldenFile.Cosine(GoldenFile.Vector(samples[i], "embedding"), vectors[i]), 0.99, 1.0000001);
            var expected = samples[i].GetProperty("top_concepts").EnumerateArray().First();
            Assert.Equal(expected.GetProperty("index").GetInt32(), labels[i][0].Label);
            Assert.Equal(expected.GetProperty("score").GetDouble(), labels[i][0].Score, 0.1);
            Assert.Equal(labels[i].OrderByDescending(label => label.Score), labels[i]);
        }
    }

    [Fact]
    public void Same_bits_whatever_the_neighbours_the_position_and_the_padding()
    {
        var pictures = Pictures(11);
        var alone = pictures.Select(picture => Encode([picture]).Vectors[0]).ToList();
        for (var shift = 0; shift < 3; shift++)
        {
            var order = Enumerable.Range(0, pictures.Count).Select(i => (i + (shift * 4)) % pictures.Count).ToList();
            var together = Encode([.. order.Select(i => pictures[i])]).Vectors;
            for (var i = 0; i < order.Count; i++) Assert.True(alone[order[i]].AsSpan().SequenceEqual(together[i]), $"picture {order[i]} at {i}");
        }

        Assert.Equal(pictures.Count, alone.Select(vector => string.Join(' ', vector)).Distinct().Count());
    }

    [Fact]
    public void Same_bits_from_several_threads_at_once()
    {
        var pictures = Pictures(9);
        var expected = Encode(pictures).Vectors;
        var text = _model.Texts.Encode("a lighthouse");
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, round =>
        {
            var rotated = pictures.Skip(round).Concat(pictures.Take(round)).ToList();
            var found = Encode(rotated).Vectors;
            for (var i = 0; i < found.Count; i++) Assert.True(expected[(i + round) % pictures.Count].AsSpan().SequenceEqual(found[i]));
            Assert.Equal(text, _model.Texts.Encode("a lighthouse"));
        });
    }

    [Fact]
    public void Same_bits_whatever_the_number_of_threads()
    {
        var pictures = Pictures(3);
        using var single = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions { IntraOpThreads = 1 });
        var expected = Encode(pictures).Vectors;
        var found = Encode(pictures, single).Vectors;
        for (var i = 0; i < expected.Count; i++) Assert.True(expected[i].AsSpan().SequenceEqual(found[i]));
        Assert.Equal(_model.EncoderFingerprint, single.EncoderFingerprint);
    }

    [Fact]
    public void Words_find_what_shows_it()
    {
        // A disc in a blue field is no dog; the reference's best concept for it is 722, ping-pong ball.
        var disc = GoldenFile.Starter().GetProperty("images").EnumerateArray().First(image => image.GetProperty("name").GetString() == "disc");
        var vector = Encode([GoldenFile.Draw(disc)]).Vectors[0];
        Assert.Equal("ping-pong ball", _model.Facts.Labels![722]);
        Assert.True(GoldenFile.Cosine(vector, _model.Texts.Encode("ping-pong ball")) > GoldenFile.Cosine(vector, _model.Texts.Encode("dog")) + 0.2);
    }

    [Fact]
    public void Canaries_pass_with_the_golden_values()
    {
        var results = _model.Check(ModelTowers.Both, force: true, CancellationToken.None);
        Assert.All(results, result => Assert.True(result.Ok, $"{result.Name}: {result.Reason}"));
        Assert.Equal(
            ["text.finite", "text.dimension", "text.distinct", "text.repeatable", "text.golden_tokens", "text.golden",
             "image.finite", "image.dimension", "image.distinct", "image.repeatable", "image.golden_pixels", "image.golden"],
            results.Select(result => result.Name));
    }

    [Fact]
    public void Measured_speeds_are_above_zero()
    {
        var speed = ModelBenchmark.Measure(_model, TimeSpan.FromMilliseconds(100), CancellationToken.None);
        Assert.InRange(speed.ImagesPerSecond, 1, 1e6);
        Assert.InRange(speed.TextsPerSecond, 1, 1e6);
    }

    [Fact]
    public void Wrong_lengths_are_refused_before_anything_runs()
    {
        var images = _model.Images;
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Encode([], 0, [], []));
        Assert.Throws<ArgumentException>(() => images.Encode(new float[10], 1, new float[512], new LabelScore[5]));
        Assert.Throws<ArgumentException>(() => images.Prepare(new RgbImage(2, 2, new byte[12]), new float[10]));
    }

    private (List<float[]> Vectors, List<LabelScore[]> Labels) Encode(List<RgbImage> pictures, IImageTextModel? model = null)
    {
        var images = (model ?? _model).Images;
        var (vectors, labels) = (new List<float[]>(), new List<LabelScore[]>());
        foreach (var batch in pictures.Chunk(images.BatchSize))
        {
            var prepared = new float[batch.Length * images.PreparedLength];
            for (var i = 0; i < batch.Length; i++) images.Prepare(batch[i], prepared.AsSpan(i * images.PreparedLength, images.PreparedLength));
            var encoded = new float[batch.Length * 512];
            var named = new LabelScore[batch.Length * images.LabelsPerImage];
            images.Encode(prepared, batch.Length, encoded, named);
            for (var i = 0; i < batch.Length; i++)
            {
                vectors.Add(encoded[(i * 512)..((i + 1) * 512)]);
                labels.Add(named[(i * images.LabelsPerImage)..((i + 1) * images.LabelsPerImage)]);
            }
        }

        return (vectors, labels);
    }

    private static List<RgbImage> Pictures(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new PictureFormula(
            $"d = (x-{100 + (20 * i)})^2 + (y-{60 + (9 * i)})^2; inside when d < {900 * i}; R = {250 - (9 * i)} if inside else (x*{i}) mod 256; G = {20 * i} if inside else y*255 div h; B = (x*y div {i}) mod 256")
            .Draw(320 + (16 * i), 240))];
}
