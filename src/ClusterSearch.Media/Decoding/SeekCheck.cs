namespace ClusterSearch.Media.Decoding;

/// <summary>Compares the first decoded frames with the plan.</summary>
internal sealed class SeekCheck(SeekPlan plan)
{
    private long? _first;

    /// <summary>Null while it cannot be told yet.</summary>
    public bool? Verdict { get; private set; } = plan == SeekPlan.Beginning ? true : null;

    /// <param name="frameTicks">The next decoded frame.</param>
    public void Observe(long frameTicks)
    {
        if (Verdict is not null) return;
        _first ??= frameTicks;
        if (_first > plan.LatestStartTicks) Verdict = false;
        else if (frameTicks >= plan.SafeTicks) Verdict = frameTicks == plan.SafeTicks || !plan.SafeIsExact;
    }
}
