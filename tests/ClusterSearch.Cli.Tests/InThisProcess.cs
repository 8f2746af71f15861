namespace ClusterSearch.Cli.Tests;

/// <summary>
/// Commands that prepare what a test is about, or look at what came of it: the same as a process of their own does, without its
/// start, which costs more than most of them.
/// </summary>
internal static class InThisProcess
{
    private static readonly ArchiveOpener Archives = new(new Settings(_ => null, Path.GetTempPath()));

    public static async Task<ProgramOutcome> RunAsync(params string[] arguments)
    {
        var run = await CommandRun.Of(Archives, arguments);
        return new ProgramOutcome(run.ExitCode, run.Out, run.Error);
    }

    /// <summary>What `verify --digest` says of an archive that is whole.</summary>
    public static async Task<string> DigestAsync(params string[] where)
    {
        var verify = await RunAsync(["verify", "--digest", "--json", .. where]);
        Assert.True(verify.ExitCode == 0, verify.Output + verify.Error);
        return verify.Json.GetProperty("digest").GetString()!;
    }
}
