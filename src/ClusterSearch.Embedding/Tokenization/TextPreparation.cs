namespace ClusterSearch.Embedding.Tokenization;

/// <summary>A text as the graph receives it.</summary>
/// <param name="Ids">Token ids, padding included.</param>
/// <param name="Mask">1 where the graph should look, 0 on padding.</param>
internal readonly record struct PreparedText(long[] Ids, long[] Mask);

/// <summary>Tokens, padded where the model was trained so or its graph has no other length.</summary>
/// <param name="attendsPadding">Whether the model was trained to look at its padding too, without a mask.</param>
internal sealed class TextPreparation(ITokenizer tokenizer, TokenPadding? padding, bool attendsPadding)
{
    public PreparedText Prepare(string text)
    {
        var ids = tokenizer.Encode(text);
        var length = padding is { } fixedLength ? Math.Max(ids.Length, fixedLength.Length) : ids.Length;
        var mask = new long[length];
        mask.AsSpan(0, attendsPadding ? length : ids.Length).Fill(1);
        if (length == ids.Length) return new PreparedText(ids, mask);
        var padded = new long[length];
        ids.CopyTo(padded, 0);
        padded.AsSpan(ids.Length).Fill(padding!.Value.Id);
        return new PreparedText(padded, mask);
    }
}
