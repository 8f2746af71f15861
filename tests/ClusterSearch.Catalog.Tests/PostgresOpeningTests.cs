using System.Net;
using System.Net.Sockets;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Which servers, databases, schemas and archive directories are opened, migrated and refused.</summary>
public sealed class PostgresOpeningTests(SharedPostgres postgres) : IAsyncLifetime
{
    private const string Password = "s3cret-and-never-shown";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _schema = SharedPostgres.NewSchema();
    private NpgsqlConnectionStringBuilder _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = new NpgsqlConnectionStringBuilder(await postgres.ConnectionStringAsync());

    public async ValueTask DisposeAsync()
    {
        _directory.Dispose();
        await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
    }

    [Fact]
    public async Task Eight_openers_at_once_make_one_catalogue_for_one_directory()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(Options with { ArchiveDirectory = _directory.Path }), Cancellation)));
        foreach (var catalog in opened)
        {
            Assert.Empty(await catalog.ListRootsAsync(Cancellation));
            await catalog.DisposeAsync();
        }
        Assert.Equal([await File.ReadAllTextAsync(_directory.File("archive.id"), Cancellation)], (await RowsAsync("SELECT id::text FROM archive")).Select(id => id + "\n"));
        Assert.Equal([_directory.File("archive.id")], Directory.GetFiles(_directory.Path));
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    [Fact]
    public async Task Archives_share_a_database_under_different_schemas()
    {
        var other = SharedPostgres.NewSchema();
        await using (var one = await OpenAsync(Options))
        await using (var another = await Catalogs.OpenAsync($"{_server.ConnectionString};Schema={other}", null, createIfMissing: true, Cancellation))
        {
            await one.RegisterRootAsync("media", "/srv", Cancellation);
            Assert.Empty(await another.ListRootsAsync(Cancellation));
        }
        await postgres.ExecuteAsync($"DROP SCHEMA {other} CASCADE");
    }

    [Fact]
    public async Task A_path_opens_a_file_and_a_URI_a_server()
    {
        Assert.False(Catalogs.IsPostgres("/archives/hosts=1/catalog.db"));
        await using (var file = await Catalogs.OpenAsync(_directory.File("catalog.db"), _directory.Path, createIfMissing: true, Cancellation)) Assert.IsType<SqliteCatalog>(file);
        var uri = $"postgres://{_server.Username}@{_server.Host}:{_server.Port}/{_server.Database}?schema={_schema}";
        Assert.True(Catalogs.IsPostgres(uri));
        await using var server = await Catalogs.OpenAsync(uri, null, createIfMissing: true, Cancellation);
        Assert.Equal($"{_server.Username}@{_server.Host}:{_server.Port}/{_server.Database}, schema {_schema}", server.ToString());
    }

    [Fact]
    public async Task A_catalogue_that_is_not_there_is_not_made_unless_wanted()
    {
        await RefusedAsync(ErrorCodes.ArchiveNotFound, () => OpenAsync(Options with { CreateIfMissing = false }));
        Assert.Empty(await RowsAsync($"SELECT nspname::text FROM pg_namespace WHERE nspname = '{_schema}'"));
    }

    [Fact]
    public async Task A_directory_that_belongs_to_another_catalogue_is_refused()
    {
        var options = Options with { ArchiveDirectory = _directory.Path };
        await (await OpenAsync(options)).DisposeAsync();
        await (await OpenAsync(options)).DisposeAsync();
        using var another = new TemporaryDirectory();
        // As where the shared directory is not mounted.
        var missing = await RefusedAsync(ErrorCodes.ArchiveMismatch, () => OpenAsync(options with { ArchiveDirectory = another.Path }));
        Assert.Contains("mounted", missing.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(another.Path));
        await File.WriteAllTextAsync(another.File("archive.id"), Guid.NewGuid().ToString(), Cancellation);
        await RefusedAsync(ErrorCodes.ArchiveMismatch, () => OpenAsync(options with { ArchiveDirectory = another.Path }));
        await File.WriteAllTextAsync(another.File("archive.id"), "mine\n", Cancellation);
        await RefusedAsync(ErrorCodes.ArchiveCorrupt, () => OpenAsync(options with { ArchiveDirectory = another.Path }));
        // Unchecked, or after it was restored, it opens.
        File.Copy(_directory.File("archive.id"), another.File("archive.id"), overwrite: true);
        await (await OpenAsync(options with { ArchiveDirectory = another.Path })).DisposeAsync();
        await (await OpenAsync(Options)).DisposeAsync();
    }

    [Fact]
    public async Task A_directory_whose_id_was_written_before_a_crash_is_adopted()
    {
        await File.WriteAllTextAsync(_directory.File("archive.id"), "11111111-2222-3333-4444-555555555555\n", Cancellation);
        await (await OpenAsync(Options with { ArchiveDirectory = _directory.Path })).DisposeAsync();
        Assert.Equal(["11111111-2222-3333-4444-555555555555"], await RowsAsync("SELECT id::text FROM archive"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable_for_now()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var fault = await RefusedAsync(ErrorCodes.ArchiveUnreachable, () => PostgresCatalog.OpenAsync($"Host=127.0.0.1;Port={port};Username=u;Password={Password};Database=d", Options, Cancellation));
        Assert.True(fault.IsTransient);
        Assert.Contains($"u@127.0.0.1:{port}/d", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_answers_but_is_no_PostgreSQL_is_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                if (await client.GetStream().ReadAsync(new byte[1024]) == 0) continue;
            }
        }, Cancellation);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await RefusedAsync(ErrorCodes.ArchiveUnreachable, () => PostgresCatalog.OpenAsync($"Host=127.0.0.1;Port={port};Username=u;Password={Password};Database=d", Options, Cancellation));
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_said()
    {
        _server.Database = "no_such_database";
        var fault = await RefusedAsync(ErrorCodes.ArchiveNotFound, () => OpenAsync(Options));
        Assert.Contains("createdb", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_may_not_enter_or_not_create_is_said()
    {
        var role = SharedPostgres.NewSchema();
        await postgres.ExecuteAsync($"CREATE ROLE {role} PASSWORD '{Password}' NOLOGIN");
        try
        {
            (_server.Username, _server.Password) = (role, Password);
            await RefusedAsync(ErrorCodes.ArchiveAccess, () => OpenAsync(Options));
            await postgres.ExecuteAsync($"ALTER ROLE {role} LOGIN");
            var denied = await RefusedAsync(ErrorCodes.ArchiveAccess, () => OpenAsync(Options));
            Assert.Contains("CREATE", denied.Message, StringComparison.Ordinal);
            // A schema of its own is enough.
            await postgres.ExecuteAsync($"CREATE SCHEMA {_schema} AUTHORIZATION {role}");
            await (await OpenAsync(Options)).DisposeAsync();
            await postgres.ExecuteAsync($"ALTER ROLE {role} CONNECTION LIMIT 0");
            Assert.True((await RefusedAsync(ErrorCodes.ArchiveBusy, () => OpenAsync(Options))).IsTransient);
        }
        finally
        {
            await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData("CREATE TABLE customers (id integer)", "customers")]
    [InlineData("CREATE TABLE archive (id integer)", "archive")]
    [InlineData("CREATE TABLE archive (application text, schema_version integer, format integer, id uuid); INSERT INTO archive VALUES ('diary', 1, 1, gen_random_uuid())", "archive")]
    public async Task Another_programs_schema_is_refused_untouched(string tables, string named)
    {
        await postgres.ExecuteAsync($"CREATE SCHEMA {_schema}; SET search_path = {_schema}; {tables}");
        var fault = await RefusedAsync(ErrorCodes.ArchiveVersion, () => OpenAsync(Options));
        Assert.Contains($"'{named}'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await RowsAsync($"SELECT count(*)::text FROM pg_class WHERE relnamespace = '{_schema}'::regnamespace AND relkind = 'r'"));
    }

    [Theory]
    [InlineData("UPDATE archive SET schema_version = 4", ErrorCodes.ArchiveVersion)]
    [InlineData("UPDATE archive SET format = 2", ErrorCodes.ArchiveVersion)]
    [InlineData("DELETE FROM archive", ErrorCodes.ArchiveCorrupt)]
    public async Task A_newer_or_unknown_version_is_refused(string change, string code)
    {
        await (await OpenAsync(Options)).DisposeAsync();
        await postgres.ExecuteAsync($"SET search_path = {_schema}; {change}");
        await RefusedAsync(code, () => OpenAsync(Options));
        await RefusedAsync(code, () => OpenAsync(Options));
    }

    [Fact]
    public async Task An_older_catalogue_is_migrated_in_order_and_in_one_transaction()
    {
        await using (var catalog = await OpenAsync(Options)) await catalog.RegisterRootAsync("media", "/srv", Cancellation);
        IReadOnlyList<string> newer = [.. CatalogSchema.Migrations, "CREATE TABLE later (root text)", "INSERT INTO later SELECT name FROM root"];
        IReadOnlyList<string> failing = [.. newer, "CREATE TABLE half_done (x integer)", "INSERT INTO no_such_table VALUES (1)"];
        await RefusedAsync(ErrorCodes.ArchiveCorrupt, () => MigrateAsync(failing));
        Assert.Equal(["3"], await RowsAsync("SELECT schema_version::text FROM archive"));
        Assert.Empty(await RowsAsync($"SELECT relname::text FROM pg_class WHERE relnamespace = '{_schema}'::regnamespace AND relname IN ('later', 'half_done')"));

        // Eight at once: one does it.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => MigrateAsync(newer), Cancellation)));
        Assert.Equal(["5"], await RowsAsync("SELECT schema_version::text FROM archive"));
        Assert.Equal(["media"], await RowsAsync("SELECT root FROM later"));
        await RefusedAsync(ErrorCodes.ArchiveVersion, () => OpenAsync(Options));
    }

    [Fact]
    public async Task Version_1_goes_on_where_it_was_and_takes_feedback()
    {
        await MigrateAsync([SchemaVersion1.Sql]);
        await postgres.ExecuteAsync($$"""
            SET search_path = {{_schema}};
            INSERT INTO video (id, facts, duration_us) VALUES ('{{Footage.Id(1)}}', '{"container":"mov","fileBytes":1,"streamIndex":0,"codec":"h264","timeBase":"1/1000","startTicks":0,"durationTicks":50000,"codedWidth":2,"codedHeight":2,"width":2,"height":2}', 50000000)
            """);
        await using var catalog = await OpenAsync(Options);
        Assert.Equal(["3"], await RowsAsync("SELECT schema_version::text FROM archive"));
        Assert.Equal(50, Assert.Single(await catalog.ListVideosAsync(Cancellation)).Facts.DurationSeconds);
        Assert.Empty(await catalog.ListFeedbackAsync(null, null, Cancellation));
        var put = await catalog.PutFeedbackAsync(Footage.Feedback(1), Cancellation);
        Assert.Equal([put], await catalog.ListFeedbackAsync(null, null, Cancellation));
    }

    [Theory]
    [InlineData("Host=db;Password=" + Password + ";Sslmode=whatever")]
    [InlineData("Host=db;Password=" + Password + ";No Such Key=1")]
    [InlineData("Host=db;Password=" + Password + ";Schema=Robert'); DROP")]
    [InlineData("postgres://user:" + Password + "@host:port/db")]
    [InlineData("postgres://user:" + Password + "@host/db?sslmode=maybe")]
    [InlineData("postgres://user:" + Password + "@host/db?nonsense=1")]
    [InlineData("postgres://:" + Password + "@/db")]
    public async Task A_connection_string_that_cannot_be_read_is_refused_without_its_password(string text) =>
        await RefusedAsync(ErrorCodes.RequestInvalid, () => PostgresCatalog.OpenAsync(text, Options, Cancellation));

    [Fact]
    public async Task Options_out_of_range_are_refused()
    {
        foreach (var wrong in new[] { Options with { MaximumConnections = 0 }, Options with { ConnectTimeout = TimeSpan.Zero }, Options with { StatementTimeout = TimeSpan.FromDays(1) }, Options with { LockTimeout = TimeSpan.Zero } })
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => OpenAsync(wrong));
    }

    [Fact]
    public async Task A_disposed_catalogue_answers_no_more()
    {
        var catalog = await OpenAsync(Options);
        await catalog.DisposeAsync();
        await catalog.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => catalog.StatusAsync(null, Cancellation));
    }

    private PostgresCatalogOptions Options => new() { Schema = _schema };

    private Task<PostgresCatalog> OpenAsync(PostgresCatalogOptions options) => PostgresCatalog.OpenAsync(_server.ConnectionString, options, Cancellation);

    private async Task MigrateAsync(IReadOnlyList<string> migrations)
    {
        await using var database = PostgresCatalog.Connect(_server.ConnectionString, Options);
        await CatalogSchema.EnsureAsync(database, Options, migrations, Cancellation);
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = await postgres.OpenAsync();
        await PostgresState.RowsAsync(connection, $"SELECT set_config('search_path', '{_schema}', false)");
        return await PostgresState.RowsAsync(connection, sql);
    }

    private static async Task<ClusterSearchException> RefusedAsync(string code, Func<Task> open)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(open);
        Assert.True(code == fault.Code, $"{code} expected, found {fault.Code}: {fault.Message}");
        Assert.DoesNotContain('\n', fault.Message);
        Assert.DoesNotContain(Password, fault.ToString(), StringComparison.Ordinal);
        return fault;
    }
}
