using System.Diagnostics;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>The commands of docs/backup.md for a catalogue in PostgreSQL, run as they stand there.</summary>
public sealed class PostgresBackupTests(WorkStage stage) : IClassFixture<WorkStage>
{
    [Fact]
    public async Task An_archive_comes_back_by_the_commands_of_the_manual()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        scene.StartWorker(slots: 2);
        await scene.UntilWholeAsync(stage.Digest);

        var backup = Directory.CreateDirectory(scene.File("backup")).FullName;
        var restored = Directory.CreateDirectory(scene.File("restored")).FullName;
        var (save, bringBack) = Commands();
        // Workers and searches go on meanwhile.
        foreach (var command in save) await ShellAsync(command.Replace("/backups/footage", backup).Replace("/srv/archive", scene.Archive).Replace("dbname=footage", "dbname=postgres"));
        await using (var connection = new NpgsqlConnection(stage.Server!.ConnectionString))
        {
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand("CREATE DATABASE restored", connection);
            await create.ExecuteNonQueryAsync();
        }
        foreach (var command in bringBack.Where(command => !command.StartsWith("clustersearch", StringComparison.Ordinal)))
            await ShellAsync(command.Replace("/backups/footage", backup).Replace("/srv/archive", restored).Replace("dbname=footage", "dbname=restored"));

        // The same server has another database now, which archive.json cannot know.
        string[] where = ["--archive", restored, "--catalog", scene.CatalogName.Replace("Database=postgres", "Database=restored", StringComparison.Ordinal)];
        Assert.Equal("clustersearch reindex --archive /srv/archive", bringBack[^1]);
        var reindex = await WholeProgram.RunAsync(["reindex", .. where]);
        Assert.True(reindex.ExitCode == 0, reindex.Error);
        var verify = await WholeProgram.RunAsync(["verify", "--digest", "--json", .. where]);
        Assert.True(verify.ExitCode == 0, verify.Output + verify.Error);
        Assert.Equal(stage.Digest, verify.Json.GetProperty("digest").GetString());
        var search = await WholeProgram.RunAsync(["search", "a rocket on its launch pad", "--json", "--top", "1", .. where]);
        Assert.Equal("space-day.mp4", search.Json.GetProperty("moments")[0].GetProperty("video").GetString());
        // The one that was copied is as it was.
        Assert.Equal(stage.Digest, await scene.DigestAsync());

        Task ShellAsync(string command) => RunAsync(command.Replace("host=db", $"host=127.0.0.1 port={stage.Server!.Port} user=postgres"));
    }

    /// <summary>The two blocks of commands below the manual's heading.</summary>
    private static (List<string> Save, List<string> BringBack) Commands()
    {
        var manual = File.ReadAllText(Path.Combine(TestAssets.Repository, "docs", "backup.md"));
        var blocks = manual[manual.IndexOf("## With the catalogue in PostgreSQL", StringComparison.Ordinal)..].Split("```");
        return (Lines(blocks[1]), Lines(blocks[3]));

        static List<string> Lines(string block) => [.. block.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task RunAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"PATH=\"$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')\"; {command}"]) { RedirectStandardError = true })!;
        var said = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, $"{command}: {said}");
    }
}
