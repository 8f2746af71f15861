using System.Diagnostics;
using System.Globalization;

namespace ClusterSearch.Cli.Tests;

public sealed class InterruptionTests
{
    [Fact]
    public async Task The_first_signal_asks_the_command_to_stop_and_says_what_a_second_does()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs kill");
        var error = new StringWriter();
        using var interruption = new Interruption(TextWriter.Synchronized(error), isTerminal: false);
        var stopped = new TaskCompletionSource();
        await using var registration = interruption.Token.Register(stopped.SetResult);
        using var kill = Process.Start("kill", ["-TERM", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("stopping; once more ends at once\n", error.ToString());
    }
}
