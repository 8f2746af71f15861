namespace ClusterSearch.Core.Footage;

/// <summary>Port that gives the pictures of samples.</summary>
public interface IFrameSource
{
    /// <summary>
    /// Decodes the samples of one range. Frames come in order of their number; numbers that cannot be had (damage, a
    /// duration that promised more than there is) are left out, and the trace says why. The same footage gives the same bytes
    /// for every range that contains the sample. Each frame's pixels belong to the caller until it disposes the frame.
    /// </summary>
    IAsyncEnumerable<SampledFrame> SampleAsync(FrameRequest request, DecodeTrace trace, CancellationToken cancellation);
}
