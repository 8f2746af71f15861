using ClusterSearch.Core.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Milvus;

/// <summary>How a <see cref="MilvusVectorStore"/> is opened.</summary>
public sealed record MilvusOptions
{
    public required MilvusAddress Address { get; init; }

    /// <summary>Begins the names of this archive's collections and aliases: letters, digits and underscores. Two archives on one server need two.</summary>
    public required string Prefix { get; init; }

    public MilvusConsistency Consistency { get; init; } = MilvusConsistency.Session;

    public MilvusIndex Index { get; init; } = new();

    public MilvusSharding Sharding { get; init; } = MilvusSharding.BySize;

    /// <summary>Samples after which a shard by size takes no further video.</summary>
    public long SamplesPerShard { get; init; } = 4_000_000;

    /// <summary>Rows are sent in messages of about this size. Servers refuse more than 64 MiB.</summary>
    public int BatchBytes { get; init; } = 8 << 20;

    /// <summary>How long one call may take; loading and flushing have <see cref="SettleLimit"/>.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a call that the server could not take (a rate limit, a restart) is said again, with growing pauses.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long is waited for collections to be loaded, flushed and indexed.</summary>
    public TimeSpan SettleLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long rows and collections that were replaced stay, for snapshots of other processes.</summary>
    public TimeSpan ReaderGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Asked before each call that writes for the role under which this process writes; null refuses it. Null where one process at a time writes.</summary>
    public Func<RoleLease?>? WriterRole { get; init; }

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        if (Prefix.Length is < 1 or > 64 || !char.IsAsciiLetter(Prefix[0]) || !Prefix.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"a prefix is 1 to 64 letters, digits and underscores and begins with a letter, found '{Prefix}'", nameof(Prefix));
        if (BatchBytes is < 1 << 16 or > 60 << 20) throw new ArgumentException($"a batch has 64 KiB to 60 MiB, found {BatchBytes} bytes", nameof(BatchBytes));
        if (SamplesPerShard < 1) throw new ArgumentException($"a shard holds at least 1 sample, found {SamplesPerShard}", nameof(SamplesPerShard));
        foreach (var (name, limit) in new[] { (nameof(CallLimit), CallLimit), (nameof(SettleLimit), SettleLimit) })
            if (limit <= TimeSpan.Zero) throw new ArgumentException($"{name} is above 0, found {limit}", name);
        if (RetryLimit < TimeSpan.Zero || ReaderGrace < TimeSpan.Zero) throw new ArgumentException($"times are 0 or more, found {RetryLimit} and {ReaderGrace}", nameof(RetryLimit));
        Index.Validate();
    }
}

/// <summary>What a search is guaranteed to see.</summary>
public enum MilvusConsistency
{
    /// <summary>Everything that was acknowledged before its snapshot was taken, by any process.</summary>
    Session,

    /// <summary>The same, and waits for the server's next time tick besides: about 0.2 s a call.</summary>
    Strong,

    /// <summary>What was written some seconds ago; the latest rows may be missing.</summary>
    Bounded,

    /// <summary>Whatever is there.</summary>
    Eventually,
}

/// <summary>How videos are spread over the partitions that searches can be sent to one by one.</summary>
public enum MilvusSharding
{
    /// <summary>A new shard once the last one holds <see cref="MilvusOptions.SamplesPerShard"/>.</summary>
    BySize,

    /// <summary>By the month in which the video was recorded; those without a date share one.</summary>
    ByMonth,
}
