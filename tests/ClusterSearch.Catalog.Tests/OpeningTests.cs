using System.Globalization;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Which files are opened, migrated and refused.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string DatabasePath => _directory.File("catalog.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_new_catalogue_is_made_with_its_directory_and_says_what_it_is()
    {
        var path = Path.Combine(_directory.Path, "new", "archive", "catalog.db");
        await (await SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation)).DisposeAsync();
        using var connection = DatabaseState.Open(path);
        Assert.Equal([CatalogSchema.ApplicationId.ToString(CultureInfo.InvariantCulture)], DatabaseState.Rows(connection, "PRAGMA application_id"));
        Assert.Equal(["4"], DatabaseState.Rows(connection, "PRAGMA user_version"));
        Assert.Equal(["1"], DatabaseState.Rows(connection, "SELECT format FROM archive"));
        Assert.Equal(["wal"], DatabaseState.Rows(connection, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task A_catalogue_that_is_not_there_is_not_made_unless_wanted()
    {
        await RefusedAsync(ErrorCodes.ArchiveNotFound, () => SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions { CreateIfMissing = false }, Cancellation));
        Assert.False(File.Exists(DatabasePath));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_stays_as_it_is()
    {
        var bytes = "Dear diary, today I ingested my holidays. "u8.ToArray();
        await File.WriteAllBytesAsync(DatabasePath, [.. Enumerable.Repeat(bytes, 100).SelectMany(b => b)], Cancellation);
        await RefusedAsync(ErrorCodes.ArchiveCorrupt, OpenAsync);
        Assert.Equal(bytes.Length * 100, new FileInfo(DatabasePath).Length);
    }

    [Fact]
    public async Task Another_programs_database_is_refused_untouched()
    {
        DatabaseState.Execute(DatabasePath, "CREATE TABLE customers (id INTEGER); PRAGMA user_version = 1");
        var before = await File.ReadAllBytesAsync(DatabasePath, Cancellation);
        await RefusedAsync(ErrorCodes.ArchiveVersion, OpenAsync);
        DatabaseState.Execute(DatabasePath, "PRAGMA application_id = 7");
        await RefusedAsync(ErrorCodes.ArchiveVersion, OpenAsync);
        DatabaseState.Execute(DatabasePath, "PRAGMA application_id = 0");
        Assert.Equal(before[..24], (await File.ReadAllBytesAsync(DatabasePath, Cancellation))[..24]);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 5", ErrorCodes.ArchiveVersion)]
    [InlineData("UPDATE archive SET format = 2", ErrorCodes.ArchiveVersion)]
    [InlineData("UPDATE archive SET format = 0", ErrorCodes.ArchiveVersion)]
    [InlineData("DELETE FROM archive", ErrorCodes.ArchiveCorrupt)]
    [InlineData("PRAGMA user_version = 0", ErrorCodes.ArchiveCorrupt)]
    public async Task A_newer_or_unknown_version_is_refused(string change, string code)
    {
        await (await OpenAsync()).DisposeAsync();
        DatabaseState.Execute(DatabasePath, change);
        await RefusedAsync(code, OpenAsync);
        // Asked again, it is still what it was.
        await RefusedAsync(code, OpenAsync);
    }

    [Fact]
    public async Task An_older_catalogue_is_migrated_in_order_and_in_one_transaction()
    {
        await using (var catalog = await OpenAsync()) await catalog.RegisterRootAsync("media", "/srv", Cancellation);
        IReadOnlyList<string> newer = [.. CatalogSchema.Migrations, "CREATE TABLE later (root TEXT)", "INSERT INTO later SELECT name FROM root"];
        IReadOnlyList<string> failing = [.. newer, "CREATE TABLE half_done (x)", "INSERT INTO no_such_table VALUES (1)"];

        await RefusedAsync(ErrorCodes.ArchiveCorrupt, () => Database.OpenAsync(DatabasePath, new SqliteCatalogOptions(), failing, Cancellation));
        using (var connection = DatabaseState.Open(DatabasePath))
        {
            Assert.Equal(["4"], DatabaseState.Rows(connection, "PRAGMA user_version"));
            Assert.Empty(DatabaseState.Rows(connection, "SELECT name FROM sqlite_schema WHERE name IN ('later', 'half_done')"));
        }

        await (await Database.OpenAsync(DatabasePath, new SqliteCatalogOptions(), newer, Cancellation)).DisposeAsync();
        using (var connection = DatabaseState.Open(DatabasePath))
        {
            Assert.Equal(["6"], DatabaseState.Rows(connection, "PRAGMA user_version"));
            Assert.Equal(["media"], DatabaseState.Rows(connection, "SELECT root FROM later"));
        }
        await RefusedAsync(ErrorCodes.ArchiveVersion, OpenAsync);
    }

    [Fact]
    public async Task Many_may_make_one_catalogue_at_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var path = _directory.File($"{round}.db");
            var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
                () => SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation), Cancellation)));
            foreach (var catalog in opened)
            {
                Assert.Empty(await catalog.ListRootsAsync(Cancellation));
                await catalog.DisposeAsync();
            }
            DatabaseState.AssertSound(path);
        }
    }

    [Fact]
    public async Task A_disposed_catalogue_answers_no_more()
    {
        var catalog = await OpenAsync();
        await catalog.StatusAsync(null, Cancellation);
        await catalog.DisposeAsync();
        await catalog.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => catalog.StatusAsync(null, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => catalog.FreeAllLeasesAsync(Cancellation));
        // Folded back: nothing but the database is left.
        Assert.Equal([DatabasePath], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_busy_timeout_out_of_range_is_refused() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions { BusyTimeout = TimeSpan.FromHours(1) }, Cancellation));

    private Task<SqliteCatalog> OpenAsync() => SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions(), Cancellation);

    private async Task RefusedAsync(string code, Func<Task> open)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(open);
        Assert.Equal(code, fault.Code);
        Assert.Contains(DatabasePath, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
