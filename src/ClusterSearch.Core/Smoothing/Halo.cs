namespace ClusterSearch.Core.Smoothing;

/// <summary>How far a sample's neighbours reach into its smoothed value.</summary>
public static class Halo
{
    /// <summary>Samples to either side: <see cref="GaussianKernel.Radius"/> of <see cref="GaussianKernel.Default"/>.</summary>
    public const int Radius = 5;
}
