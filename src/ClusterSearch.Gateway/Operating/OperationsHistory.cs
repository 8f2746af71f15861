using ClusterSearch.Contract;
using Microsoft.Extensions.Hosting;

namespace ClusterSearch.Gateway.Operating;

/// <summary>The gateway's own figures of the last ten minutes, a point every two seconds, so that whoever opens the charts sees what was before.</summary>
/// <param name="read">The figures now; asks nothing of the archive.</param>
internal sealed class OperationsHistory(Func<OperationsPointDocument> read, TimeProvider time) : BackgroundService
{
    private const int Kept = 300;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly Queue<OperationsPointDocument> _points = new();

    public IReadOnlyList<OperationsPointDocument> Points
    {
        get
        {
            lock (_points) return [.. _points];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            var point = read();
            lock (_points)
            {
                _points.Enqueue(point);
                if (_points.Count > Kept) _points.Dequeue();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
