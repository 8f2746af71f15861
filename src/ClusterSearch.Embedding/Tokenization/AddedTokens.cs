namespace ClusterSearch.Embedding.Tokenization;

/// <summary>A token that is cut out of the text before the rest is split.</summary>
/// <param name="Content">As it stands in the text.</param>
/// <param name="StripLeft">Swallows white space before it.</param>
/// <param name="StripRight">Swallows white space after it.</param>
/// <param name="MatchesNormalized">Looked for in the normalised text (true) or in the text as typed (false).</param>
internal sealed record AddedToken(int Id, string Content, bool StripLeft, bool StripRight, bool MatchesNormalized);

/// <summary>Cuts a text at its added tokens: leftmost first, the longest where several begin.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirstCharacter;

    public AddedTokens(IEnumerable<AddedToken> tokens) => _byFirstCharacter = tokens
        .Where(token => token.Content.Length > 0)
        .GroupBy(token => token.Content[0])
        .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());

    /// <summary>Pieces in order: either text (Id null) or a token.</summary>
    public IEnumerable<(string Text, int? Id)> Cut(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            if (Match(text, at) is not { } token)
            {
                at++;
                continue;
            }

            var left = at;
            while (token.StripLeft && left > start && char.IsWhiteSpace(text[left - 1])) left--;
            if (left > start) yield return (text[start..left], null);
            yield return (token.Content, token.Id);
            at += token.Content.Length;
            // A token within the swallowed space still counts, as in the reference: the search goes on right after this one.
            start = at;
            while (token.StripRight && start < text.Length && char.IsWhiteSpace(text[start])) start++;
        }

        if (start < text.Length) yield return (text[start..], null);
    }

    private AddedToken? Match(string text, int at)
    {
        if (!_byFirstCharacter.TryGetValue(text[at], out var tokens)) return null;
        foreach (var token in tokens)
            if (string.CompareOrdinal(text, at, token.Content, 0, token.Content.Length) == 0) return token;
        return null;
    }
}
