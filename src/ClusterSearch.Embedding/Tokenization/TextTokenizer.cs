namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// The pipeline of a tokenizer.json: added tokens are cut out of the text as typed, the pieces are normalised, added
/// tokens that match normalised text are cut out of them, the rest is split into words and the words into ids; then the
/// ids are truncated and set between the template's special tokens.
/// </summary>
internal sealed class TextTokenizer : ITokenizer
{
    public required INormalizer Normalizer { get; init; }

    public required IPreTokenizer PreTokenizer { get; init; }

    public required ISubwordModel Model { get; init; }

    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>Ids before the text's.</summary>
    public required long[] Prefix { get; init; }

    /// <summary>Ids after the text's; the end token is the last.</summary>
    public required long[] Suffix { get; init; }

    /// <summary>Ids at most, prefix and suffix included; null: any number.</summary>
    public required int? MaximumLength { get; init; }

    private AddedTokens Typed => field ??= new AddedTokens(Added.Where(token => !token.MatchesNormalized));

    private AddedTokens Normalized => field ??= new AddedTokens(
        Added.Where(token => token.MatchesNormalized).Select(token => token with { Content = Normalizer.Normalize(token.Content) }));

    public long[] Encode(string text)
    {
        var ids = new List<long>();
        var words = new List<string>();
        foreach (var (piece, typedId) in Typed.Cut(CodePoints.WellFormed(text)))
        {
            if (typedId is { } typed)
            {
                ids.Add(typed);
                continue;
            }

            foreach (var (rest, normalizedId) in Normalized.Cut(Normalizer.Normalize(piece)))
            {
                if (normalizedId is { } normalized)
                {
                    ids.Add(normalized);
                    continue;
                }

                words.Clear();
                PreTokenizer.Split(rest, words);
                foreach (var word in words) Model.Append(word, ids);
            }
        }

        var room = MaximumLength is { } limit ? Math.Max(limit - Prefix.Length - Suffix.Length, 0) : ids.Count;
        if (ids.Count > room) ids.RemoveRange(room, ids.Count - room);
        return [.. Prefix, .. ids, .. Suffix];
    }
}
