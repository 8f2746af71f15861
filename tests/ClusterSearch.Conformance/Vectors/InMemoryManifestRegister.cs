using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Vectors;

/// <summary>A register that ends with its process, for tests and for tools without a catalogue. Any number of stores may share it.</summary>
public sealed class InMemoryManifestRegister : IManifestRegister
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, string> _current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RoleLease> _roles = new(StringComparer.Ordinal);

    /// <summary>Takes a role from whoever has it, as when a lease ran out.</summary>
    public RoleLease TakeRole(string role, string holder)
    {
        lock (_lock)
        {
            var epoch = _roles.TryGetValue(role, out var before) ? before.Epoch + 1 : 1;
            return _roles[role] = new RoleLease(role, holder, Guid.NewGuid().ToString("N"), epoch, TimeSpan.FromMinutes(1));
        }
    }

    public Task<string?> CurrentAsync(string indexName, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return Task.FromResult(_current.GetValueOrDefault(indexName));
    }

    public Task<IReadOnlyList<NamedManifest>> ListAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return Task.FromResult<IReadOnlyList<NamedManifest>>([.. _current.Select(index => new NamedManifest(index.Key, index.Value))]);
    }

    public Task<bool> PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (writer is not null && _roles.GetValueOrDefault(writer.Role)?.Token != writer.Token) return Task.FromResult(false);
            var current = _current.GetValueOrDefault(indexName);
            if (current == next) return Task.FromResult(true);
            if (current != previous) return Task.FromResult(false);
            if (next is null) _current.Remove(indexName);
            else _current[indexName] = next;
            return Task.FromResult(true);
        }
    }
}
