namespace ClusterSearch.Grains.Working;

/// <summary>The brokers of all silos that are active now.</summary>
internal sealed class Brokers(IGrainFactory grains, ISiloStatusOracle silos)
{
    /// <summary>Tells all of them that the ledger may have something to do; who does not hear it looks by itself.</summary>
    public async Task NudgeAsync()
    {
        foreach (var silo in silos.GetActiveSilos())
        {
            try
            {
                await grains.GetGrain<IPermitBrokerGrain>(silo.ToParsableString()).NudgeAsync();
            }
            catch (OrleansException)
            {
                // On its way out.
            }
        }
    }
}
