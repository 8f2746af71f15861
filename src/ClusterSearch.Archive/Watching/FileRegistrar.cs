using System.Collections.Concurrent;
using System.Threading.Channels;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Watching;

/// <summary>Registers whole files beside the watch's loop, so that a thousand new ones do not keep it from growing recordings.</summary>
internal sealed class FileRegistrar(FileRegistration registration, Action finished)
{
    private const int AtOnce = 2;

    private readonly Channel<WatchedFile> _files = Channel.CreateUnbounded<WatchedFile>();
    private readonly ConcurrentQueue<Registered> _results = new();

    public void Add(WatchedFile file) => _files.Writer.TryWrite(file);

    /// <summary>What became of files since the last call.</summary>
    public IEnumerable<Registered> Take()
    {
        while (_results.TryDequeue(out var result)) yield return result;
    }

    public Task RunAsync(CancellationToken cancellation) =>
        Parallel.ForEachAsync(_files.Reader.ReadAllAsync(cancellation), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (file, token) =>
            {
                try
                {
                    _results.Enqueue(new Registered(file, await registration.RegisterAsync(file.Discovered, token), null));
                }
                catch (ClusterSearchException fault) when (fault.IsTransient || fault.Code == ErrorCodes.ArchiveDiskFull || fault.Code.StartsWith("footage.", StringComparison.Ordinal))
                {
                    _results.Enqueue(new Registered(file, null, fault));
                }
                finished();
            });

    /// <param name="Video">Null when it failed.</param>
    public sealed record Registered(WatchedFile File, RegisteredFile? Video, ClusterSearchException? Fault);
}
