namespace ClusterSearch.Core.Tests;

/// <summary>Runs a property for seeds 1 to n; a failure says which.</summary>
internal static class Seeds
{
    public static void Each(int count, Action<int> property)
    {
        for (var seed = 1; seed <= count; seed++)
        {
            try
            {
                property(seed);
            }
            catch (Exception failure)
            {
                throw new Xunit.Sdk.XunitException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }
}
