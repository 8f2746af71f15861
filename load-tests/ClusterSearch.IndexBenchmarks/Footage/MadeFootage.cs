using System.Globalization;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>
/// An archive that is never stored: any video can be made at any time from the seed and its number. Safe for many
/// threads, each with a <see cref="Maker"/> of its own.
/// </summary>
internal sealed class MadeFootage(FootageModel model, long sampleCount, ulong seed)
{
    private const ulong VideoKind = 2, ShotKind = 3, StockKind = 4;

    public FootageModel Model => model;

    public ulong Seed => seed;

    public MotifBook Book { get; } = new(model, seed);

    public long SampleCount => sampleCount;

    public int VideoCount => (int)((sampleCount + model.SamplesPerVideo - 1) / model.SamplesPerVideo);

    /// <summary>The last video has the rest.</summary>
    public int SamplesOf(int video) => (int)Math.Min(model.SamplesPerVideo, sampleCount - (long)video * model.SamplesPerVideo);

    /// <summary>Like a digest of content: in no order.</summary>
    public VideoId IdOf(int video) => VideoId.FromDigest(SHA256.HashData(
        System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {video}"))).AsSpan(0, VideoId.Length / 2));

    /// <summary>A hundred cameras, recorded one hour after the other since 2026; every tenth camera's videos have a zone.</summary>
    public static VideoAttributes AttributesOf(int video) => new(CameraOf(video), video % 10 == 0 ? "gate" : null, RecordedAt(video));

    public static string CameraOf(int video) => string.Create(CultureInfo.InvariantCulture, $"camera-{video % 100}");

    public static DateTimeOffset RecordedAt(int video) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(video);

    public Maker CreateMaker() => new(this);

    /// <summary>Makes one video after the other.</summary>
    internal sealed class Maker(MadeFootage footage)
    {
        private readonly FootageModel _model = footage.Model;
        private readonly ShotMaker _shots = new(footage.Model, footage.Book);
        private readonly float[] _look = new float[footage.Model.Dimension];
        private readonly float[] _vectors = new float[footage.Model.SamplesPerVideo * footage.Model.Dimension];

        /// <summary>The vectors stay valid until the next call.</summary>
        public MadeVideo Make(int video)
        {
            var count = footage.SamplesOf(video);
            var starts = new bool[count];
            var draws = new Draws(Draws.SeedOf(footage.Seed, VideoKind, (ulong)video));
            if (_model.IsStructured) MakeShots(video, draws, starts);
            else MakeUnrelated(draws, starts);
            return new MadeVideo(video, count, _model.Dimension, _vectors, starts);
        }

        private void MakeShots(int video, Draws draws, bool[] starts)
        {
            var cast = new int[_model.Cast];
            for (var i = 0; i < cast.Length; i++) cast[i] = footage.Book.DrawMotif(draws);
            Array.Clear(_look);
            footage.Book.AddNoise(draws, _model.Look, _look);
            var isStill = draws.Uniform() < _model.StillVideos;
            for (int at = 0, shot = 0; at < starts.Length; shot++)
            {
                starts[at] = true;
                var isRepeat = !isStill && draws.Uniform() < _model.Repeats;
                var own = new Draws(isRepeat
                    ? Draws.SeedOf(footage.Seed, StockKind, (ulong)draws.Below(_model.StockShots))
                    : Draws.SeedOf(footage.Seed, ShotKind, ((ulong)video << 32) | (uint)shot));
                var count = Math.Min(LengthOf(own, isStill), starts.Length - at);
                var rows = _vectors.AsSpan(at * _model.Dimension, count * _model.Dimension);
                if (isRepeat) _shots.Make(own, null, [], false, count, draws, rows);
                else _shots.Make(own, cast, _look, isStill, count, null, rows);
                at += count;
            }
        }

        private int LengthOf(Draws draws, bool isStill) => (int)Math.Clamp(
            (isStill ? _model.StillShotMedian : _model.ShotMedian) * Math.Exp(_model.ShotDeviation * draws.Gaussian()), 1, _model.LongestShot);

        private void MakeUnrelated(Draws draws, bool[] starts)
        {
            for (int at = 0, left = 0; at < starts.Length; at++, left--)
            {
                if (left == 0) (starts[at], left) = (true, 1 + draws.Below(20));
                var row = _vectors.AsSpan(at * _model.Dimension, _model.Dimension);
                row.Clear();
                for (var part = 0; part < 6; part++)
                {
                    var amount = draws.Below(2) * 2 - 1;
                    TensorPrimitives.MultiplyAdd(footage.Book.Noise(draws.Below(MotifBook.NoiseRows)), amount, row, row);
                }
                MotifBook.Normalise(row);
            }
        }
    }
}

/// <summary>A made video.</summary>
/// <param name="Vectors">[Count, Dimension] row-major at its beginning; valid until its maker makes another.</param>
/// <param name="ShotStarts">Entry i is true where a shot starts at sample i.</param>
internal readonly record struct MadeVideo(int Number, int Count, int Dimension, float[] Vectors, bool[] ShotStarts)
{
    public ReadOnlySpan<float> Vector(int sample) => Vectors.AsSpan(sample * Dimension, Dimension);

    /// <summary>Units as aggregation makes them, one sample a second.</summary>
    public IReadOnlyList<Unit> Units()
    {
        var numbers = new long[Count];
        var seconds = new double[Count];
        for (var i = 0; i < Count; i++) numbers[i] = i;
        for (var i = 0; i < Count; i++) seconds[i] = i;
        return UnitBuilder.Build(numbers, seconds, Vectors.Length == Count * Dimension ? Vectors : Vectors[..(Count * Dimension)], Dimension, ShotStarts, 0);
    }
}
