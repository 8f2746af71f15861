using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// The models that a worker has loaded: one for each encoding that has something to do, the active one first. One that has
/// had nothing to do for a while is dropped; one that cannot be loaded here hinders no other and is tried again later.
/// </summary>
internal sealed class Encoders(ArchivePorts ports, ArchiveOptions options, WorkRequest request, WorkerPulse pulse) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KeptUnused = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _looking = new(1);
    private readonly Dictionary<string, Entry> _loaded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _refused = new(StringComparer.Ordinal);
    private IReadOnlyList<Entry> _wanted = [];
    private long? _lookedAt;

    /// <summary>Those that have chunks pending or in work, in the order in which to claim.</summary>
    public async Task<IReadOnlyList<Entry>> ListAsync(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            if (_lookedAt is { } at && ports.Time.GetElapsedTime(at) < LookInterval) return _wanted;
            await LookAsync(cancellation);
            _lookedAt = ports.Time.GetTimestamp();
            return _wanted;
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose()
    {
        foreach (var entry in _loaded.Values) entry.Model.Dispose();
        _looking.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var wanted = new List<Entry>();
        foreach (var encoding in (await ports.Catalog.ListEncodingsAsync(cancellation)).OrderByDescending(record => record.IsActive))
        {
            var id = encoding.Encoding.Id;
            var chunks = (await ports.Catalog.StatusAsync(id, cancellation)).Chunks;
            if (chunks.GetValueOrDefault(ChunkState.Pending) + chunks.GetValueOrDefault(ChunkState.Leased) == 0) continue;
            if (!_loaded.TryGetValue(id, out var entry) && (entry = TryLoad(encoding, cancellation)) is null) continue;
            entry.WantedAt = ports.Time.GetTimestamp();
            wanted.Add(entry);
        }
        _wanted = wanted;
        foreach (var (id, entry) in _loaded.ToList())
        {
            if (entry.Users > 0 || wanted.Contains(entry) || ports.Time.GetElapsedTime(entry.WantedAt) < KeptUnused) continue;
            _loaded.Remove(id);
            entry.Model.Dispose();
        }
    }

    private Entry? TryLoad(EncodingRecord encoding, CancellationToken cancellation)
    {
        var id = encoding.Encoding.Id;
        var cause = $"encoding {id}";
        if (_refused.TryGetValue(id, out var at) && ports.Time.GetElapsedTime(at) < RetryAfter) return null;
        try
        {
            var model = Load(encoding, cancellation);
            _refused.Remove(id);
            pulse.Free(cause);
            if (encoding.IsActive || pulse.EncoderFingerprint is null) (pulse.EncoderFingerprint, pulse.Device) = (model.EncoderFingerprint, model.Device);
            return _loaded[id] = new Entry(encoding, model, new ChunkWork(
                ports, model, encoding.Encoding.Resize, request.HardwareAcceleration, request.Retries, new VideoBook(ports, encoding).FindAsync));
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("model.", StringComparison.Ordinal))
        {
            _refused[id] = ports.Time.GetTimestamp();
            pulse.Hinder(cause, fault);
            return null;
        }
    }

    private IImageTextModel Load(EncodingRecord encoding, CancellationToken cancellation)
    {
        var model = EncodingChoice.LoadModel(ports.Models, options, encoding.Encoding);
        try
        {
            EncodingChoice.Require(model.Check(ModelTowers.Image, force: false, cancellation), model.Facts);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A loaded model and the work with it.</summary>
    internal sealed class Entry(EncodingRecord encoding, IImageTextModel model, ChunkWork work)
    {
        private int _users;

        public EncodingRecord Encoding { get; } = encoding;

        public IImageTextModel Model { get; } = model;

        public ChunkWork Work { get; } = work;

        public long WantedAt { get; set; }

        public int Users => Volatile.Read(ref _users);

        public void Enter() => Interlocked.Increment(ref _users);

        public void Leave() => Interlocked.Decrement(ref _users);
    }
}
