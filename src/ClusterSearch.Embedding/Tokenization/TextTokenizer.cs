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

    /// <summary>The model's own tokens.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>Ids before the text's.</summary>
    public required long[] Prefix { get; init; }

    /// <summary>Ids after the text's; the end token is the last.</summary>
    public required long[] Suffix { get; init; }

    /// <summary>Ids at most, prefix and suffix included; null: any number.</summary>
    public required int? MaximumLength { get; init; }

    /// <summary>What the file itself says about padding to a fixed length; null where it says nothing.</summary>
    public required TokenPadding? Padding { get; init; }

    /// <summary>Whether the text is lower-cased before anything else, since the model was trained so and the file does not say it.</summary>
    public required bool LowersCaseFirst { get; init; }

    private AddedTokens Typed => field ??= new AddedTokens(Added.Where(token => !token.MatchesNormalized));

    private AddedTokens Normalized => field ??= new AddedTokens(
        Added.Where(token => token.MatchesNormalized).Select(token => token with { Content = Normalizer.Normalize(token.Content) }));

    /// <summary>The id of a token as it stands in the files; null where there is none.</summary>
    public int? IdOf(string token) =>
        Added.FirstOrDefault(added => added.Content == token)?.Id ?? (Vocabulary.TryGetValue(token, out var id) ? id : null);

    public long[] Encode(string text)
    {
        text = CodePoints.WellFormed(text);
        if (LowersCaseFirst) text = CodePoints.ToLower(text);
        var ids = new List<long>();
        var words = new List<string>();
        foreach (var (piece, typedId) in Typed.Cut(text))
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

/// <summary>Padding on the right.</summary>
/// <param name="Length">Tokens that every text is padded to.</param>
/// <param name="Id">The token it is padded with.</param>
internal readonly record struct TokenPadding(int Length, long Id);
