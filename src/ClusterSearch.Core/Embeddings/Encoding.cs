using System.Security.Cryptography;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// What a vector means: vectors of different encodings never meet. Everything that decides a vector by intent stands
/// here; what decides its last bit (runtime, provider, instruction set) is the encoder fingerprint, kept with each chunk.
/// </summary>
public sealed record Encoding
{
    /// <summary>Version of our own preprocessing: raised whenever the same frame would give another vector.</summary>
    public const int CurrentPreprocessing = 1;

    private const int IdLength = 12;

    public required string ModelHash { get; init; }

    /// <summary>For people, and for a hint where the model directory is missing.</summary>
    public required string ModelName { get; init; }

    /// <summary>Where the model was loaded from when the encoding was first used.</summary>
    public required string ModelDirectory { get; init; }

    public required string Precision { get; init; }

    public required int Dimension { get; init; }

    public required Sampling Sampling { get; init; }

    public required ResizeMode Resize { get; init; }

    public int Preprocessing { get; init; } = CurrentPreprocessing;

    /// <summary>Names for <see cref="LabelScore.Label"/>, kept so that results stay readable without the model.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Whether a text has the form of an <see cref="Id"/>.</summary>
    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Twelve hexadecimal digits over (model hash, precision, sampling, resize, preprocessing): a directory and collection name.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
        $"{ModelHash}\n{Precision}\n{Sampling}\n{Resize}\n{Preprocessing}")))[..IdLength];
}
