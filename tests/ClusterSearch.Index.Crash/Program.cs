using System.Globalization;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;

// Puts one unit after the other, of video n mod 7 and value n, and says each once it is acknowledged: "stored N ." (the
// point shows a line to be whole). Begins behind the last one said before. Run by the tests, which kill it.
if (args is not [var catalogPath, var directory, var encodingId, var firstText])
{
    await Console.Error.WriteLineAsync("usage: ClusterSearch.Index.Crash CATALOG DIRECTORY ENCODING FIRST");
    return 2;
}

await using var catalog = await SqliteCatalog.OpenAsync(catalogPath, new SqliteCatalogOptions(), CancellationToken.None);
await using var store = await EmbeddedVectorStore.OpenAsync(directory, catalog.Manifests, new EmbeddedIndexOptions { MergeWidth = 3 }, CancellationToken.None);
for (var n = int.Parse(firstText, CultureInfo.InvariantCulture); ; n++)
{
    var video = VideoId.Parse((n % 7).ToString("x32", CultureInfo.InvariantCulture));
    // Sample 16 k of the video, and again the one before it, as a provisional tail is.
    var first = 16L * (n / 7);
    var range = new SampleRange(Math.Max(0, first - 16), first + 16);
    await store.ReplaceAsync(encodingId, [new UnitReplacement(video, new VideoAttributes(null, null, null), range, [.. Units(range)])], CancellationToken.None);
    Console.Out.WriteLine($"stored {n} .");
    Console.Out.Flush();
}

static IEnumerable<Unit> Units(SampleRange range)
{
    for (var first = range.First; first < range.End; first += 16)
    {
        float[] vector = [.. Enumerable.Range(0, 64).Select(c => c == first / 16 % 64 ? 1f : 0f)];
        yield return new Unit { FirstSample = first, ShotFirstSample = first, Seconds = [first], Vectors = vector, Mean = vector, Radius = 1e-4f };
    }
}
