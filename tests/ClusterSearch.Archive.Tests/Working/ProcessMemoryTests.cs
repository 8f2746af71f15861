using System.Diagnostics;
using ClusterSearch.Archive.Working;

namespace ClusterSearch.Archive.Tests.Working;

public sealed class ProcessMemoryTests
{
    [Fact]
    public async Task What_a_child_takes_counts()
    {
        // dd fills a buffer of 300 MB again and again.
        using var child = Process.Start(new ProcessStartInfo("dd", ["if=/dev/zero", "of=/dev/null", "bs=300M", "count=1000000"]) { RedirectStandardError = true })!;
        try
        {
            var waiting = Stopwatch.StartNew();
            while (ProcessMemory.Taken() - Environment.WorkingSet < 290L << 20)
            {
                Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), $"{(ProcessMemory.Taken() - Environment.WorkingSet) >> 20} MiB of children");
                await Task.Delay(20);
            }
        }
        finally
        {
            child.Kill();
        }
    }
}
