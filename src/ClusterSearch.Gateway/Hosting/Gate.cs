using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>So many at once, so many that wait, the rest are told to come again. One caller takes at most half of the places to wait, so that nobody fills them alone.</summary>
internal sealed class Gate(int atOnce, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _places = new(atOnce);
    private readonly Lock _counting = new();
    private readonly Dictionary<string, int> _insideOf = new(StringComparer.Ordinal);
    private readonly int _each = atOnce + (waiting + 1) / 2;
    private int _inside;

    /// <param name="caller">Whose request it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GatewayException">429 when too many wait.</exception>
    public async Task<IDisposable> EnterAsync(string caller, CancellationToken cancellation)
    {
        lock (_counting)
        {
            var own = _insideOf.GetValueOrDefault(caller);
            if (_inside >= atOnce + waiting || own >= _each)
                throw new GatewayException(Problem.Of(StatusCodes.Status429TooManyRequests, "limit.busy", "too many requests are worked on now; try again in a moment"));
            _inside++;
            _insideOf[caller] = own + 1;
        }
        try
        {
            await _places.WaitAsync(cancellation);
        }
        catch
        {
            Leave(caller);
            throw;
        }
        return new Place(this, caller);
    }

    public void Dispose() => _places.Dispose();

    private void Leave(string caller)
    {
        lock (_counting)
        {
            _inside--;
            if (--_insideOf[caller] == 0) _insideOf.Remove(caller);
        }
    }

    private sealed class Place(Gate gate, string caller) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) != 0) return;
            gate.Leave(caller);
            gate._places.Release();
        }
    }
}
