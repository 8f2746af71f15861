using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.Core;

namespace ClusterSearch.Gateway.Security;

/// <summary>
/// The keys of a gateway. A key is 256 random bits, so one round of SHA-256 is enough to keep at rest what cannot be turned
/// back; the key itself is shown once, when it is made.
/// </summary>
public sealed class ApiKeys
{
    private const string Prefix = "cs_";
    private readonly List<ApiKey> _keys;

    private ApiKeys(List<ApiKey> keys) => _keys = keys;

    public static ApiKeys None { get; } = new([]);

    public bool IsEmpty => _keys.Count == 0;

    public IReadOnlyList<ApiKey> List => _keys;

    /// <summary>Reads a key file; one that is not there holds no keys.</summary>
    /// <exception cref="ClusterSearchException">request.invalid when it is no key file.</exception>
    public static ApiKeys Read(string path)
    {
        if (!File.Exists(path)) return None;
        try
        {
            var keys = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFileContext.Default.ListApiKey);
            if (keys is null || keys.Exists(key => key.Sha256 is not { Length: 64 } || string.IsNullOrWhiteSpace(key.Name))) throw new JsonException();
            return new ApiKeys(keys);
        }
        catch (JsonException)
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{path}: expected a file made by `clustersearch keys add`, found something else");
        }
    }

    /// <returns>The keys with one more, and the key itself, which is kept nowhere.</returns>
    /// <exception cref="ClusterSearchException">request.invalid for a name that is taken or empty.</exception>
    public (ApiKeys Keys, string Secret) Add(string name, Role role, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100) throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a key has a name of 1 to 100 characters");
        if (_keys.Exists(key => key.Name == name)) throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"there is a key called '{name}' already; remove it first, or take another name");
        var secret = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (new ApiKeys([.. _keys, new ApiKey(name, role, Hash(secret), now)]), secret);
    }

    /// <exception cref="ClusterSearchException">request.invalid when there is no such key.</exception>
    public ApiKeys Remove(string name) => _keys.Exists(key => key.Name == name)
        ? new ApiKeys([.. _keys.Where(key => key.Name != name)])
        : throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"there is no key called '{name}'");

    /// <summary>Written beside and renamed, readable by this user alone.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options)) JsonSerializer.Serialize(file, _keys, KeyFileContext.Default.ListApiKey);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The key that this is; null when it is none. Takes the same time for every wrong one.</summary>
    public ApiKey? Find(string secret)
    {
        var hash = Encoding.ASCII.GetBytes(Hash(secret));
        ApiKey? found = null;
        foreach (var key in _keys)
            if (CryptographicOperations.FixedTimeEquals(hash, Encoding.ASCII.GetBytes(key.Sha256))) found = key;
        return found;
    }

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

/// <param name="Sha256">Of the key, 64 hexadecimal digits.</param>
public sealed record ApiKey(string Name, Role Role, string Sha256, DateTimeOffset CreatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<ApiKey>))]
internal sealed partial class KeyFileContext : JsonSerializerContext;
