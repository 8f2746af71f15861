using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClusterSearch.Hosting;
using Orleans.Connections.Security;

namespace ClusterSearch.Silo.Clustering;

/// <summary>
/// TLS between members, both ways: each shows a certificate, and each takes only certificates that the cluster's own authority
/// signed. Names are not looked at: members come and go under any address, and the authority signs for nobody else.
/// </summary>
internal sealed class MemberCertificate
{
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _authority;

    private MemberCertificate(X509Certificate2 own, X509Certificate2Collection authority) => (_own, _authority) = (own, authority);

    /// <returns>Null when none of the three is given.</returns>
    /// <exception cref="UsageException">Some are given and some not, or a file is not what it should be.</exception>
    public static MemberCertificate? Read(string? certificatePath, string? keyPath, string? authorityPath)
    {
        if (certificatePath is null && keyPath is null && authorityPath is null) return null;
        if (certificatePath is null || keyPath is null || authorityPath is null)
            throw new UsageException("--tls-certificate, --tls-key and --tls-authority go together; one of them is missing");
        foreach (var path in (string[])[certificatePath, keyPath, authorityPath])
            if (!File.Exists(path)) throw new UsageException($"TLS: there is no file {path}");
        try
        {
            using var fromPem = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            // Loaded once more: a key that came from PEM alone does not serve on every system.
            var own = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(authorityPath);
            if (authority.Count == 0) throw new UsageException($"--tls-authority: {authorityPath} holds no certificate");
            return new MemberCertificate(own, authority);
        }
        catch (CryptographicException fault)
        {
            throw new UsageException($"TLS: {certificatePath}, {keyPath} or {authorityPath} is not PEM of a certificate, its key and an authority ({fault.Message})");
        }
    }

    public void Configure(TlsOptions options)
    {
        options.LocalCertificate = _own;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (certificate, _, _) => IsMember(certificate);
        options.OnAuthenticateAsClient = (_, client) => client.TargetHost = "clustersearch";
    }

    internal bool IsMember(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
