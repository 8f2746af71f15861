using ClusterSearch.Core;

namespace ClusterSearch.Remote.Writing;

/// <summary>An answer that becomes a file of this machine: whole under its name, or not there.</summary>
internal static class WrittenFile
{
    public static async Task WriteAsync(GatewayConnection gateway, HttpRequestMessage request, string path, CancellationToken cancellation)
    {
        using var response = await gateway.SendAsync(request, cancellation);
        var partial = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            await using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
                await response.Content.CopyToAsync(file, cancellation);
            File.Move(partial, path, overwrite: true);
        }
        catch (HttpRequestException fault)
        {
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"{path}: the gateway broke off ({fault.Message})", fault) { IsTransient = true };
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
