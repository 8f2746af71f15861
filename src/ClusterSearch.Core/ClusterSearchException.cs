namespace ClusterSearch.Core;

/// <summary>
/// The one exception family at the edges. The message is one line: what was expected, what was found, where, what to do.
/// </summary>
/// <param name="code">A stable code of <see cref="ErrorCodes"/>, such as <c>footage.no_video_stream</c>.</param>
/// <param name="message">One line for a person.</param>
/// <param name="innerException">The cause, kept for logs only.</param>
public class ClusterSearchException(string code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The stable code; its first part names the room the fault belongs to.</summary>
    public string Code { get; } = code;

    /// <summary>Whether the same call may succeed later without anybody changing anything (a busy database, say).</summary>
    public bool IsTransient { get; init; }
}
