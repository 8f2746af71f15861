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
        using var tokenizerConfig = JsonFile.ReadIfPresent(tokenizerConfigPath);
        int?[] limits =
        [
            config.FindCount("text_config", "max_position_embeddings") ?? family.MaximumTokens,
            tokenizerConfig?.FindCount("model_max_length"),
            family.TrainedTokens,
            graphTokens,
        ];
        var maximum = limits.Min();
        var isLowerCase = family.IsLowerCase && tokenizerConfig?.Find("do_lower_case")?.ValueKind != JsonValueKind.False;
        var tokenizer = TokenizerFile.Read(tokenizerPath, maximum, isLowerCase);
        var padding = tokenizer.Padding is { } own ? own with { Length = Math.Min(own.Length, maximum ?? own.Length) } : (TokenPadding?)null;
        if ((graphTokens ?? (family.IsPaddedToMaximum ? maximum : null)) is { } length) padding = new TokenPadding(length, PaddingId(tokenizer, tokenizerConfig, config));

        var settings = new List<string>();
        if (padding is { } used) settings.Add($"padded to {used.Length} with {used.Id}");
        if (tokenizer.LowersCaseFirst) settings.Add("lower case first");
        return new TextSettings(new TextPreparation(tokenizer, padding, family.IsPaddedToMaximum), settings);
    }

    private static long PaddingId(TextTokenizer tokenizer, JsonFile? tokenizerConfig, JsonFile config)
    {
        // Old files give the token with its properties.
        if ((tokenizerConfig?.FindText("pad_token") ?? tokenizerConfig?.FindText("pad_token", "content")) is { } token)
            return tokenizer.IdOf(token) ?? throw tokenizerConfig!.Unsupported("pad_token", $"'{token}', which the tokenizer lacks");
        return config.Find("text_config", "pad_token_id") is { ValueKind: JsonValueKind.Number } id && id.TryGetInt32(out var number) ? number
            : throw config.Unsupported("text_config.pad_token_id", "missing, and so is pad_token in tokenizer_config.json; texts of this model are padded");
    }
}
