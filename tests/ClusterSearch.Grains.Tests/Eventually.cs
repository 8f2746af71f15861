using System.Diagnostics;

namespace ClusterSearch.Grains.Tests;

/// <summary>Waits for what comes about by itself, up to a limit.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(string what, Func<bool> isTrue) => TrueAsync(what, () => Task.FromResult(isTrue()));

    public static async Task TrueAsync(string what, Func<Task<bool>> isTrue)
    {
        var waiting = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (waiting.Elapsed > Limit) Assert.Fail($"{what}: not within {Limit.TotalSeconds:0} s");
            await Task.Delay(20);
        }
    }
}
