using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Writing;

/// <summary>
/// The last unit that this process wrote of each video: the one that the next write of it replaces, nearly always. Kept so that it
/// need not be read back, which would wait for the server's next time tick.
/// </summary>
internal sealed class RecentTails
{
    private const int Capacity = 512;

    private readonly Dictionary<VideoId, (Unit Unit, long Born)> _tails = [];
    private readonly Queue<VideoId> _order = [];

    public void Keep(VideoId video, Unit unit, long born)
    {
        if (!_tails.ContainsKey(video))
        {
            _order.Enqueue(video);
            if (_order.Count > Capacity) _tails.Remove(_order.Dequeue());
        }
        _tails[video] = (unit, born);
    }

    /// <returns>Null when it was another one.</returns>
    public Unit? Find(VideoId video, long first, long born) =>
        _tails.TryGetValue(video, out var tail) && tail.Unit.FirstSample == first && tail.Born == born ? tail.Unit : null;

    public void Clear()
    {
        _tails.Clear();
        _order.Clear();
    }
}
