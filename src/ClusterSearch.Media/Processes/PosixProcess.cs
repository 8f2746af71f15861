using System.Collections;
using System.Runtime.InteropServices;
using ClusterSearch.Core;

namespace ClusterSearch.Media.Processes;

/// <summary>A child's birth, death and pipes, in terms of the system.</summary>
internal static unsafe class PosixProcess
{
    /// <summary>Closed on exec: no other child, started by whatever thread, inherits an end.</summary>
    public static (int Read, int Write) MakePipe()
    {
        var ends = stackalloc int[2];
        if (Posix.Pipe(ends, Posix.CloseOnExec) != 0) throw OpenFileLimit.Fault();
        // The child's descriptors 0 to 3 are filled one after another; none of the sources may lie among them.
        for (var end = 0; end < 2; end++)
        {
            if (ends[end] > 3) continue;
            var moved = Posix.Control(ends[end], Posix.DuplicateFrom, 10);
            _ = Posix.Close(ends[end]);
            ends[end] = moved;
        }
        return (ends[0], ends[1]);
    }

    public static void WidenPipe(int descriptor, int bytes) => _ = Posix.Control(descriptor, Posix.SetPipeSize, bytes);

    public static void Close(int descriptor) => _ = Posix.Close(descriptor);

    /// <summary>Starts a child as the leader of a process group of its own, with no signal blocked or ignored.</summary>
    /// <param name="input">Its standard input, or -1 for /dev/null.</param>
    /// <param name="report">Its descriptor 3, or -1 for none.</param>
    /// <returns>0, or the system's error number.</returns>
    public static int Spawn(string executable, IReadOnlyList<string> arguments, int input, int output, int error, int report, out int process)
    {
        var actions = stackalloc byte[Posix.OpaqueBytes];
        var attributes = stackalloc byte[Posix.OpaqueBytes];
        var signals = stackalloc byte[Posix.OpaqueBytes];
        _ = Posix.ActionsInit(actions);
        _ = Posix.AttributesInit(attributes);
        try
        {
            if (input >= 0) _ = Posix.ActionsDuplicate(actions, input, 0);
            else _ = Posix.ActionsOpen(actions, 0, "/dev/null", 0, 0);
            _ = Posix.ActionsDuplicate(actions, output, 1);
            _ = Posix.ActionsDuplicate(actions, error, 2);
            if (report >= 0) _ = Posix.ActionsDuplicate(actions, report, 3);
            _ = Posix.AttributesSetGroup(attributes, 0);
            _ = Posix.SignalsNone(signals);
            _ = Posix.AttributesSetMask(attributes, signals);
            _ = Posix.SignalsAll(signals);
            _ = Posix.AttributesSetDefaults(attributes, signals);
            _ = Posix.AttributesSetFlags(attributes, Posix.SpawnSetProcessGroup | Posix.SpawnSetSignalDefaults | Posix.SpawnSetSignalMask);
            using var argumentBlock = new StringBlock([executable, .. arguments]);
            using var environmentBlock = new StringBlock(Variables());
            var started = 0;
            var failure = Posix.Spawn(&started, executable, actions, attributes, argumentBlock.Pointers, environmentBlock.Pointers);
            process = started;
            return failure;
        }
        finally
        {
            _ = Posix.AttributesDestroy(attributes);
            _ = Posix.ActionsDestroy(actions);
        }
    }

    public static void KillGroup(int process) => _ = Posix.Kill(-process, Posix.SignalKill);

    /// <summary>Returns once the child has ended, and leaves it to be reaped.</summary>
    public static void WaitForEnd(int process)
    {
        var information = stackalloc byte[Posix.OpaqueBytes];
        while (Posix.WaitId(Posix.WaitPid, process, information, Posix.WaitExited | Posix.WaitKeep) != 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted)
        {
        }
    }

    public static ChildExit Reap(int process)
    {
        var status = 0;
        Posix.ResourceUsage usage = default;
        while (Posix.Wait(process, &status, 0, &usage) < 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted)
        {
        }
        var signal = status & 0x7f;
        var processorTime = TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds) + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
        return new ChildExit(signal == 0 ? (status >> 8) & 0xff : null, signal == 0 ? null : signal, processorTime, usage.PeakKilobytes * 1024);
    }

    private static IEnumerable<string> Variables()
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (variable.Key is not ("LC_ALL" or "AV_LOG_FORCE_NOCOLOR" or "FFREPORT")) yield return $"{variable.Key}={variable.Value}";
        yield return "LC_ALL=C";
        yield return "AV_LOG_FORCE_NOCOLOR=1";
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class StringBlock : IDisposable
    {
        private readonly nint[] _strings;

        public StringBlock(IEnumerable<string> strings)
        {
            _strings = [.. strings.Select(Marshal.StringToCoTaskMemUTF8)];
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)_strings.Length + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < _strings.Length; i++) Pointers[i] = (byte*)_strings[i];
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            foreach (var text in _strings) Marshal.FreeCoTaskMem(text);
            NativeMemory.Free(Pointers);
        }
    }
}
