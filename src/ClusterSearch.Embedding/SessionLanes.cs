using ClusterSearch.Embedding.Graphs;

namespace ClusterSearch.Embedding;

/// <summary>Sessions of the same graph on several devices: a run goes to the one with the fewest under way, the first of equal ones.</summary>
internal sealed class SessionLanes(IReadOnlyList<GraphSession> sessions)
{
    private readonly Lock _gate = new();
    private readonly int[] _running = new int[sessions.Count];

    /// <param name="run">Receives the session and its place in the list.</param>
    public void Run(Action<GraphSession, int> run)
    {
        int lane;
        lock (_gate)
        {
            lane = Array.IndexOf(_running, _running.Min());
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
