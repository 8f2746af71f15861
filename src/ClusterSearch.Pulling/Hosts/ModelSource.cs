using ClusterSearch.Core;
using ClusterSearch.Pulling.Checkpoints;

namespace ClusterSearch.Pulling.Hosts;

/// <summary>Where a model lies: host, repository, revision.</summary>
internal sealed record ModelSource
{
    public const string PublicHub = "https://huggingface.co";

    /// <summary>Scheme, host, port and perhaps a path; no slash at the end.</summary>
    public required Uri Host { get; init; }

    /// <summary>"owner/name".</summary>
    public required string Repository { get; init; }

    /// <summary>A branch, tag or commit.</summary>
    public required string Revision { get; init; }

    public Checkpoint? Checkpoint { get; init; }

    /// <summary>What the model is installed as.</summary>
    public string Name => Checkpoint?.Name ?? Repository[(Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Facts of the pinned list, where they speak of this very revision.</summary>
    public IReadOnlyList<CheckpointFile> PinnedFiles => Checkpoint is { Revision: not null } pinned && pinned.Revision == Revision ? pinned.Files : [];

    /// <param name="model">A pinned name, "owner/name", or the address of a repository's page.</param>
    /// <param name="revision">Null: the address's, else the pinned one, else "main".</param>
    /// <param name="host">Null: the address's, else <paramref name="defaultHost"/>.</param>
    /// <param name="defaultHost">An address.</param>
    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static ModelSource Parse(string model, string? revision, string? host, string defaultHost)
    {
        string? stated = null;
        var repository = model.Trim().Trim('/');
        if (repository.Contains("://", StringComparison.Ordinal)) (host, repository, stated) = ParseAddress(repository, host);
        var checkpoint = CheckpointList.Find(repository);
        repository = checkpoint?.Repository ?? repository;
        if (!IsRepository(repository))
            throw Invalid($"'{model}' is no pinned name ({string.Join(", ", CheckpointList.All.Select(known => known.Name))}), no owner/name and no address of a repository");
        revision ??= stated ?? checkpoint?.Revision ?? "main";
        if (!revision.Split('/').All(part => IsName(part, 200))) throw Invalid($"a revision is a branch, tag or commit, found '{revision}'");
        return new ModelSource { Host = ParseHost(host ?? defaultHost), Repository = repository, Revision = revision, Checkpoint = checkpoint };
    }

    /// <summary>Where a file is fetched.</summary>
    /// <param name="revision">Branch, tag or commit.</param>
    /// <param name="path">A plain relative name with forward slashes.</param>
    public Uri FileAddress(string revision, string path) =>
        new($"{Host.AbsoluteUri.TrimEnd('/')}/{Repository}/resolve/{Uri.EscapeDataString(revision)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Where the list of files is asked for.</summary>
    public Uri ListAddress => new($"{Host.AbsoluteUri.TrimEnd('/')}/api/models/{Repository}/revision/{Uri.EscapeDataString(Revision)}?blobs=true");

    private static (string Host, string Repository, string? Revision) ParseAddress(string text, string? host)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)) throw Invalid($"'{text}' is no address");
        var segments = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var mark = Array.FindIndex(segments, segment => segment is "tree" or "blob" or "resolve");
        var end = mark < 0 ? segments.Length : mark;
        if (end < 2) throw Invalid($"'{text}' is no address of a repository: HOST/owner/name was expected");
        var prefix = string.Concat(segments[..(end - 2)].Select(segment => "/" + Uri.EscapeDataString(segment)));
        var userInfo = address.UserInfo.Length > 0 ? address.UserInfo + "@" : "";
        return (host ?? $"{address.Scheme}://{userInfo}{address.Authority}{prefix}", $"{segments[end - 2]}/{segments[end - 1]}", mark >= 0 && mark + 1 < segments.Length ? segments[mark + 1] : null);
    }

    private static Uri ParseHost(string text)
    {
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var host) || (host.Scheme != Uri.UriSchemeHttp && host.Scheme != Uri.UriSchemeHttps))
            throw Invalid($"a host is an http or https address, found '{text}'");
        if (host.UserInfo.Length > 0 || host.Query.Length > 0 || host.Fragment.Length > 0)
            throw Invalid("a host's address has no user, query or fragment; a token is taken from HF_TOKEN");
        return host;
    }

    private static ClusterSearchException Invalid(string message) => new(ErrorCodes.RequestInvalid, message);

    /// <summary>"owner/name", each of letters, digits, '.', '_' and '-', beginning with a letter or digit.</summary>
    private static bool IsRepository(string text) => text.Split('/') is [var owner, var name] && IsName(owner, 96) && IsName(name, 96);

    private static bool IsName(string text, int longest) =>
        text.Length > 0 && text.Length <= longest && char.IsAsciiLetterOrDigit(text[0]) && !text.Contains("..", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
