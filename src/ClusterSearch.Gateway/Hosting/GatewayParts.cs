using System.Diagnostics;
using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Gateway.Ingestion;
using ClusterSearch.Gateway.Operating;
using ClusterSearch.Gateway.Searching;
using ClusterSearch.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>What endpoints share.</summary>
internal sealed class GatewayParts(GatewayOptions options, ISearch search, IIngestion ingestion, IWorking working, ILogger log, TimeProvider time) : IDisposable
{
    private const long FrameCacheBytes = 96L << 20;

    public GatewayOptions Options { get; } = options;

    public ISearch Search { get; } = search;

    public IIngestion Ingestion { get; } = ingestion;

    public IWorking Working { get; } = working;

    public ILogger Log { get; } = log;

    public IngestDesk Desk { get; } = new(ingestion, working, log, time);

    public Uploads? Uploads { get; } = options.UploadDirectory is { } directory ? new Uploads(directory, options.MaximumUploadBytes) : null;

    public PictureStore Pictures { get; } = new();

    public Pages Pages { get; } = new();

    public Figures Figures { get; } = new(time);

    /// <summary>Key frames as JPEG.</summary>
    public MemoryCache Frames { get; } = new(new MemoryCacheOptions { SizeLimit = FrameCacheBytes });

    public Gate Searches { get; } = new(options.MaximumConcurrency, options.MaximumWaiting);

    public Gate Pictorial { get; } = new(Math.Max(2, Environment.ProcessorCount), options.MaximumWaiting);

    public Gate Transcodings { get; } = new(options.MaximumTranscodings, 0);

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Cancelled when the gateway stops; answers without an end of their own end then.</summary>
    public CancellationToken Stopping { get; set; }

    public TimeProvider Time { get; } = time;

    /// <summary>Work that takes its turn and may not take forever.</summary>
    /// <exception cref="GatewayException">429 when too many wait, 503 when it took too long.</exception>
    public async Task<T> LimitedAsync<T>(HttpContext context, Func<CancellationToken, Task<T>> work)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(Options.SearchTimeout);
        try
        {
            var asked = Stopwatch.GetTimestamp();
            using var place = await Searches.EnterAsync(timeout.Token);
            Telemetry.StageDuration.Record(Stopwatch.GetElapsedTime(asked).TotalSeconds, new KeyValuePair<string, object?>(Telemetry.Attributes.Stage, "wait"));
            return await work(timeout.Token);
        }
        catch (ClusterSearchException fault) when (fault.Message.Contains(Pictures.Directory, StringComparison.Ordinal))
        {
            // Where a picture lies on this host is nobody's business.
            throw new ClusterSearchException(fault.Code, fault.Message.Replace($"{Pictures.Directory}/", "picture ", StringComparison.Ordinal), fault);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new GatewayException(Problem.Of(StatusCodes.Status503ServiceUnavailable, "limit.time", $"not done within {Options.SearchTimeout.TotalSeconds:0} s"));
        }
    }

    public void Dispose()
    {
        Frames.Dispose();
        Figures.Dispose();
        Pictures.Dispose();
        Searches.Dispose();
        Pictorial.Dispose();
        Transcodings.Dispose();
        Desk.Dispose();
    }
}
