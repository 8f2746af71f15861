using System.Globalization;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.Milvus;
using ClusterSearch.Stores;
using ClusterSearch.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var named = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
if (!named.TryGetValue("--milvus", out var address))
{
    Console.Error.WriteLine("usage: stores --milvus http://HOST:PORT [--samples N] [--queries N] [--seed S]");
    return 2;
}
var samples = Number("--samples", 40_000);
var queries = Number("--queries", 200);
using var model = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions());
var data = new StoreData(model, samples, queries, Number("--seed", 1));
Console.WriteLine($"{data.Samples} samples, {data.Units} units, {model.Facts.Dimension} dimensions, {queries} queries, {Environment.ProcessorCount} cores");
Console.WriteLine("| store | samples written/s | settled after s | recall@10 | units p50/p95 ms | samples p50/p95 ms | one camera p50/p95 ms | unit searches/s, 8 clients |");
Console.WriteLine("|---|---|---|---|---|---|---|---|");

using (var directory = new TemporaryDirectory())
await using (var embedded = await EmbeddedVectorStore.OpenAsync(directory.Path, new InMemoryManifestRegister(), new EmbeddedIndexOptions(), CancellationToken.None))
    Show(await new StoreRun("embedded", embedded, data).RunAsync(null));

foreach (var index in new[] { new MilvusIndex(), new MilvusIndex { Type = MilvusIndexType.IvfFlat, Cells = 128, ProbedCells = 16 }, new MilvusIndex { Type = MilvusIndexType.Flat } })
{
    var options = new MilvusOptions { Address = MilvusAddress.Parse(address), Prefix = "l" + Guid.NewGuid().ToString("N")[..10], Index = index, ReaderGrace = TimeSpan.Zero };
    await using var milvus = await MilvusVectorStore.OpenAsync(new InMemoryManifestRegister(), null, options, CancellationToken.None);
    Show(await new StoreRun($"Milvus, {index.Type}", milvus, data).RunAsync(encoding => milvus.SettleAsync(encoding, CancellationToken.None)));
    await milvus.DeleteEncodingAsync("e1", CancellationToken.None);
}
return 0;

int Number(string name, int otherwise) => named.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

void Show(StoreReport report) => Console.WriteLine(
    $"| {report.Store} | {report.InsertSamplesPerSecond:0} | {report.SettleSeconds:0.0} | {report.Recall:0.000} | {Text(report.Units)} | {Text(report.Samples)} | {Text(report.Filtered)} | {report.UnitsPerSecondOfEight:0} |");

static string Text(SearchTimes times) => $"{times.P50:0.0} / {times.P95:0.0}";
