namespace ClusterSearch.Core.Smoothing;

public enum SmoothingMethod
{
    /// <summary>Gaussian over samples of the same shot, renormalised at its ends.</summary>
    Shot,

    /// <summary>The published method: Gaussian, valid mode, vectors renormalised, ends of the video lost.</summary>
    Reference,

    None,
}
