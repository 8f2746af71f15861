using ClusterSearch.Cli.Supervision;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

public sealed class WorkerExitTests
{
    // 128 and the signal: 6 is SIGABRT, 9 SIGKILL, 11 SIGSEGV, 15 SIGTERM.
    [Theory]
    [InlineData(0, false, "Stopped")]
    [InlineData(134, false, "Crashed")]
    [InlineData(139, false, "Crashed")]
    [InlineData(137, false, "Killed")]
    [InlineData(137, true, "Crashed")]
    [InlineData(143, true, "Killed")]
    [InlineData(3, false, "Refused")]
    [InlineData(130, false, "Refused")]
    public void An_exit_is_the_process_own_fault_somebodys_hand_or_said_by_itself(int code, bool ranOutOfMemory, string kind) =>
        Assert.Equal(kind, WorkerExit.Of(code, ranOutOfMemory, null).Kind.ToString());

    [Fact]
    public void A_crash_is_told_with_the_last_words() =>
        Assert.Equal("its worker crashed, SIGABRT: it gave up (Process terminated. out of memory)", WorkerExit.Of(134, false, "Process terminated. out of memory").Reason);

    [Fact]
    public void Kills_for_want_of_memory_are_counted_from_the_line_that_says_so()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("memory.events"), "low 0\nhigh 3\nmax 12\noom 2\noom_kill 5\noom_group_kill 1\n");
        Assert.Equal((5, 0), (MemoryKills.CountIn(directory.File("memory.events")), MemoryKills.CountIn(directory.File("none"))));
    }

    [Theory]
    [InlineData("Host=db;Password=geheim;Database=footage", "geheim")]
    [InlineData("postgres://me:geheim@db/footage", "geheim")]
    [InlineData("postgres://me@db/footage?password=geheim&sslmode=require", "geheim")]
    public void The_archive_remembers_its_catalogue_without_the_password(string catalog, string secret)
    {
        using var directory = new TemporaryDirectory();
        ArchiveFile.WriteCatalog(directory.Path, catalog);
        var kept = ArchiveFile.ReadCatalog(directory.Path)!;
        Assert.DoesNotContain(secret, File.ReadAllText(directory.File(ArchiveFile.Name)));
        Assert.Contains("db", kept);
        Assert.Contains("footage", kept);
    }
}
