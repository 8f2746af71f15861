using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>So many at once, so many that wait, the rest are told to come again.</summary>
internal sealed class Gate(int atOnce, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _places = new(atOnce);
    private int _inside;

    /// <exception cref="GatewayException">429 when too many wait.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _inside) > atOnce + waiting)
        {
            Interlocked.Decrement(ref _inside);
            throw new GatewayException(Problem.Of(StatusCodes.Status429TooManyRequests, "limit.busy", "too many requests are worked on now; try again in a moment"));
        }
        try
        {
            await _places.WaitAsync(cancellation);
        }
        catch
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }
        return new Place(this);
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(Gate gate) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) != 0) return;
            Interlocked.Decrement(ref gate._inside);
            gate._places.Release();
        }
    }
}
