using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// The processor features by which ONNX Runtime's kernels choose themselves, and so the last bit of a vector
/// (onnxruntime/core/mlas/lib/platform.cpp). Read from the processor, since .NET does not name all of them.
/// </summary>
internal static class InstructionSet
{
    public static string Name { get; } = Detect();

    private static string Detect()
    {
        if (!X86Base.IsSupported)
            return (Dp.IsSupported ? "neon-dotprod" : AdvSimd.IsSupported ? "neon" : RuntimeInformation.ProcessArchitecture.ToString()).ToLowerInvariant();
        var (maximumLeaf, _, _, _) = X86Base.CpuId(0, 0);
        var (_, ebx, ecx, edx) = maximumLeaf >= 7 ? X86Base.CpuId(7, 0) : default;
        var (eax1, _, _, _) = maximumLeaf >= 7 ? X86Base.CpuId(7, 1) : default;
        if (!Avx.IsSupported) return "sse";
        if (!Avx2.IsSupported) return "avx";
        var name = "avx2";
        if (Avx512F.IsSupported && Bit(ebx, 16)) name = Bit(ecx, 11) ? "avx512vnni" : "avx512";
        if (Bit(eax1, 4)) name += "+avxvnni";
        if (Bit(edx, 25)) name += "+amxint8";
        return name;
    }

    private static bool Bit(int register, int bit) => ((register >> bit) & 1) == 1;
}
