namespace ClusterSearch.Core.Moments;

/// <summary>
/// When a part of a shot is a moment of its own. The contrast of a rise is its peak less the level it stands on; it must
/// reach each of the three amounts below, or the stretch is one moment as a whole.
/// </summary>
public sealed record MomentOptions
{
    public static MomentOptions Default { get; } = new();

    /// <summary>
    /// Length of the window whose best mean is a moment's score; above 0. On a judged montage 3 s ranked as well as the
    /// whole shot's mean, 1 s worse by .01.
    /// </summary>
    public double WindowSeconds { get; init; } = 3;

    /// <summary>
    /// Score of footage that has nothing to do with the query: the archive's median for it. 0 suits models whose unrelated
    /// cosines lie around 0 (the starter, SigLIP); CLIP's lie around .2, and then it must be given.
    /// </summary>
    public double Background { get; init; }

    /// <summary>
    /// Contrast as a part of (peak - <see cref="Background"/>), 0 to 1. Slow camera moves over one motif stay below .4
    /// with the starter model, cars that pass a fixed camera reach .8 and more.
    /// </summary>
    public double RelativeContrast { get; init; } = 0.5;

    /// <summary>Contrast in units of score, at least 0.</summary>
    public double MinimumContrast { get; init; } = 0.05;

    /// <summary>
    /// How many standard deviations of the shot's noise the contrast must exceed beyond the highest value that noise alone
    /// is expected to reach over a shot of this length, at least 0.
    /// </summary>
    public double NoiseMargin { get; init; } = 1;

    /// <exception cref="ArgumentException">Naming every option out of range.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (!double.IsFinite(WindowSeconds) || WindowSeconds <= 0) faults.Add($"{nameof(WindowSeconds)} is above 0, found {WindowSeconds}");
        if (!double.IsFinite(Background)) faults.Add($"{nameof(Background)} is finite, found {Background}");
        if (!(RelativeContrast is >= 0 and <= 1)) faults.Add($"{nameof(RelativeContrast)} is from 0 to 1, found {RelativeContrast}");
        if (!double.IsFinite(MinimumContrast) || MinimumContrast < 0) faults.Add($"{nameof(MinimumContrast)} is at least 0, found {MinimumContrast}");
        if (!double.IsFinite(NoiseMargin) || NoiseMargin < 0) faults.Add($"{nameof(NoiseMargin)} is at least 0, found {NoiseMargin}");
        if (faults.Count > 0) throw new ArgumentException($"moment options: {string.Join("; ", faults)}");
    }
}
