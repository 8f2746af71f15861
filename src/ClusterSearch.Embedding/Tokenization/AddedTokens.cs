namespace ClusterSearch.Embedding.Tokenization;

/// <summary>A token that is cut out of the text before the rest is split.</summary>
/// <param name="Content">As it stands in the text.</param>
/// <param name="StripLeft">Swallows white space before it.</param>
/// <param name="StripRight">Swallows white space after it.</param>
/// <param name="MatchesNormalized">Looked for in the normalised text (true) or in the text as typed (false).</param>
internal sealed record AddedToken(int Id, string Content, bool StripLeft, bool StripRight, bool MatchesNormalized);

/// <summary>Cuts a text at its added tokens: leftmost first, the longest where several begin.</summary>
internal sealed class AddedTokens(IEnumerable<AddedToken> tokens)
{
    private readonly AddedToken[] _tokens = [.. tokens.Where(token => token.Content.Length > 0).OrderByDescending(token => token.Content.Length)];

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
            while (token.StripRight && at < text.Length && char.IsWhiteSpace(text[at])) at++;
            start = at;
        }

        if (start < text.Length) yield return (text[start..], null);
    }

    private AddedToken? Match(string text, int at)
    {
        foreach (var token in _tokens)
            if (string.CompareOrdinal(text, at, token.Content, 0, token.Content.Length) == 0) return token;
        return null;
    }
}
