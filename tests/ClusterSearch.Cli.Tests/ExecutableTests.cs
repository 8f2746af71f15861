using System.Diagnostics;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>The real executable, and the script in front of it.</summary>
public sealed class ExecutableTests
{
    private static readonly string Program = ProgramPath.ClusterSearch;
    private static readonly string Script = Path.Combine(TestAssets.Repository, "clustersearch");

    [Fact]
    public async Task An_unknown_command_exits_with_2_and_keeps_standard_output_clean()
    {
        var (exitCode, output, error) = await RunAsync("dotnet", [Program, "frob"]);
        Assert.Equal((2, "", "clustersearch: there is no command 'frob'; see 'clustersearch --help'\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        var (exitCode, output, _) = await RunAsync("dotnet", [Program, "--version"]);
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", output);
    }

    [Fact]
    public async Task The_script_passes_arguments_output_and_exit_code_through_a_link_from_anywhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs bash");
        using var directory = new TemporaryDirectory();
        var link = directory.File("cs");
        File.CreateSymbolicLink(link, Script);
        var (exitCode, output, error) = await RunAsync(link, ["search", "two words", "--top", "none", "--json"], directory.Path);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("{", output);
        Assert.Contains("found 'none'", System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("error").GetProperty("message").GetString());
        Assert.StartsWith("clustersearch: --top", error);
    }

    [Theory]
    [InlineData("test", "no-such-project")]
    [InlineData("demo", "now")]
    public async Task The_script_refuses_what_it_does_not_know_before_it_builds(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs bash");
        var (exitCode, output, error) = await RunAsync(Script, arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("clustersearch: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task A_machine_without_the_SDK_is_told_where_to_get_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs bash");
        using var directory = new TemporaryDirectory();
        // A copy knows no earlier build, and a PATH without dotnet stands for a bare machine.
        File.Copy(Script, directory.File("clustersearch"));
        foreach (var folder in (string[])["src", "ServiceDefaults"]) Directory.CreateDirectory(directory.File(folder));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"]) File.WriteAllText(directory.File(file), "{}");
        var bin = Directory.CreateDirectory(directory.File("bin")).FullName;
        foreach (var tool in (string[])["bash", "env", "dirname", "readlink", "find", "sort", "xargs", "sha256sum", "cut", "id", "cat", "mkdir"])
            File.CreateSymbolicLink(Path.Combine(bin, tool), (await RunAsync("/usr/bin/env", ["which", tool])).Output.Trim());
        var (exitCode, output, error) = await RunAsync(directory.File("clustersearch"), ["status"], path: bin);
        Assert.Equal((3, ""), (exitCode, output));
        Assert.Contains("the .NET 10 SDK is needed and 'dotnet' is not on the PATH", error);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, string[] arguments, string? workingDirectory = null, string? path = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        start.Environment["CLUSTERSEARCH_PROGRAM"] = path is null ? Program : null;
        if (path is not null) start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
