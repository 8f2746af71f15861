using System.Runtime.Versioning;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>A script in the place of ffmpeg or ffprobe.</summary>
[SupportedOSPlatform("linux")]
internal static class FakeTool
{
    /// <summary>Begins a script that says the real ffmpeg's version.</summary>
    public const string AnswersVersion = "case \"$1\" in -version) exec ffmpeg -version;; esac; ";

    public static string Write(TemporaryDirectory directory, string name, string body)
    {
        var path = directory.File(name);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>
    /// An ffmpeg whose caller reads nothing before it has ended, as a caller without processor time does: it is neither held
    /// back nor stopped, and what it left is handed on in the given order.
    /// </summary>
    public static string WriteUnread(TemporaryDirectory directory, string order)
    {
        var (pictures, errors, report) = (directory.File("pictures"), directory.File("errors"), directory.File("report"));
        return Write(directory, "ffmpeg", $"{AnswersVersion}ffmpeg \"$@\" >{pictures} 2>{errors} 3>{report}; code=$?; "
            + string.Join("; ", order.Split(' ').Select(part => part switch
            {
                "pictures" => $"cat {pictures}",
                "errors" => $"cat {errors} >&2",
                "report" => $"cat {report} >&3",
                _ => throw new ArgumentOutOfRangeException(nameof(order), part, null),
            })) + "; exit $code");
    }
}
