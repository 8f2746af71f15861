using ClusterSearch.Embedding.Graphs;

namespace ClusterSearch.Embedding;

/// <summary>
/// Sessions of the same graph on several devices: a run goes to the one with the fewest under way, of equal ones to the next
/// in turn, so that the canaries' repeated runs meet every device of a pair.
/// </summary>
internal sealed class SessionLanes(IReadOnlyList<GraphSession> sessions)
{
    private readonly Lock _gate = new();
    private readonly int[] _running = new int[sessions.Count];
    private int _next;

    /// <param name="run">Receives the session and its place in the list.</param>
    public void Run(Action<GraphSession, int> run)
    {
        int lane;
        lock (_gate)
        {
            lane = Enumerable.Range(_next, _running.Length).Select(place => place % _running.Length).MinBy(place => _running[place]);
            _next = (lane + 1) % _running.Length;
            _running[lane]++;
        }

        try
        {
            run(sessions[lane], lane);
        }
        finally
        {
            lock (_gate) _running[lane]--;
        }
    }
}
