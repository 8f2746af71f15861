using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ClusterSearch.Milvus.Filtering;

/// <summary>
/// Names of cameras and zones as they are stored: "" for none, "=name" for one, and for one that is too long for a column or no
/// valid text "#" and its SHA-256, so that every name finds itself alone.
/// </summary>
internal static class StoredName
{
    private const int LongestBytes = 1000;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(string? name)
    {
        if (name is null) return "";
        try
        {
            if (Strict.GetByteCount(name) <= LongestBytes) return "=" + name;
        }
        catch (EncoderFallbackException)
        {
            // Half a surrogate pair: all such would look alike as UTF-8.
        }
        return "#" + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(name.AsSpan())));
    }
}
