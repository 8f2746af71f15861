using ClusterSearch.Archive.Footage;
using ClusterSearch.Catalog;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Working;

public sealed class RootVariableTests : IDisposable
{
    private static readonly string[] Names = ["left-tapes", "left_tapes"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(RootVariables.Of(name), null);
            Environment.SetEnvironmentVariable(RootVariables.Exact(name), null);
        }
        _directory.Dispose();
    }

    [Fact]
    public async Task Roots_that_spell_one_variable_are_told_apart_or_refused()
    {
        await using var catalog = await SqliteCatalog.OpenAsync(_directory.File("catalog.db"), new SqliteCatalogOptions(), CancellationToken.None);
        foreach (var name in Names) await catalog.RegisterRootAsync(name, $"/registered/{name}", CancellationToken.None);
        Assert.Equal("CLUSTERSEARCH_ROOT_LEFT_TAPES", Assert.Single(Names.Select(RootVariables.Of).Distinct()));

        Environment.SetEnvironmentVariable(RootVariables.Of(Names[0]), "/here");
        var refused = await Assert.ThrowsAsync<ClusterSearchException>(() => PlaceBook.LoadAsync(catalog, CancellationToken.None));
        Assert.Equal(ErrorCodes.RequestInvalid, refused.Code);
        Assert.Contains("left-tapes, left_tapes", refused.Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable(RootVariables.Exact(Names[1]), "/there");
        var places = await PlaceBook.LoadAsync(catalog, CancellationToken.None);
        Assert.Equal(["/here/a.mp4", "/there/a.mp4"], Names.Select(name => places.PathOf(new Place(name, "a.mp4"))));
    }
}
