namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Text to token ids.</summary>
internal interface ITokenizer
{
    /// <summary>Ids with the start and end tokens, cut to the limit with the end token kept; not padded.</summary>
    long[] Encode(string text);
}

/// <summary>tokenizer.json's "normalizer": text to text.</summary>
internal interface INormalizer
{
    /// <summary>Whether what comes out is in lower case.</summary>
    bool LowersCase => false;

    string Normalize(string text);
}

/// <summary>tokenizer.json's "pre_tokenizer": text to words.</summary>
internal interface IPreTokenizer
{
    void Split(string text, List<string> words);
}

/// <summary>tokenizer.json's "model": a word to ids.</summary>
internal interface ISubwordModel
{
    void Append(string word, List<long> ids);
}
