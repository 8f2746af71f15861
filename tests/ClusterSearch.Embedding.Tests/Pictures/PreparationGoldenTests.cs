using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Pictures;

public class PreparationGoldenTests
{
    public static TheoryData<string> Fixtures => [.. GoldenFile.Fixtures];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Resized_pictures_equal_Pillows_byte_for_byte(string fixture)
    {
        var directory = TestAssets.ModelFixture(fixture);
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        var preparation = Preparation(directory);
        var count = 0;
        foreach (var image in GoldenFile.Read(directory).GetProperty("images").EnumerateArray())
        {
            var picture = GoldenFile.Draw(image);
            Assert.Equal(image.GetProperty("rgb_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(picture.Bytes)));
            foreach (var resized in new[] { Resize<ScalarKernel>(preparation, picture), Resize<PortableKernel>(preparation, picture), Resize(preparation, picture) })
                Assert.Equal(image.GetProperty("resized_rgb_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(resized)));
            count++;
        }

        Assert.Equal(7, count);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Numbers_equal_the_references(string fixture)
    {
        var directory = TestAssets.ModelFixture(fixture);
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        var preparation = Preparation(directory);
        var whole = 0;
        foreach (var image in GoldenFile.Read(directory).GetProperty("images").EnumerateArray())
        {
            var prepared = new float[preparation.PreparedLength];
            preparation.Prepare(GoldenFile.Draw(image), prepared);
            var expected = image.GetProperty("pixel_values");
            Compare(expected, "first16", prepared.AsSpan(0, 16));
            Compare(expected, "centre16", prepared.AsSpan((prepared.Length / 2) - 8, 16));
            Compare(expected, "last16", prepared.AsSpan(prepared.Length - 16));
            if (!expected.TryGetProperty("gzip_base64", out var packed)) continue;
            whole++;
            var reference = Unpack(packed.GetBytesFromBase64());
            for (var i = 0; i < reference.Length; i++)
                Assert.Equal(BitConverter.SingleToInt32Bits(reference[i]), BitConverter.SingleToInt32Bits(prepared[i]));
        }

        Assert.Equal(2, whole);
    }

    [Fact]
    public void Starter_pixels_equal_its_golden_ones()
    {
        var preparation = Preparation(TestAssets.StarterModel);
        foreach (var image in GoldenFile.Starter().GetProperty("images").EnumerateArray())
        {
            var picture = GoldenFile.Draw(image);
            var resized = Resize(preparation, picture);
            for (var channel = 0; channel < 3; channel++)
            {
                var mean = resized.Where((_, i) => i % 3 == channel).Average(level => (double)level);
                Assert.Equal(image.GetProperty("crop_mean_rgb")[channel].GetDouble(), mean, 1e-4);
            }

            var prepared = new float[preparation.PreparedLength];
            preparation.Prepare(picture, prepared);
            foreach (var at in image.GetProperty("pixel_values_at").EnumerateArray())
            {
                var index = (at.GetProperty("c").GetInt32() * 260 * 260) + (at.GetProperty("y").GetInt32() * 260) + at.GetProperty("x").GetInt32();
                Assert.Equal(at.GetProperty("value").GetDouble(), prepared[index], 1e-6);
            }
        }
    }

    private static PicturePreparation Preparation(string directory)
    {
        var name = Path.GetFileName(directory);
        var defaults = name.StartsWith("siglip", StringComparison.Ordinal) ? PreprocessingDefaults.Siglip
            : name.StartsWith("chinese", StringComparison.Ordinal) ? PreprocessingDefaults.ChineseClip
            : PreprocessingDefaults.Clip;
        return new PicturePreparation(PreprocessorConfig.Read(Path.Combine(directory, "preprocessor_config.json"), defaults));
    }

    private static byte[] Resize<TKernel>(PicturePreparation preparation, RgbImage picture)
        where TKernel : struct, IResizeKernel => PictureRows.Resize<TKernel>(preparation.Plan(picture), picture);

    private static byte[] Resize(PicturePreparation preparation, RgbImage picture) =>
        PictureRows.Resize(preparation.Plan(picture), picture);

    private static void Compare(System.Text.Json.JsonElement expected, string property, ReadOnlySpan<float> found)
    {
        var index = 0;
        foreach (var number in expected.GetProperty(property).EnumerateArray())
            Assert.Equal(number.GetDouble(), found[index++], 1e-5);
        Assert.Equal(16, index);
    }

    private static float[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return MemoryMarshal.Cast<byte, float>(bytes.ToArray()).ToArray();
    }
}
