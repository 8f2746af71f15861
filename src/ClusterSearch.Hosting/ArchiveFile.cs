using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterSearch.Core;

namespace ClusterSearch.Hosting;

/// <summary>
/// archive.json in the archive directory: where the catalogue is, so that later commands find it by the directory alone. Only
/// written where that is not the directory itself; never holds a password (PGPASSWORD or ~/.pgpass have it).
/// </summary>
public static class ArchiveFile
{
    public const string Name = "archive.json";

    private const string Catalog = "catalog";
    private static readonly string[] Secrets = ["Password", "PWD", "PSW", "SSL Password", "SslPassword"];

    /// <returns>Null where the catalogue lies in the directory.</returns>
    /// <exception cref="ClusterSearchException">archive.corrupt, archive.file_system.</exception>
    public static string? ReadCatalog(string directory)
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(path))?[Catalog]?.GetValue<string>();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
                $"{path}: expected an object with the text '{Catalog}', which says where the archive's catalogue is; mend or delete the file and give --catalog", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    public static void WriteCatalog(string directory, string catalog)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            using var file = new AtomicFile(path);
            using (var json = new Utf8JsonWriter(file.Stream, new JsonWriterOptions { Indented = true }))
            {
                json.WriteStartObject();
                json.WriteString(Catalog, WithoutPassword(catalog));
                json.WriteEndObject();
            }
            file.Commit();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>A catalogue's address as it may be shown and written down.</summary>
    public static string WithoutPassword(string catalog)
    {
        if (catalog.Contains("://", StringComparison.Ordinal))
        {
            var uri = new UriBuilder(catalog) { Password = "" };
            uri.Query = string.Join('&', uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Where(part => !part.StartsWith("password=", StringComparison.OrdinalIgnoreCase)));
            return uri.Uri.OriginalString;
        }
        var parts = new DbConnectionStringBuilder { ConnectionString = catalog };
        foreach (var secret in Secrets) parts.Remove(secret);
        return parts.ConnectionString;
    }
}
