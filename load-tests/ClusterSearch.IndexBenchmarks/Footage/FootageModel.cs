namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>
/// The stated model of made footage; every number was fitted to embeddings of real clips by the starter model, and
/// `load-tests/index fit` prints both side by side (docs/benchmarks/index.md).
/// <para>
/// Motifs are things that footage shows: a common direction plus Gaussian directions with a power-law spectrum. Each video
/// has a cast of motifs, drawn by Zipf's law, and a look of its own. A shot shows a mix of three motifs of the cast. Within a
/// shot samples drift (a first-order autoregression) and tremble. Some shots are repeats from a stock that all videos
/// share; some videos are still cameras, whose long shots are broken by short events.
/// </para>
/// </summary>
internal sealed record FootageModel
{
    public static FootageModel Default { get; } = new();

    /// <summary>Samples without any structure in time: every one a direction of its own, in shots of random length.</summary>
    public static FootageModel Adversarial { get; } = new() { IsStructured = false };

    public bool IsStructured { get; init; } = true;

    /// <summary>A multiple of 16.</summary>
    public int Dimension { get; init; } = 512;

    /// <summary>At one a second an hour.</summary>
    public int SamplesPerVideo { get; init; } = 3600;

    public int Motifs { get; init; } = 2048;

    /// <summary>Popularity of the n-th motif: (n + 10) to the power of minus this.</summary>
    public double MotifExponent { get; init; } = 1.0;

    /// <summary>Cosine of a motif with the direction that all share.</summary>
    public double Common { get; init; } = 0.24;

    /// <summary>Variance along the n-th principal axis of motifs: (n + 8) to the power of minus this.</summary>
    public double SpectrumExponent { get; init; } = 0.8;

    /// <summary>How many of the widest principal axes are coordinates; the others lie across them.</summary>
    public int CoordinateAxes { get; init; } = 8;

    /// <summary>Motifs that a video shows.</summary>
    public int Cast { get; init; } = 12;

    /// <summary>Weights of a shot's second and third motif are at most this, the first's is 1.</summary>
    public double Mix { get; init; } = 0.7;

    /// <summary>Length of a video's look beside motifs of length 1.</summary>
    public double Look { get; init; } = 0.15;

    /// <summary>Length of a shot's own direction.</summary>
    public double ShotNoise { get; init; } = 0.35;

    /// <summary>Median and log-deviation of the length of shots, in samples.</summary>
    public double ShotMedian { get; init; } = 8;

    public double ShotDeviation { get; init; } = 0.8;

    public int LongestShot { get; init; } = 900;

    /// <summary>Part of videos that are still cameras, and their median shot.</summary>
    public double StillVideos { get; init; } = 0.2;

    public double StillShotMedian { get; init; } = 300;

    /// <summary>Chance that an event begins at a sample of a still camera.</summary>
    public double EventRate { get; init; } = 0.01;

    /// <summary>Part of shots that come from the stock.</summary>
    public double Repeats { get; init; } = 0.04;

    public int StockShots { get; init; } = 20_000;

    /// <summary>Length of the drift inside a shot, and of each sample's own tremble: smallest and largest, drawn for each shot.</summary>
    public (double Least, double Most) Drift { get; init; } = (0.02, 4);

    public (double Least, double Most) Tremble { get; init; } = (0.01, 0.8);

    /// <summary>Correlation of the drift from one sample to the next.</summary>
    public double Persistence { get; init; } = 0.85;
}
