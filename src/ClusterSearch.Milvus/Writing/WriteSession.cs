using System.Security.Cryptography;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Reading;

namespace ClusterSearch.Milvus.Writing;

/// <summary>
/// A run of writes without a fault. It begins with sweeping what an earlier one that was cut short has left, and with numbers far
/// behind the last published one; see <see cref="PublishedGenerations"/>.
/// </summary>
/// <param name="Published">The state that it goes on from.</param>
/// <param name="Next">Number of its next write.</param>
internal sealed record WriteSession(string? Published, long Next, long HoleFirst, long HoleEnd)
{
    private const long ShortestLeap = 1L << 20;
    private const long LongestLeap = 1L << 36;
    private const int PageRows = 1024;

    public PublishedGenerations Generations => new(Next, HoleFirst, HoleEnd);

    public WriteSession After(string published) => this with { Published = published, Next = Next + 1 };

    /// <summary>Of collections that are new and empty.</summary>
    public static WriteSession First(string? published) => new(published, 1, 0, 0);

    public static async Task<WriteSession> BeginAsync(EncodingState state, CollectionReader reader, RowWriter writer, CancellationToken cancellation)
    {
        var names = state.Names!;
        foreach (var layout in new[] { CollectionLayout.Units, CollectionLayout.Samples })
        {
            var collection = names.Of(layout);
            // Marked as replaced by a write that never counted: it shows as before, and the mark is taken back.
            string[] columns = [.. layout.ScalarColumns, layout.VectorColumn];
            await foreach (var page in reader.PagesAsync(collection, state.Generations.WronglyDead, columns, ReadTime.Latest, PageRows, cancellation))
                await RestoreAsync(state, collection, layout, page, writer, cancellation);
            await writer.DeleteAsync(collection, state.Generations.Stray, cancellation);
        }
        await writer.DeleteAsync(names.Videos, state.Generations.Stray, cancellation);
        var last = state.Generations.Last;
        var next = last + ShortestLeap + (long)(RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue * (LongestLeap - ShortestLeap));
        return new WriteSession(state.Registered, next, last + 1, next);
    }

    private static async Task RestoreAsync(EncodingState state, string collection, CollectionLayout layout, Rows page, RowWriter writer, CancellationToken cancellation)
    {
        var videos = page.Texts(Columns.Video);
        var shards = Enumerable.Range(0, page.Count).GroupBy(i => state.Videos.Find(Core.Footage.VideoId.Parse(videos[i]))?.Shard ?? "");
        foreach (var shard in shards.Where(shard => shard.Key.Length > 0))
        {
            var rows = page.At([.. shard]);
            await writer.PutAsync(collection, shard.Key, rows.Copy().Put(Columns.Died, Enumerable.Repeat(PublishedGenerations.Never, rows.Count)), cancellation);
        }
    }
}
