using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

// Claims, commits and marks chunks of an encoding until none can be claimed, saying each step once it is acknowledged:
// "committed VIDEO INDEX TOKEN .", "indexed VIDEO INDEX ." (the point shows a line to be whole). Run by the tests, which kill it or run two of it at once.
if (args is not [var where, var encodingId])
{
    await Console.Error.WriteLineAsync("usage: ClusterSearch.Catalog.Crash CATALOG ENCODING");
    return 2;
}

await using var catalog = await Catalogs.OpenAsync(where, archiveDirectory: null, createIfMissing: false, CancellationToken.None);
Say("ready");
var request = new ClaimRequest
{
    EncodingId = encodingId,
    Worker = $"{Environment.MachineName}/{Environment.ProcessId}/0",
    LeaseDuration = TimeSpan.FromHours(1),
    EncoderFingerprint = "cpu-a",
};
for (var done = 0; await catalog.ClaimAsync(request, CancellationToken.None) is { } lease; done++)
{
    var result = new ChunkResult(new RawVectorReceipt(64, lease.Token + lease.Token), lease.Chunk.Samples.Count, 0, request.EncoderFingerprint, null);
    if (!await catalog.CommitAsync(lease, result, CancellationToken.None)) continue;
    Say($"committed {lease.Video} {lease.Chunk.Index} {lease.Token} .");
    if (done % 3 != 0) continue;
    await catalog.MarkIndexedAsync(lease.Video, encodingId, [lease.Chunk.Index], CancellationToken.None);
    Say($"indexed {lease.Video} {lease.Chunk.Index} .");
}
return 0;

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
