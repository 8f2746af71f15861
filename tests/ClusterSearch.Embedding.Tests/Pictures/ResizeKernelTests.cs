using System.Globalization;
using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Pictures;

public class ResizeKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Kernels_agree_with_a_plain_resize_of_the_whole_picture(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 25; round++)
        {
            var filter = (ResampleFilter)random.Next(1, 4);
            var (width, height) = (random.Next(1, 150), random.Next(1, 150));
            var (resizedWidth, resizedHeight) = (random.Next(1, 90), random.Next(1, 90));
            if (random.Next(4) == 0) resizedWidth = width;
            var (cropWidth, cropHeight) = (random.Next(1, resizedWidth + 1), random.Next(1, resizedHeight + 1));
            var (left, top) = (random.Next(resizedWidth - cropWidth + 1), random.Next(resizedHeight - cropHeight + 1));
            var picture = RandomPicture(random, width, height);
            var plan = new ResizePlan(
                ResizeAxis.Create(width, resizedWidth, left, cropWidth, filter), ResizeAxis.Create(height, resizedHeight, top, cropHeight, filter));

            var expected = Crop(PlainResize(picture, resizedWidth, resizedHeight, filter), left, top, cropWidth, cropHeight);
            var what = string.Create(CultureInfo.InvariantCulture, $"seed {seed} round {round}: {width}x{height} -> {resizedWidth}x{resizedHeight}, crop {cropWidth}x{cropHeight} at {left},{top}, {filter}");
            Assert.True(expected.SequenceEqual(PictureRows.Resize<ScalarKernel>(plan, picture)), $"scalar, {what}");
            Assert.True(expected.SequenceEqual(PictureRows.Resize<PortableKernel>(plan, picture)), $"portable, {what}");
            if (Avx2Kernel.IsSupported) Assert.True(expected.SequenceEqual(PictureRows.Resize<Avx2Kernel>(plan, picture)), $"AVX2, {what}");
        }
    }

    /// <summary>SHA-256 of what Pillow 9.4.0 makes of the same pictures (Image.resize with resample 1, 2 and 3).</summary>
    [Theory]
    [InlineData("Lanczos", 300, 200, 224, 224, "01d4f153f56ff9ebce73796bf12b57b25c3b0d4239cc0c1023a019e4218ecf9d")]
    [InlineData("Lanczos", 97, 181, 224, 150, "b2af9f048f3709b8ccd7d99c9854948984a2ec6fbc17f9f3326d22bde0dec050")]
    [InlineData("Lanczos", 640, 360, 64, 48, "562e941a04afa79897fedfaec3b64c17053737fe79a7db48a8fce442c9140eb8")]
    [InlineData("Lanczos", 64, 48, 200, 300, "e6b6ee7c6265bb81dcf5862eda301176d1e2e74119c706df7fe388276df48a6b")]
    [InlineData("Lanczos", 1000, 10, 7, 90, "91c7050ea546963daf8529d825345bb66b2908560a6a7ccd249c1cc28cc7ed1e")]
    [InlineData("Bilinear", 640, 360, 64, 48, "845c899c452b1a4a5aeae8f010bb275fa39f3cbe6677197baa0bef44012882cb")]
    [InlineData("Bilinear", 1000, 10, 7, 90, "405713eddbf1a54e3d9262f628b7beba31e63c57e7b79bb7f3633f2aa8272306")]
    [InlineData("Bicubic", 97, 181, 224, 150, "1594f844350853c3293a269bf1e747d5669fa1a55257a93522259da657caf251")]
    [InlineData("Bicubic", 64, 48, 200, 300, "d1bd7048448a824549bf07f995f4c71eed92c13c5a041fe976837f8fdb4ff198")]
    public void Every_filter_equals_Pillows(string filter, int width, int height, int resizedWidth, int resizedHeight, string expected)
    {
        var picture = new PictureFormula("r = (x^y)&255; g = (3*x+5*y)&255; b = ((x*y)>>4)&255").Draw(width, height);
        var resample = Enum.Parse<ResampleFilter>(filter);
        var plan = new ResizePlan(ResizeAxis.Create(width, resizedWidth, 0, resizedWidth, resample), ResizeAxis.Create(height, resizedHeight, 0, resizedHeight, resample));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(PictureRows.Resize<ScalarKernel>(plan, picture))));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(PictureRows.Resize(plan, picture))));
    }

    [Theory]
    [InlineData(640, 360)]
    [InlineData(1920, 1080)]
    [InlineData(1080, 1920)]
    [InlineData(3840, 2160)]
    public void Kernels_agree_on_frames_of_usual_sizes(int width, int height)
    {
        var picture = RandomPicture(new Random(7), width, height);
        var plan = Starter().Plan(picture);
        var expected = PictureRows.Resize<ScalarKernel>(plan, picture);
        Assert.True(expected.SequenceEqual(PictureRows.Resize<PortableKernel>(plan, picture)));
        Assert.True(expected.SequenceEqual(PictureRows.Resize(plan, picture)));
    }

    [Fact]
    public void Extreme_levels_clip_and_do_not_wrap()
    {
        // Alternating black and white rings beyond both ends under a bicubic kernel.
        var pixels = new byte[64 * 64 * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i / 3 % 64 / 4 % 2 == 0 ? 255 : 0);
        var picture = new RgbImage(64, 64, pixels);
        var plan = new ResizePlan(ResizeAxis.Create(64, 200, 0, 200, ResampleFilter.Bicubic), ResizeAxis.Create(64, 64, 0, 64, ResampleFilter.Bicubic));
        var resized = PictureRows.Resize(plan, picture);
        Assert.Equal(PlainResize(picture, 200, 64, ResampleFilter.Bicubic).Bytes.ToArray(), resized);
        Assert.Contains((byte)0, resized);
        Assert.Contains((byte)255, resized);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_picture_of_a_known_size()
    {
        var preparation = Starter();
        var picture = RandomPicture(new Random(1), 1280, 720);
        var prepared = new float[preparation.PreparedLength];
        for (var i = 0; i < 3; i++) preparation.Prepare(picture, prepared);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) preparation.Prepare(picture, prepared);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_pooled_buffer_may_be_longer_than_its_picture()
    {
        var preparation = Starter();
        var picture = RandomPicture(new Random(2), 400, 300);
        var longer = new byte[picture.Pixels.Length + 5000];
        Array.Fill(longer, (byte)77);
        picture.Pixels.CopyTo(longer, 0);
        Assert.Equal(Prepare(preparation, picture), Prepare(preparation, new RgbImage(400, 300, longer)));
    }

    [Fact]
    public void Many_sizes_do_not_pile_up()
    {
        var preparation = Starter();
        for (var width = 300; width < 400; width++)
        {
            var picture = RandomPicture(new Random(width), width, 300);
            Assert.Equal(Prepare(Starter(), picture), Prepare(preparation, picture));
        }
    }

    [Fact]
    public void A_picture_shorter_than_it_claims_is_refused()
    {
        var fault = Assert.Throws<ClusterSearchException>(() => Prepare(Starter(), new RgbImage(100, 100, new byte[100])));
        Assert.Equal(ErrorCodes.RequestInvalid, fault.Code);
        Assert.Contains("needs 30000 bytes, found 100", fault.Message);
    }

    [Fact]
    public void The_longer_side_is_rounded_down()
    {
        var config = Starter().Config;
        Assert.Equal((519, 292), config.ResizedSize(1920, 1080));
        Assert.Equal((389, 292), config.ResizedSize(320, 240));
        Assert.Equal((292, 483), config.ResizedSize(200, 331));
    }

    private static PicturePreparation Starter() =>
        new(PreprocessorConfig.Read(Path.Combine(TestAssets.StarterModel, "preprocessor_config.json"), PreprocessingDefaults.Clip));

    private static float[] Prepare(PicturePreparation preparation, RgbImage picture)
    {
        var prepared = new float[preparation.PreparedLength];
        preparation.Prepare(picture, prepared);
        return prepared;
    }

    private static RgbImage RandomPicture(Random random, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        random.NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static byte[] Crop(RgbImage picture, int left, int top, int width, int height)
    {
        var result = new List<byte>();
        for (var y = top; y < top + height; y++) result.AddRange(picture.Pixels.AsSpan(((y * picture.Width) + left) * 3, width * 3));
        return [.. result];
    }

    /// <summary>Written from the description in Pillow's documentation and facts, without tables, crops or vectors.</summary>
    private static RgbImage PlainResize(RgbImage picture, int width, int height, ResampleFilter filter)
    {
        var wide = width == picture.Width ? picture : Transpose(ResizeRows(Transpose(picture), width, filter));
        return height == picture.Height ? wide : ResizeRows(wide, height, filter);
    }

    private static RgbImage Transpose(RgbImage picture)
    {
        var pixels = new byte[picture.ByteCount];
        for (var y = 0; y < picture.Height; y++)
            for (var x = 0; x < picture.Width; x++)
                for (var channel = 0; channel < 3; channel++)
                    pixels[(((x * picture.Height) + y) * 3) + channel] = picture.Pixels[(((y * picture.Width) + x) * 3) + channel];
        return new RgbImage(picture.Height, picture.Width, pixels);
    }

    private static RgbImage ResizeRows(RgbImage picture, int height, ResampleFilter filter)
    {
        var pixels = new byte[picture.Width * height * 3];
        var scale = (double)picture.Height / height;
        var stretch = Math.Max(scale, 1);
        var support = stretch * filter switch { ResampleFilter.Lanczos => 3, ResampleFilter.Bicubic => 2, _ => 1 };
        for (var row = 0; row < height; row++)
        {
            var center = (row + 0.5) * scale;
            var from = Math.Max(0, (int)(center - support + 0.5));
            var to = Math.Min(picture.Height, (int)(center + support + 0.5));
            var weights = Enumerable.Range(from, to - from).Select(y => Weight(filter, (y - center + 0.5) * (1 / stretch))).ToArray();
            var sum = 0.0;
            foreach (var weight in weights) sum += weight;
            var whole = weights.Select(weight => (long)Math.Round(weight / sum * (1 << 22), MidpointRounding.AwayFromZero)).ToArray();
            for (var i = 0; i < picture.Width * 3; i++)
            {
                long total = 1 << 21;
                for (var tap = 0; tap < whole.Length; tap++) total += whole[tap] * picture.Pixels[((from + tap) * picture.Width * 3) + i];
                pixels[(row * picture.Width * 3) + i] = (byte)Math.Clamp(total >> 22, 0, 255);
            }
        }

        return new RgbImage(picture.Width, height, pixels);
    }

    private static double Weight(ResampleFilter filter, double x)
    {
        x = Math.Abs(x);
        if (filter == ResampleFilter.Bilinear) return Math.Max(0, 1 - x);
        if (filter == ResampleFilter.Lanczos) return x == 0 ? 1 : x >= 3 ? 0 : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3));
        return x < 1 ? ((((1.5 * x) - 2.5) * x * x) + 1) : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * -0.5 : 0;
    }
}
