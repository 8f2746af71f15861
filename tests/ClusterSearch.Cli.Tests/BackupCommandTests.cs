using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class BackupCommandTests
{
    [Fact]
    public async Task A_backup_says_what_it_holds()
    {
        var archive = new FakeArchive();
        var run = await CommandRun.Of(archive, "backup", "/backups/footage", "--copy");
        Assert.Equal(new Archive.BackupRequest("/backups/footage") { Copy = true }, archive.BackedUp);
        Assert.Equal((ExitCodes.Done, "2 videos, 4 vector files of 3 MB, 1 kB copied, in 1.5 s: /backups/footage\n"), (run.ExitCode, run.Out));
        Assert.Equal(3_000_000, (await CommandRun.Of(archive, "backup", "/backups/footage", "--json")).Json.GetProperty("bytes").GetInt64());
        Assert.Equal(ExitCodes.Usage, (await CommandRun.Of(archive, "backup")).ExitCode);
    }

    [Fact]
    public async Task An_archive_that_is_lost_comes_back_out_of_its_backup()
    {
        using var directory = new TemporaryDirectory();
        var (archive, backup) = (directory.File("archive"), directory.File("backup"));
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", TestAssets.Samples, "--archive", archive)).ExitCode);
        var before = (await InThisProcess.RunAsync("search", "a cat", "--archive", archive, "--json")).Json.GetProperty("moments").ToString();
        var run = await WholeProgram.RunAsync("backup", backup, "--archive", archive, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        // The backup may be verified as it is.
        Assert.Equal(0, (await WholeProgram.RunAsync("verify", "--archive", backup)).ExitCode);
        Assert.Equal(2, (await WholeProgram.RunAsync("restore", backup, "--archive", archive)).ExitCode);
        Directory.Delete(archive, recursive: true);
        run = await WholeProgram.RunAsync("restore", backup, "--archive", archive, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(64, run.Json.GetProperty("samples").GetInt64());
        Assert.Equal(before, (await InThisProcess.RunAsync("search", "a cat", "--archive", archive, "--json")).Json.GetProperty("moments").ToString());
        Assert.Equal(0, (await WholeProgram.RunAsync("verify", "--archive", archive)).ExitCode);
        Assert.Contains("1 unchanged", (await WholeProgram.RunAsync("ingest", Path.Combine(TestAssets.Samples, "bunny.mp4"), "--archive", archive)).Output, StringComparison.Ordinal);
    }
}
