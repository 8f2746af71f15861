using ClusterSearch.Core;

namespace ClusterSearch.Milvus.Collections;

/// <summary>
/// The collections of one encoding. Each time they are made anew they have other names; the aliases, without the revision, name
/// the current ones.
/// </summary>
internal sealed record CollectionNames(string Prefix, string EncodingId, string Revision)
{
    private const int RevisionLength = 8;

    public string Units => Of(CollectionLayout.Units);

    public string Samples => Of(CollectionLayout.Samples);

    public string Videos => Of(CollectionLayout.Videos);

    public string Of(CollectionLayout layout) => $"{Stem(Prefix, EncodingId)}{Revision}_{layout.Kind}";

    public string AliasOf(CollectionLayout layout) => Stem(Prefix, EncodingId) + layout.Kind;

    public static CollectionNames New(string prefix, string encodingId) => new(prefix, encodingId, Guid.NewGuid().ToString("N")[..RevisionLength]);

    /// <summary>Of the names of an encoding's collections, whatever their revision.</summary>
    public static bool AreOf(string prefix, string encodingId, string collection)
    {
        var stem = Stem(prefix, encodingId);
        return collection.StartsWith(stem, StringComparison.Ordinal)
            && CollectionLayout.All.Any(layout => collection.Length == stem.Length + RevisionLength + 1 + layout.Kind.Length && collection.EndsWith("_" + layout.Kind, StringComparison.Ordinal));
    }

    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static string RequireId(string encodingId) => encodingId.Length is > 0 and <= 64 && encodingId.All(char.IsAsciiLetterOrDigit) ? encodingId
        : throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"an encoding's id is letters and digits, found '{encodingId}'");

    private static string Stem(string prefix, string encodingId) => $"{prefix}_{encodingId}_";
}
