using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Protocol;
using Google.Protobuf;
using KeyValuePair = ClusterSearch.Milvus.Protocol.KeyValuePair;

namespace ClusterSearch.Milvus.Reading;

/// <summary>Queries and searches of one collection after the other.</summary>
internal sealed class CollectionReader(MilvusClient client)
{
    /// <summary>The most hits of one search, and the most rows of one query.</summary>
    public const int MostRows = 16384;

    /// <summary>Rows that pass; at most <see cref="MostRows"/> may.</summary>
    public async Task<Rows> QueryAsync(
        string collection, string expression, IEnumerable<string> columns, ReadTime time, CancellationToken cancellation, IEnumerable<string>? shards = null, int limit = MostRows)
    {
        var request = RequestOf(collection, expression, columns, time, shards);
        request.QueryParams.Add(new KeyValuePair { Key = "limit", Value = limit.ToString(CultureInfo.InvariantCulture) });
        var answer = await client.CallAsync($"query of {collection}", (service, call) => service.QueryAsync(request, call), cancellation);
        return new Rows(answer.FieldsData.FirstOrDefault(field => field.FieldName == Columns.Key)?.Scalars?.StringData?.Data.Count ?? 0, answer.FieldsData);
    }

    /// <summary>All rows that pass, in order of their key, in pages: with a limit Milvus answers with the least keys.</summary>
    public async IAsyncEnumerable<Rows> PagesAsync(
        string collection, string expression, IReadOnlyList<string> columns, ReadTime time, int pageRows, [EnumeratorCancellation] CancellationToken cancellation, IReadOnlyList<string>? shards = null)
    {
        var after = "";
        while (true)
        {
            var page = await QueryAsync(collection, after.Length == 0 ? expression : $"{Columns.Key} > {Literal.Of(after)} and ({expression})", columns.Prepend(Columns.Key).Distinct(), time, cancellation, shards, pageRows);
            if (page.Count > 0) yield return page;
            if (page.Count < pageRows) yield break;
            after = page.Texts(Columns.Key).Max(StringComparer.Ordinal)!;
        }
    }

    public async Task<long> CountAsync(string collection, string expression, ReadTime time, CancellationToken cancellation, IEnumerable<string>? shards = null)
    {
        const string count = "count(*)";
        var request = RequestOf(collection, expression, [count], time, shards);
        var answer = await client.CallAsync($"count of {collection}", (service, call) => service.QueryAsync(request, call), cancellation);
        return answer.FieldsData.FirstOrDefault(field => field.FieldName == count)?.Scalars?.LongData?.Data.FirstOrDefault() ?? 0;
    }

    /// <param name="vectors">The queries, of the length that the collection's vectors have.</param>
    /// <param name="limit">Hits of each, at most <see cref="MostRows"/>.</param>
    /// <param name="parameters">Of the index, as a part of a JSON object.</param>
    /// <param name="atMost">Only hits that score no more; null: the best ones.</param>
    /// <returns>For each query its hits, and their scores, best first.</returns>
    public async Task<IReadOnlyList<FoundRows>> SearchAsync(
        string collection, IReadOnlyList<float[]> vectors, string expression, IEnumerable<string> columns, int limit, string parameters, float? atMost,
        ReadTime time, IEnumerable<string> shards, CancellationToken cancellation)
    {
        var placeholder = new PlaceholderValue { Tag = "$0", Type = PlaceholderType.FloatVector };
        placeholder.Values.AddRange(vectors.Select(ToBytes));
        var request = new SearchRequest
        {
            DbName = client.Database,
            CollectionName = collection,
            Dsl = expression,
            // Without it a server of 2.3 ends.
            DslType = DslType.BoolExprV1,
            PlaceholderGroup = new PlaceholderGroup { Placeholders = { placeholder } }.ToByteString(),
            Nq = vectors.Count,
            ConsistencyLevel = time.Level,
            GuaranteeTimestamp = time.Timestamp,
        };
        request.OutputFields.AddRange(columns);
        request.PartitionNames.AddRange(shards);
        var range = atMost is { } score ? string.Create(CultureInfo.InvariantCulture, $"\"radius\":{-1e30:R},\"range_filter\":{(double)score:R}") : "";
        request.SearchParams.Add(new KeyValuePair { Key = "topk", Value = limit.ToString(CultureInfo.InvariantCulture) });
        request.SearchParams.Add(new KeyValuePair { Key = "params", Value = $"{{{string.Join(',', new[] { parameters, range }.Where(part => part.Length > 0))}}}" });
        request.SearchParams.Add(new KeyValuePair { Key = "metric_type", Value = "IP" });
        request.SearchParams.Add(new KeyValuePair { Key = "round_decimal", Value = "-1" });
        var answer = await client.CallAsync($"search of {collection}", (service, call) => service.SearchAsync(request, call), cancellation);
        return Slice(answer.Results ?? new SearchResultData(), vectors.Count);
    }

    private QueryRequest RequestOf(string collection, string expression, IEnumerable<string> columns, ReadTime time, IEnumerable<string>? shards)
    {
        var request = new QueryRequest
        {
            DbName = client.Database,
            CollectionName = collection,
            Expr = expression,
            ConsistencyLevel = time.Level,
            GuaranteeTimestamp = time.Timestamp,
        };
        request.OutputFields.AddRange(columns);
        request.PartitionNames.AddRange(shards ?? []);
        return request;
    }

    private static List<FoundRows> Slice(SearchResultData results, int queries)
    {
        var all = new Rows(results.Scores.Count, results.FieldsData);
        var found = new List<FoundRows>(queries);
        for (int query = 0, first = 0; query < queries; query++)
        {
            var count = query < results.Topks.Count ? (int)results.Topks[query] : 0;
            found.Add(new FoundRows(all, first, count, results.Scores));
            first += count;
        }
        return found;
    }

    private static ByteString ToBytes(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }
}

/// <summary>The hits of one query among the rows of an answer.</summary>
/// <param name="Rows">Of all queries.</param>
/// <param name="First">Where this one's begin.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Scores">Of all rows.</param>
internal readonly record struct FoundRows(Rows Rows, int First, int Count, IReadOnlyList<float> Scores);
