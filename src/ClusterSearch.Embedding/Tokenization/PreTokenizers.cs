namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Each one splits what the one before left.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        List<string> current = [text];
        foreach (var step in steps)
        {
            var next = new List<string>();
            foreach (var word in current) step.Split(word, next);
            current = next;
        }

        words.AddRange(current);
    }
}

/// <summary>Splits at white space, which goes.</summary>
internal sealed class WhiteSpaceSplit : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        var start = 0;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && !char.IsWhiteSpace(text[at])) continue;
            if (at > start) words.Add(text[start..at]);
            start = at + 1;
        }
    }
}

/// <summary>Spaces become a visible mark, one more may be set before the text, and a word begins at each mark.</summary>
internal sealed class Metaspace(char mark, bool prepends, bool splits) : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        var marked = text.Replace(' ', mark);
        if (prepends && !marked.StartsWith(mark)) marked = mark + marked;
        var start = 0;
        for (var at = 1; splits && at < marked.Length; at++)
        {
            if (marked[at] != mark) continue;
            words.Add(marked[start..at]);
            start = at;
        }

        if (start < marked.Length) words.Add(marked[start..]);
    }
}

/// <summary>A word ends after each occurrence of a literal.</summary>
internal sealed class SplitAfter(string literal) : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        for (var start = 0; start < text.Length;)
        {
            var at = text.IndexOf(literal, start, StringComparison.Ordinal);
            var end = at < 0 ? text.Length : at + literal.Length;
            words.Add(text[start..end]);
            start = end;
        }
    }
}

/// <summary>The whole text is one word.</summary>
internal sealed class NoSplit : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        if (text.Length > 0) words.Add(text);
    }
}
