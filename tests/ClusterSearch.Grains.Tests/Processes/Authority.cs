using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>A certificate authority of a test, and what it signs, as PEM files in a directory.</summary>
internal sealed class Authority : IDisposable
{
    private readonly string _directory;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public Authority(string directory, string name)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Path = System.IO.Path.Combine(_directory, $"{name}.pem");
        File.WriteAllText(Path, _certificate.ExportCertificatePem());
    }

    public string Path { get; }

    /// <returns>Options of a member.</returns>
    public string[] Sign(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(_certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(8));
        var (certificate, keyFile) = (System.IO.Path.Combine(_directory, $"{name}.crt"), System.IO.Path.Combine(_directory, $"{name}.key"));
        File.WriteAllText(certificate, signed.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return ["--tls-certificate", certificate, "--tls-key", keyFile, "--tls-authority", Path];
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
