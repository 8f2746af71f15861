using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Generations;

/// <summary>One state of an encoding: what a snapshot sees.</summary>
/// <param name="Registered">The name in the catalogue's register; null when there is none.</param>
/// <param name="Names">Its collections; null while it holds nothing and has none.</param>
/// <param name="Manifest">What the name says; null with <paramref name="Names"/>.</param>
/// <param name="StoredDimension">Length of its vectors, also while it is empty.</param>
/// <param name="Videos">Those that have units.</param>
/// <param name="Consistency">Of its reads.</param>
internal sealed record EncodingState(
    string? Registered, CollectionNames? Names, ManifestName? Manifest, int StoredDimension, VideoTable Videos, MilvusConsistency Consistency)
{
    public int Dimension => Videos.IsEmpty ? 0 : StoredDimension;

    public PublishedGenerations Generations => Manifest?.Generations ?? PublishedGenerations.None;

    public string Visible => Generations.Visible;

    public ReadTime Time => ReadTime.Of(Consistency, Manifest?.Timestamp ?? 0);

    /// <summary>For the writer, who must see its own rows whatever searches may miss.</summary>
    public EncodingState ForWriting => this with { Consistency = Consistency is MilvusConsistency.Strong ? Consistency : MilvusConsistency.Session };
}
