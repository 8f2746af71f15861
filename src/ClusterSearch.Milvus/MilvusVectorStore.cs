using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Writing;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Milvus;

/// <summary>
/// The vector store over a Milvus server: two collections an encoding, one of units and one of samples, and a small one that
/// lists videos. The archive's catalogue names the state that counts (<see cref="ManifestName"/>), as it does for the embedded index:
/// what Milvus cannot do, write a list of replacements at once and show a state unmoved, is done with numbers in its rows
/// (<see cref="PublishedGenerations"/>).
/// </summary>
public sealed class MilvusVectorStore : IVectorStore
{
    private const int CallsAtOnce = 8;

    private readonly MilvusClient _client;
    private readonly IManifestRegister _register;
    private readonly MilvusOptions _options;
    private readonly CollectionKeeper _keeper;
    private readonly CollectionReader _reader;
    private readonly RowWriter _writer;
    private readonly UnitDirectory _directory;
    private readonly SnapshotParts _parts;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, EncodingParts> _encodings = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private bool _isDisposed;

    private MilvusVectorStore(MilvusClient client, IManifestRegister register, ISampleVectors? files, MilvusOptions options)
    {
        _client = client;
        _register = register;
        _options = options;
        _keeper = new CollectionKeeper(client, options);
        _reader = new CollectionReader(client);
        _writer = new RowWriter(client, options);
        _directory = new UnitDirectory(_reader);
        _parts = new SnapshotParts(_reader, _directory, new SampleScoring(_reader, _directory, files), options.Index, CallsAtOnce);
        _logger = options.Logs.CreateLogger<MilvusVectorStore>();
    }

    /// <summary>Opens the store and asks the server for its version, so that a wrong address is told at once.</summary>
    /// <param name="register">The catalogue's; an encoding goes by its id there. Not disposed here.</param>
    /// <param name="files">Raw vectors, which exact scores are made from; null: from Milvus's rows.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops opening.</param>
    /// <exception cref="ClusterSearchException">archive.unreachable, archive.access_denied, archive.version.</exception>
    public static async Task<MilvusVectorStore> OpenAsync(IManifestRegister register, ISampleVectors? files, MilvusOptions options, CancellationToken cancellation)
    {
        options.Validate();
        var client = new MilvusClient(options);
        try
        {
            await client.VersionAsync(cancellation);
            return new MilvusVectorStore(client, register, files, options);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) =>
        [.. (await _register.ListAsync(cancellation)).Where(index => ManifestName.TryParse(index.Manifest, out _)).Select(index => index.IndexName)];

    /// <inheritdoc />
    /// <exception cref="ClusterSearchException">Also archive.busy (transient): another process is the writer, or the server's rate limit; archive.unreachable (transient).</exception>
    public Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        if (replacements.Count == 0) return Task.CompletedTask;
        var dimension = ReplacementCheck.DimensionOf(encodingId, replacements);
        return WriteAsync(encodingId, writer => writer.ReplaceAsync(replacements, dimension, cancellation), cancellation);
    }

    public async Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation)
    {
        foreach (var encoding in encodingId is null ? await ListEncodingsAsync(cancellation) : [encodingId])
        {
            var nothing = new UnitReplacement(video, new VideoAttributes(null, null, null), SampleRange.Everything, []);
            await WriteAsync(encoding, writer => writer.ReplaceAsync([nothing], 0, cancellation), cancellation);
        }
    }

    public Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation) => WriteAsync(encodingId, writer => writer.DeleteAsync(cancellation), cancellation);

    /// <inheritdoc />
    /// <remarks>While the register or a new state cannot be read, the last state that this store has seen.</remarks>
    public async Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var current = PartsOf(encodingId).Current;
        var state = await current.ForReadingAsync(cancellation);
        return new MilvusSnapshot(state, _parts, current.Look(state));
    }

    /// <summary>Whether Milvus holds as many rows as the encoding's videos say. What they hold is for a comparison with the vector files to tell.</summary>
    public async Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation)
    {
        try
        {
            var state = await PartsOf(encodingId).Current.LatestAsync(cancellation);
            if (state.Names is not { } names) return [];
            var (units, samples) = (await _reader.CountAsync(names.Units, state.Visible, state.Time, cancellation), await _reader.CountAsync(names.Samples, state.Visible, state.Time, cancellation));
            var (expectedUnits, expectedSamples) = (state.Videos.All.Sum(video => video.Units), state.Videos.All.Sum(video => video.Samples));
            return units == expectedUnits && samples == expectedSamples ? []
                : [new StoreFault($"{names.Units} and {names.Samples}: {expectedUnits} units and {expectedSamples} samples were expected, {units} and {samples} found", null)];
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            return [new StoreFault(fault.Message, null)];
        }
    }

    /// <summary>Seals what was written and waits until searches go through its index: after a bulk load, before a measurement.</summary>
    public async Task SettleAsync(string encodingId, CancellationToken cancellation)
    {
        if ((await PartsOf(encodingId).Current.LatestAsync(cancellation)).Names is { } names) await _keeper.SettleAsync(names, cancellation);
    }

    /// <summary>Makes an encoding's collections anew with the options of this store, another index say, while searches go on; then all switch to them at once.</summary>
    public Task RebuildAsync(string encodingId, CancellationToken cancellation) => WriteAsync(encodingId, writer => writer.RebuildAsync(cancellation), cancellation);

    /// <summary>Waits for a write on its way, and deletes what nobody looks at any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (var encoding in _encodings.Values.Where(encoding => encoding.HasWritten)) await CloseAsync(encoding);
            foreach (var encoding in _encodings.Values) encoding.Current.Dispose();
            _client.Dispose();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task CloseAsync(EncodingParts encoding)
    {
        try
        {
            await encoding.Writer.CloseAsync(CancellationToken.None);
        }
        catch (ClusterSearchException fault)
        {
            // The next writer finds it.
            _logger.LogInformation("what was replaced stays in Milvus for now: {Fault}", fault.Message);
        }
    }

    private async Task WriteAsync(string encodingId, Func<EncodingWriter, Task> write, CancellationToken cancellation)
    {
        var encoding = PartsOf(encodingId);
        await _writing.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            encoding.HasWritten = true;
            await write(encoding.Writer);
        }
        finally
        {
            _writing.Release();
        }
    }

    private EncodingParts PartsOf(string encodingId) => _encodings.GetOrAdd(CollectionNames.RequireId(encodingId), id =>
    {
        var current = new CurrentState(id, _register, _keeper, _reader, _options, _logger);
        return new EncodingParts(current, new EncodingWriter(current, _register, _keeper, _reader, _writer, _directory, _options, _logger));
    });

    /// <summary>One encoding: what is current, and who changes it.</summary>
    private sealed class EncodingParts(CurrentState current, EncodingWriter writer)
    {
        public CurrentState Current { get; } = current;

        public EncodingWriter Writer { get; } = writer;

        public bool HasWritten { get; set; }
    }
}
