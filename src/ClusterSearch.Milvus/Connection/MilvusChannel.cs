using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ClusterSearch.Core;
using Grpc.Core;
using Grpc.Net.Client;

namespace ClusterSearch.Milvus.Connection;

/// <summary>The HTTP/2 connections to one server.</summary>
internal static class MilvusChannel
{
    /// <summary>A page of vectors is a few megabytes; the default of 4 MiB is less.</summary>
    private const int LargestAnswer = 128 << 20;

    // 2.3.5 ends connections that are pinged more often than every 5 s.
    private static readonly TimeSpan PingPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    public static GrpcChannel Open(MilvusAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = PingPause,
            KeepAlivePingTimeout = PingLimit,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ConnectTimeout = ConnectLimit,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
        };
        if (address.AuthorityFile is { } file) handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = TrustOnly(file) };
        return GrpcChannel.ForAddress(address.Server, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestAnswer,
            MaxSendMessageSize = LargestAnswer,
            // Pauses and their end are decided in one place, Milvus's own codes included.
            MaxRetryAttempts = 1,
        });
    }

    /// <summary>Of every call: base64 of user:password or of a key, without a scheme's name before it.</summary>
    public static Metadata HeadersOf(MilvusAddress address)
    {
        var headers = new Metadata();
        if (address.Token is { } token) headers.Add("authorization", Convert.ToBase64String(Encoding.UTF8.GetBytes(token)));
        if (address.Database.Length > 0) headers.Add("dbname", address.Database);
        return headers;
    }

    private static RemoteCertificateValidationCallback TrustOnly(string file)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{file}: expected certificates as PEM ({fault.Message})", fault);
        }
        return (_, certificate, _, errors) =>
        {
            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            using var server = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return chain.Build(server);
        };
    }
}
