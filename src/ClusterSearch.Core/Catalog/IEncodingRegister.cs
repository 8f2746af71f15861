using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Core.Catalog;

/// <summary>Encodings, and which of them searches use.</summary>
public interface IEncodingRegister
{
    /// <summary>Makes an encoding known; put again it stays as it was first put. The first one becomes the active one.</summary>
    Task PutEncodingAsync(Encoding encoding, CancellationToken cancellation);

    Task<IReadOnlyList<EncodingRecord>> ListEncodingsAsync(CancellationToken cancellation);

    /// <summary>The encoding that searches use; null while the archive has none.</summary>
    Task<EncodingRecord?> ActiveEncodingAsync(CancellationToken cancellation);

    /// <exception cref="ClusterSearchException">archive.encoding for an unknown one.</exception>
    Task ActivateEncodingAsync(string encodingId, CancellationToken cancellation);

    /// <summary>Forgets an encoding that is not active: its plans and chunks, then itself. An unknown one is no error.</summary>
    /// <exception cref="ClusterSearchException">archive.encoding for the active one.</exception>
    Task DropEncodingAsync(string encodingId, CancellationToken cancellation);
}
