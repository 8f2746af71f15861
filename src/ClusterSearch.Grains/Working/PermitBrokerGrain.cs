using ClusterSearch.Grains.Placement;

namespace ClusterSearch.Grains.Working;

[OwnSiloPlacement]
internal sealed class PermitBrokerGrain(SiloWork work) : Grain, IPermitBrokerGrain
{
    public Task NudgeAsync()
    {
        work.Nudge();
        return Task.CompletedTask;
    }

    public Task<BrokerState> StateAsync(CancellationToken cancellation) => Task.FromResult(work.State);
}
