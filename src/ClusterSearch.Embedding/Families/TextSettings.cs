using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Tokenization;

namespace ClusterSearch.Embedding.Families;

/// <summary>How texts of a model are prepared: length, padding and case, from wherever it stands.</summary>
/// <param name="Preparation">Text to ids.</param>
/// <param name="ForHash">What of it stands in no file that the model's hash covers.</param>
internal sealed record TextSettings(TextPreparation Preparation, IReadOnlyList<string> ForHash)
{
    /// <param name="graphTokens">Tokens that the graph wants of every text; null where it leaves them open.</param>
    /// <exception cref="ClusterSearchException">model.incomplete, model.broken, model.unsupported.</exception>
    public static TextSettings Read(string tokenizerPath, string tokenizerConfigPath, JsonFile config, ModelFamily family, int? graphTokens)
    {
        var stated = File.Exists(tokenizerConfigPath) ? JsonFile.Read(tokenizerConfigPath, "a tokenizer_config.json", TokenizerConfig.Read) : new TokenizerConfig(null, null, null);
        int?[] limits =
        [
            config.FindCount("text_config", "max_position_embeddings") ?? family.MaximumTokens,
            stated.MaximumLength,
            family.TrainedTokens,
            graphTokens,
        ];
        var maximum = limits.Min();
        var tokenizer = TokenizerFile.Read(tokenizerPath, maximum, family.IsLowerCase && stated.IsLowerCase != false);
        var padding = tokenizer.Padding is { } own ? own with { Length = Math.Min(own.Length, maximum ?? own.Length) } : (TokenPadding?)null;
        if ((graphTokens ?? (family.IsPaddedToMaximum ? maximum : null)) is { } length)
        {
            if (length > MaximumPadding) throw config.Unsupported("text_config.max_position_embeddings", $"{length}, and every text of this model is padded to it; at most {MaximumPadding} is known");
            var id = stated.PaddingToken is not { } token ? PaddingId(config)
                : tokenizer.IdOf(token) ?? throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{tokenizerConfigPath}: \"pad_token\" is '{token}', which the tokenizer lacks");
            padding = new TokenPadding(length, id);
        }

        var settings = new List<string>();
        if (padding is { } used) settings.Add($"padded to {used.Length} with {used.Id}");
        if (tokenizer.LowersCaseFirst) settings.Add("lower case first");
        return new TextSettings(new TextPreparation(tokenizer, padding, family.IsPaddedToMaximum), settings);
    }

    /// <summary>No family comes near it; a graph given more would take all memory.</summary>
    public const int MaximumPadding = 4096;

    private static int PaddingId(JsonFile config) =>
        config.Find("text_config", "pad_token_id") is { ValueKind: JsonValueKind.Number } id && id.TryGetInt32(out var number) ? number
            : throw config.Unsupported("text_config.pad_token_id", "missing, and so is pad_token in tokenizer_config.json; texts of this model are padded");

    /// <summary>What tokenizer_config.json adds to tokenizer.json.</summary>
    private sealed record TokenizerConfig(int? MaximumLength, string? PaddingToken, bool? IsLowerCase)
    {
        // Old files give the token with its properties.
        public static TokenizerConfig Read(JsonFile file) =>
            new(file.FindCount("model_max_length"), file.FindText("pad_token") ?? file.FindText("pad_token", "content"), file.Root.Flag("do_lower_case"));
    }
}
