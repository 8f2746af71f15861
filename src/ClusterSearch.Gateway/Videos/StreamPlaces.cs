using ClusterSearch.Gateway.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Videos;

/// <summary>
/// Transcoded streams: so many at once. A player that is paused takes nothing and may keep its place, until somebody else wants one: then the
/// stream that has waited longest for its reader ends, if it has waited long enough. So one who never reads holds nobody up.
/// </summary>
internal sealed class StreamPlaces(int atOnce, TimeProvider time)
{
    /// <summary>A player that plays takes something far more often.</summary>
    public static readonly TimeSpan Stalled = TimeSpan.FromSeconds(10);

    private readonly Lock _room = new();
    private readonly List<Place> _places = [];

    /// <param name="cancellation">Of the request.</param>
    /// <exception cref="GatewayException">429 when all are read from.</exception>
    public Place Enter(CancellationToken cancellation)
    {
        Place? stalled = null;
        try
        {
            lock (_room)
            {
                if (_places.Count >= atOnce)
                {
                    stalled = _places.Where(place => place.SinceTaken >= Stalled).MaxBy(place => place.SinceTaken)
                        ?? throw new GatewayException(Problem.Of(StatusCodes.Status429TooManyRequests, "limit.busy", "too many videos are transcoded now; try again in a moment"));
                    _places.Remove(stalled);
                }
                var place = new Place(this, time, cancellation);
                _places.Add(place);
                return place;
            }
        }
        finally
        {
            stalled?.End();
        }
    }

    private void Leave(Place place)
    {
        lock (_room) _places.Remove(place);
    }

    /// <summary>One stream.</summary>
    internal sealed class Place(StreamPlaces places, TimeProvider time, CancellationToken cancellation) : IDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private readonly Lock _life = new();
        private long _takenAt = time.GetTimestamp();
        private bool _isLeft;

        /// <summary>The request's end, or that of the place.</summary>
        public CancellationToken Token => _end.Token;

        /// <summary>Time since the reader last took something.</summary>
        public TimeSpan SinceTaken => time.GetElapsedTime(Interlocked.Read(ref _takenAt));

        /// <summary>What is written here is written there, and noted once it is taken.</summary>
        public Stream Over(Stream output) => new TakenStream(output, () => Interlocked.Exchange(ref _takenAt, time.GetTimestamp()));

        public void End()
        {
            lock (_life)
                if (!_isLeft) _end.Cancel();
        }

        public void Dispose()
        {
            places.Leave(this);
            lock (_life) _isLeft = true;
            _end.Dispose();
        }
    }
}
