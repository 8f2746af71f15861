namespace ClusterSearch.Milvus.Protocol;

/// <summary>An answer of Milvus: what became of the request stands in it, whatever gRPC says.</summary>
internal interface IAnswer
{
    Status Status { get; }
}

internal sealed partial class Status : IAnswer
{
    Status IAnswer.Status => this;
}

internal sealed partial class DescribeCollectionResponse : IAnswer;

internal sealed partial class ShowCollectionsResponse : IAnswer;

internal sealed partial class ShowPartitionsResponse : IAnswer;

internal sealed partial class DescribeIndexResponse : IAnswer;

internal sealed partial class GetLoadStateResponse : IAnswer;

internal sealed partial class MutationResult : IAnswer;

internal sealed partial class FlushResponse : IAnswer;

internal sealed partial class GetFlushStateResponse : IAnswer;

internal sealed partial class SearchResults : IAnswer;

internal sealed partial class QueryResults : IAnswer;

internal sealed partial class GetVersionResponse : IAnswer;
