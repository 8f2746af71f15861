using ClusterSearch.Core;

namespace ClusterSearch.Hosting;

/// <summary>The command line asks for something that cannot be meant. The message says what is expected and what was found.</summary>
public sealed class UsageException(string message) : ClusterSearchException(ErrorCodes.RequestInvalid, message);
