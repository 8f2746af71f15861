using System.Collections.Concurrent;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>The first part of every run: finds footage, and registers and plans each file's video. What is done with the plans is others' work.</summary>
internal sealed class FootageIntake(
    ArchivePorts ports, PlaceBook places, IngestRequest request, EncodingRecord encoding, RunMeter meter, RunFailures failures)
{
    private const int RegistrationsAtOnce = 2;

    private readonly ConcurrentBag<VideoId> _displaced = [];

    /// <summary>Files that were found.</summary>
    public int Files { get; private set; }

    /// <summary>Videos whose file was replaced by another one and that lie nowhere else by now: their footage is gone.</summary>
    public async Task<IReadOnlyList<VideoId>> ListGoneAsync(CancellationToken cancellation)
    {
        var gone = new List<VideoId>();
        foreach (var id in _displaced.Distinct())
            if (await ports.Catalog.FindVideoAsync(id, cancellation) is { Places.Count: 0 }) gone.Add(id);
        return gone;
    }

    /// <param name="admit">Told of each file once it is registered, of two at a time; told again after a fault that passes.</param>
    /// <param name="cancellation">Stops between files and within.</param>
    public async Task RunAsync(Func<RegisteredFile, CancellationToken, Task> admit, CancellationToken cancellation)
    {
        meter.Stage = IngestStage.Discovering;
        var files = request.Paths.Count == 0
            ? await KnownFootage.FindAsync(ports.Catalog, places, failures.Add, cancellation)
            : FootageDiscovery.Find(request.Paths, failures.Add, cancellation);
        Files = files.Count;
        meter.Videos = files.Count;
        var registration = new FileRegistration(ports, places, request, encoding.Encoding.Id, encoding.Encoding.Sampling);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce, CancellationToken = cancellation },
            async (file, token) =>
            {
                try
                {
                    if (request.ConfinedTo is { } top && !RealPath.IsWithin(file.Path, top))
                        throw new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{file.Path}: a link leads out of {top}, which is all that may be read");
                    var registered = await TransientRetry.UntilAnsweredAsync(ports.Time, again => registration.RegisterAsync(file, again), token);
                    if (registered.Displaced is { } displaced) _displaced.Add(displaced);
                    await TransientRetry.UntilAnsweredAsync(ports.Time, async again =>
                    {
                        await admit(registered, again);
                        return true;
                    }, token);
                }
                catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
                {
                    failures.Add(file.Path, fault);
                    meter.VideoDone();
                }
            });
    }
}
