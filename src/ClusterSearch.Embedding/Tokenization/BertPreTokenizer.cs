using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Splits at white space, and makes every punctuation mark a word of its own.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    public void Split(string text, List<string> words)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var isPunctuation = CodePoints.IsPunctuation(rune);
            if (!isPunctuation && !CodePoints.IsWhiteSpace(rune))
            {
                word.Append(rune);
                continue;
            }

            Flush();
            if (isPunctuation) words.Add(rune.ToString());
        }

        Flush();

        void Flush()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }
}
