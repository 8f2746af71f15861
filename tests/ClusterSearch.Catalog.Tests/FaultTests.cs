using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>What goes wrong while a catalogue is open: locked, full, damaged, not writable.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string DatabasePath => _directory.File("catalog.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_lock_held_too_long_is_busy_and_transient_and_readers_do_not_mind()
    {
        await using var catalog = await OpenAsync(TimeSpan.FromMilliseconds(200));
        await Footage.PlanAsync(catalog, 1, 1);
        using var other = DatabaseState.Open(DatabasePath);
        DatabaseState.Rows(other, "BEGIN IMMEDIATE");
        var started = Stopwatch.GetTimestamp();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => catalog.ClaimAsync(Footage.Request, Cancellation));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(190), TimeSpan.FromSeconds(5));
        Assert.Equal(1, (await catalog.StatusAsync(null, Cancellation)).Chunks[ChunkState.Pending]);
        DatabaseState.Rows(other, "ROLLBACK");
        Assert.NotNull(await catalog.ClaimAsync(Footage.Request, Cancellation));
    }

    [Fact]
    public async Task A_lock_that_is_let_go_in_time_is_waited_for()
    {
        await using var catalog = await OpenAsync(TimeSpan.FromSeconds(30));
        await Footage.PlanAsync(catalog, 1, 1);
        using var other = DatabaseState.Open(DatabasePath);
        DatabaseState.Rows(other, "BEGIN IMMEDIATE");
        var claim = catalog.ClaimAsync(Footage.Request, Cancellation);
        Assert.False(claim.IsCompleted);
        DatabaseState.Rows(other, "COMMIT");
        Assert.NotNull(await claim);
    }

    [Fact]
    public async Task Waiting_for_a_lock_can_be_cancelled()
    {
        await using var catalog = await OpenAsync(TimeSpan.FromMinutes(5));
        using var other = DatabaseState.Open(DatabasePath);
        DatabaseState.Rows(other, "BEGIN IMMEDIATE");
        using var cancelling = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.FreeAllLeasesAsync(cancelling.Token));
        DatabaseState.Rows(other, "ROLLBACK");
        Assert.Equal(0, await catalog.FreeAllLeasesAsync(Cancellation));
    }

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_finished_is_kept()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs the right to mount a small file system");
        var small = Directory.CreateDirectory(_directory.File("small")).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", small) == 0, "needs the right to mount a small file system");
        try
        {
            var path = Path.Combine(small, "catalog.db");
            var planned = 0;
            await using (var catalog = await SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation))
            {
                await Footage.PlanAsync(catalog, 1, 1);
                var fault = await Assert.ThrowsAsync<ClusterSearchException>(async () =>
                {
                    for (var number = 2; number < 10_000; number++)
                    {
                        await catalog.PutVideoAsync(Footage.Video(number, 120), Cancellation);
                        planned = number;
                    }
                });
                Assert.Equal(ErrorCodes.ArchiveDiskFull, fault.Code);
                Assert.Contains(path, fault.Message, StringComparison.Ordinal);
                // Reading goes on.
                Assert.Equal(planned, (await catalog.ListVideosAsync(Cancellation)).Count);
            }
            // Folding the log back found no space either: it stayed beside the database, and belongs to it.
            foreach (var file in Directory.GetFiles(small)) File.Copy(file, _directory.File(Path.GetFileName(file)));
            await using var kept = await OpenAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(planned, (await kept.ListVideosAsync(Cancellation)).Count);
            DatabaseState.AssertSound(DatabasePath);
        }
        finally
        {
            Run("umount", small);
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_said()
    {
        // The analyzer knows this form only: what follows runs on Linux.
        if (!OperatingSystem.IsLinux()) throw Xunit.Sdk.SkipException.ForSkip("needs Linux file permissions");
        var closed = Directory.CreateDirectory(_directory.File("closed")).FullName;
        // Permissions do not bind a privileged user, a file system without writing does.
        var mounted = Environment.IsPrivilegedProcess;
        if (mounted) Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", closed) == 0, "needs the right to mount, or an ordinary user");
        else File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            foreach (var path in new[] { Path.Combine(closed, "catalog.db"), Path.Combine(closed, "below", "catalog.db") })
            {
                var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation));
                Assert.Equal(ErrorCodes.ArchiveFileSystem, fault.Code);
                Assert.Contains(closed, fault.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            if (mounted) Run("umount", closed);
            else File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_damaged_database_is_said_to_be_damaged()
    {
        await using (var catalog = await OpenAsync(TimeSpan.FromSeconds(1))) await Footage.PlanAsync(catalog, 50, 20);
        var bytes = await File.ReadAllBytesAsync(DatabasePath, Cancellation);
        // Everything but the first page, which holds the version and the names of the tables.
        Array.Fill(bytes, (byte)0xA5, 4096, bytes.Length - 4096);
        await File.WriteAllBytesAsync(DatabasePath, bytes, Cancellation);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(async () =>
        {
            await using var catalog = await OpenAsync(TimeSpan.FromSeconds(1));
            await catalog.ListVideosAsync(Cancellation);
        });
        Assert.Equal(ErrorCodes.ArchiveCorrupt, fault.Code);
        Assert.Contains(DatabasePath, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE video SET facts = '{\"container\":'", "facts of video")]
    [InlineData("UPDATE encoding SET dimension = 512, model_hash = 'another'", "describes encoding")]
    [InlineData("UPDATE encoding SET sampling = 'sometimes'", "cannot be read")]
    public async Task A_row_that_makes_no_sense_is_refused(string change, string said)
    {
        await using var catalog = await OpenAsync(TimeSpan.FromSeconds(1));
        await Footage.PlanAsync(catalog, 1, 1);
        DatabaseState.Execute(DatabasePath, change);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(async () =>
        {
            await catalog.ListVideosAsync(Cancellation);
            await catalog.ListEncodingsAsync(Cancellation);
        });
        Assert.Equal(ErrorCodes.ArchiveCorrupt, fault.Code);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE chunk SET state = 1")]
    [InlineData("UPDATE chunk SET state = 2")]
    [InlineData("UPDATE chunk SET state = 5")]
    [InlineData("UPDATE chunk SET token = 'x'")]
    public async Task The_database_itself_refuses_an_impossible_chunk(string change)
    {
        await using var catalog = await OpenAsync(TimeSpan.FromSeconds(1));
        await Footage.PlanAsync(catalog, 1, 1);
        Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(() => DatabaseState.Execute(DatabasePath, change));
    }

    private Task<SqliteCatalog> OpenAsync(TimeSpan busyTimeout) =>
        SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions { BusyTimeout = busyTimeout }, Cancellation);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
