using ClusterSearch.Gateway.Security;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Remote;

/// <summary>An index that the disk damaged before anybody searched it.</summary>
public sealed class DamagedIndexTests(ServedArchive served) : IClassFixture<ServedArchive>
{
    [Fact]
    public async Task What_is_left_out_is_told_through_a_gateway_as_where_the_archive_lies()
    {
        foreach (var segment in Directory.EnumerateFiles(Path.Combine(served.ArchiveDirectory, "index"), "*.seg", SearchOption.AllDirectories)) IndexFiles.DamageSamples(segment);
        var (here, through) = (await served.HereAsync("search", "a cat", "--json", "--explain"), await served.ThroughAsync(Role.Read, "search", "a cat", "--json", "--explain"));
        Assert.True(through.ExitCode == 0, through.Error);
        var parts = through.Json.GetProperty("coverage").GetProperty("damagedParts").EnumerateArray().Select(part => part.GetString()!).ToList();
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.DoesNotContain('/', part));
        Assert.Equal(ServedArchive.Comparable(here.Out), ServedArchive.Comparable(through.Out));
        var words = (await served.ThroughAsync(Role.Read, "search", "a cat")).Out;
        Assert.Contains($"Warning: {parts.Count} part{(parts.Count == 1 ? "" : "s")} of the index found damaged and left out; `clustersearch verify --repair`", words);
    }
}
