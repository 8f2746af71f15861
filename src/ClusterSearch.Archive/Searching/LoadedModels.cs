using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// The models that queries use, loaded once each and shared by encodings that differ in sampling alone. A model that no
/// encoding of the archive names any more is let go once the last query has returned it.
/// </summary>
internal sealed class LoadedModels(ArchivePorts ports, ArchiveOptions options) : IDisposable
{
    private readonly SemaphoreSlim _loading = new(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Hash, string Precision), Entry> _entries = [];

    /// <summary>An encoding's model; towers load when they are first used. Dispose returns it.</summary>
    public async ValueTask<ModelLease> LeaseAsync(Encoding encoding, CancellationToken cancellation)
    {
        var key = (encoding.ModelHash, encoding.Precision);
        if (TryLease(key) is { } known) return known;
        await _loading.WaitAsync(cancellation);
        try
        {
            if (TryLease(key) is { } loaded) return loaded;
            var model = EncodingChoice.LoadModel(ports.Models, options, encoding);
            lock (_lock) _entries[key] = new Entry(model);
            return TryLease(key)!;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Lets go of models that none of these encodings needs.</summary>
    public void KeepOnly(IReadOnlyList<EncodingRecord> encodings)
    {
        lock (_lock)
        {
            var unneeded = _entries.Keys.Where(key => !encodings.Any(record => (record.Encoding.ModelHash, record.Encoding.Precision) == key)).ToList();
            foreach (var key in unneeded)
            {
                _entries.Remove(key, out var entry);
                entry!.Release();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Values) entry.Release();
            _entries.Clear();
        }
        _loading.Dispose();
    }

    private ModelLease? TryLease((string, string) key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry)) return null;
            entry.Take();
            return new ModelLease(entry);
        }
    }

    /// <summary>Counts its users, the cache among them; the last one disposes the model.</summary>
    internal sealed class Entry(IImageTextModel model)
    {
        private int _uses = 1;

        public IImageTextModel Model { get; } = model;

        /// <summary>Only under the lock under which the cache gives itself up.</summary>
        public void Take() => Interlocked.Increment(ref _uses);

        public void Release()
        {
            if (Interlocked.Decrement(ref _uses) == 0) Model.Dispose();
        }
    }
}

/// <summary>The right to use a model.</summary>
internal sealed class ModelLease(LoadedModels.Entry entry) : IDisposable
{
    private int _isReturned;

    public IImageTextModel Model => entry.Model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0) entry.Release();
    }
}
