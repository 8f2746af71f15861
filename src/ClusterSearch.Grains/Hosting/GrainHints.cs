using ClusterSearch.Archive;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Grains.Hosting;

/// <summary>Tells a video's grain that there is something to do.</summary>
internal sealed class GrainHints(IGrainFactory grains) : IWorkHints
{
    public void Planned(VideoId video) => _ = TellAsync(video);

    private async Task TellAsync(VideoId video)
    {
        try
        {
            await grains.GetGrain<IVideoGrain>(video.Value).LookAsync();
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or InvalidOperationException)
        {
            // Silos look by themselves.
        }
    }
}
