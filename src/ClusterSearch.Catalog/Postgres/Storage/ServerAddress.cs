using System.Text.RegularExpressions;
using ClusterSearch.Core;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// Where the server is and how to speak to it, from a connection string ("Host=…;Database=…") or a URI (postgres://…), each of
/// which may also name the schema. Passwords stay out of everything that is said.
/// </summary>
internal sealed partial class ServerAddress
{
    private ServerAddress(NpgsqlConnectionStringBuilder connection, string schema)
    {
        Connection = connection;
        Schema = schema;
    }

    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>An identifier that needs no quotes.</summary>
    public string Schema { get; }

    /// <summary>For people: user, host, port, database and schema.</summary>
    public override string ToString() => $"{Connection.Username ?? Environment.UserName}@{Connection.Host}:{Connection.Port}/{Connection.Database ?? Connection.Username}, schema {Schema}";

    /// <summary>Whether a text is meant for PostgreSQL rather than as a path.</summary>
    public static bool IsMeantBy(string text) => IsUri(text) || MentionsHost().IsMatch(text);

    /// <exception cref="ClusterSearchException">request.invalid, without the text: it may hold a password.</exception>
    public static ServerAddress Parse(string text, PostgresCatalogOptions options)
    {
        try
        {
            var schema = options.Schema;
            var connection = IsUri(text) ? OfUri(text, ref schema) : OfKeywords(text, ref schema);
            if (string.IsNullOrEmpty(connection.Host)) throw new FormatException("it names no host");
            if (!Identifier().IsMatch(schema)) throw new FormatException($"a schema is up to 63 lower-case letters, digits and underscores, found '{schema}'");
            return new ServerAddress(Configure(connection, schema, options), schema);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"the catalogue's connection string cannot be read ({fault.Message.ReplaceLineEndings(" ")}); expected Host=…;Database=…;Username=… or postgres://user@host/database");
        }
    }

    private static bool IsUri(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder OfKeywords(string text, ref string schema)
    {
        var all = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = text };
        schema = Take(all, "Schema") ?? Take(all, "Search Path") ?? Take(all, "SearchPath") ?? schema;
        return new NpgsqlConnectionStringBuilder(all.ConnectionString);
    }

    private static string? Take(System.Data.Common.DbConnectionStringBuilder all, string key)
    {
        if (!all.TryGetValue(key, out var value)) return null;
        all.Remove(key);
        return value.ToString();
    }

    private static NpgsqlConnectionStringBuilder OfUri(string text, ref string schema)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw new FormatException("it is no URI; characters such as @ and / in a password are written as %40 and %2F");
        var connection = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0) connection.Port = uri.Port;
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) connection.Password = Uri.UnescapeDataString(user[1]);
        var database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        if (database.Length > 0) connection.Database = database;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var name, var said] ? (name, Uri.UnescapeDataString(said)) : (pair, "");
            switch (key)
            {
                case "schema": schema = value; break;
                case "sslmode": connection.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
                case "sslrootcert": connection.RootCertificate = value; break;
                case "connect_timeout": connection.Timeout = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture); break;
                case "application_name": connection.ApplicationName = value; break;
                default: throw new FormatException($"'{key}' is not among what a URI may say: schema, sslmode, sslrootcert, connect_timeout, application_name");
            }
        }
        return connection;
    }

    private static NpgsqlConnectionStringBuilder Configure(NpgsqlConnectionStringBuilder connection, string schema, PostgresCatalogOptions options)
    {
        var isSaid = connection.Keys.Cast<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!isSaid.Contains("Maximum Pool Size")) connection.MaxPoolSize = options.MaximumConnections;
        if (!isSaid.Contains("Timeout")) connection.Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds);
        if (!isSaid.Contains("Application Name")) connection.ApplicationName = options.ApplicationName;
        // A server that vanished without a word is noticed even by calls that may take long.
        if (!isSaid.Contains("TCP Keepalive")) connection.TcpKeepAlive = true;
        if (!isSaid.Contains("Max Auto Prepare")) connection.MaxAutoPrepare = 100;
        if (!isSaid.Contains("Auto Prepare Min Usages")) connection.AutoPrepareMinUsages = 2;
        // The server gives up first; the client's limit is for a server that no longer answers at all.
        connection.CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 5;
        // No call changes a session's state, so nothing need be reset between two.
        connection.NoResetOnClose = true;
        connection.SearchPath = schema;
        connection.IncludeErrorDetail = false;
        // Compiling a statement for a hundred milliseconds never pays here.
        connection.Options = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{connection.Options} -c statement_timeout={(long)options.StatementTimeout.TotalMilliseconds} -c lock_timeout={(long)options.LockTimeout.TotalMilliseconds} -c idle_in_transaction_session_timeout=60000 -c jit=off").Trim();
        return connection;
    }

    [GeneratedRegex(@"(^|;)\s*(host|server)\s*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MentionsHost();

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
