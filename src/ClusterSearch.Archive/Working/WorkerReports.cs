using ClusterSearch.Core;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// Writes a worker's pulse into the catalogue every few seconds, from its making to its end, and then a last time: stopped. No
/// report is no fault; the catalogue's silence about a worker says the same a little later.
/// </summary>
internal sealed class WorkerReports : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FinalWords = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private readonly ArchivePorts _ports;
    private readonly WorkerPulse _pulse;
    private readonly Func<int> _slots;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reporting;

    /// <param name="ports">Whose catalogue is written to.</param>
    /// <param name="pulse">What is said.</param>
    /// <param name="slots">Chunks worked on at once, now.</param>
    public WorkerReports(ArchivePorts ports, WorkerPulse pulse, Func<int> slots)
    {
        (_ports, _pulse, _slots) = (ports, pulse, slots);
        _log = ports.Logs.CreateLogger("ClusterSearch.Worker");
        _reporting = Task.Run(ReportAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reporting;
        _pulse.Stopped();
        await SayFinallyAsync();
        _end.Dispose();
    }

    private async Task ReportAsync()
    {
        var hasForgotten = false;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _ports.Catalog.ReportWorkerAsync(_pulse.Report(_slots()), _end.Token);
                if (!hasForgotten) await _ports.Catalog.ForgetWorkersAsync(Forgotten, _end.Token);
                hasForgotten = true;
                await Task.Delay(Interval, _ports.Time, _end.Token);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (ClusterSearchException fault)
            {
                _log.LogDebug("No report: {Message}", fault.Message);
                await Task.WhenAny(Task.Delay(Interval, _ports.Time, _end.Token));
            }
        }
    }

    private async Task SayFinallyAsync()
    {
        using var limit = new CancellationTokenSource(FinalWords, _ports.Time);
        try
        {
            await _ports.Catalog.ReportWorkerAsync(_pulse.Report(0), limit.Token);
        }
        catch (Exception fault) when (fault is ClusterSearchException or OperationCanceledException)
        {
            // Its silence says the same a little later.
        }
    }
}
