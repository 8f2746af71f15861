using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Videos;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Milvus.Generations;

/// <summary>
/// The state of one encoding that the register names, as this process knows it: asked for at each snapshot, read from Milvus only
/// when another one is named, and then only what is new. Counts who looks at which state, so that nothing is deleted under a
/// snapshot of this process.
/// </summary>
internal sealed class CurrentState(
    string encodingId, IManifestRegister register, CollectionKeeper keeper, CollectionReader reader, MilvusOptions options, ILogger logger) : IDisposable
{
    private const int PageRows = 8192;

    private readonly SemaphoreSlim _loading = new(1);
    private readonly Lock _lock = new();
    private readonly List<EncodingState> _looking = [];
    private volatile EncodingState? _state;
    private bool _isBehind;

    public string EncodingId => encodingId;

    /// <summary>As the register names it now. While the register cannot be asked, the last one that was seen.</summary>
    public async Task<EncodingState> ForReadingAsync(CancellationToken cancellation)
    {
        try
        {
            var state = await LatestAsync(cancellation);
            Report(null);
            return state;
        }
        catch (ClusterSearchException fault) when (fault.IsTransient && fault is not CollectionMissingException && _state is not null)
        {
            Report(fault);
            return _state!;
        }
    }

    /// <exception cref="ClusterSearchException">Of the register; of Milvus, when the state is a new one.</exception>
    public async Task<EncodingState> LatestAsync(CancellationToken cancellation)
    {
        for (string? missed = null; ;)
        {
            var registered = await register.CurrentAsync(encodingId, cancellation);
            if (_state is { } known && known.Registered == registered) return known;
            await _loading.WaitAsync(cancellation);
            try
            {
                if (_state is { } loaded && loaded.Registered == registered) return loaded;
                return _state = await LoadAsync(registered, cancellation);
            }
            catch (CollectionMissingException) when (registered != missed)
            {
                // Dropped since the register was asked, unless it still names them.
                missed = registered;
            }
            finally
            {
                _loading.Release();
            }
        }
    }

    /// <summary>What this process has just published.</summary>
    public void Adopt(EncodingState state) => _state = state;

    /// <summary>Counts a look at a state; disposing ends it.</summary>
    public IDisposable Look(EncodingState state)
    {
        lock (_lock) _looking.Add(state);
        return new Looking(this, state);
    }

    /// <summary>The earliest write that a snapshot of this process still shows as the last one; null when there is none in these collections.</summary>
    public long? EarliestLook(string revision)
    {
        lock (_lock)
        {
            var looks = _looking.Where(state => state.Names?.Revision == revision).Select(state => state.Generations.Last).ToList();
            return looks.Count == 0 ? null : looks.Min();
        }
    }

    public void Dispose() => _loading.Dispose();

    private async Task<EncodingState> LoadAsync(string? registered, CancellationToken cancellation)
    {
        if (!ManifestName.TryParse(registered, out var manifest)) return new EncodingState(registered, null, null, 0, VideoTable.Empty, options.Consistency);
        var names = new CollectionNames(options.Prefix, encodingId, manifest.Revision);
        var before = _state is { } known && known.Names == names && known.Generations.Last < manifest.Generations.Last ? known : null;
        var dimension = before?.StoredDimension ?? await keeper.DimensionAsync(names, cancellation);
        var time = ReadTime.Of(options.Consistency is MilvusConsistency.Strong ? options.Consistency : MilvusConsistency.Session, manifest.Timestamp);
        var expression = before is null ? manifest.Generations.Known
            : $"{manifest.Generations.Known} and {Columns.Born} > {Filtering.Literal.Of(before.Generations.Last)}";
        var changes = new List<VideoState>();
        await foreach (var page in reader.PagesAsync(names.Videos, expression, [Columns.Video, Columns.Born, Columns.Content], time, PageRows, cancellation))
        {
            var (videos, born, content) = (page.Texts(Columns.Video), page.Longs(Columns.Born), page.Texts(Columns.Content));
            for (var i = 0; i < page.Count; i++) changes.Add(VideoState.Parse(videos[i], born[i], content[i]));
        }
        return new EncodingState(registered, names, manifest, dimension, (before?.Videos ?? VideoTable.Empty).With(changes), options.Consistency);
    }

    private void Report(Exception? fault)
    {
        if (_isBehind == fault is not null) return;
        _isBehind = fault is not null;
        if (fault is not null)
            logger.LogWarning("{Encoding}: the current state of its vectors cannot be read; searches go on with the last one that was seen ({Fault})", encodingId, fault.Message);
        else
            logger.LogInformation("{Encoding}: searches see the current state of its vectors again", encodingId);
    }

    private sealed class Looking(CurrentState current, EncodingState state) : IDisposable
    {
        public void Dispose()
        {
            lock (current._lock) current._looking.Remove(state);
        }
    }
}
