namespace ClusterSearch.Gateway.Security;

/// <summary>What a caller may do; each includes those before it.</summary>
public enum Role
{
    /// <summary>Search, look, play, rate.</summary>
    Read,

    /// <summary>Take footage in, pause, retry.</summary>
    Ingest,

    /// <summary>Remove videos, switch encodings.</summary>
    Admin,
}
