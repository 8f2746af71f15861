using ClusterSearch.Archive.Working;

namespace ClusterSearch.Archive.Watching;

/// <summary>Work by worker processes that share the archive: they look for it by themselves, and one of them writes the index.</summary>
internal sealed class OthersWork(ArchivePorts ports, ArchiveOptions options) : IWatchWork
{
    public void Wake()
    {
    }

    /// <summary>Asks whoever writes the index for that role, and gives it back.</summary>
    public async Task ChangeIndexAsync(Func<Task> change, CancellationToken cancellation)
    {
        await using var role = await ArchiveChange.BeginAsync(ports, options, cancellation);
        await change();
    }

    /// <summary>What is registered is theirs to do.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation) => Task.CompletedTask;
}
