using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Protocol;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Testing;

namespace ClusterSearch.Milvus.Tests.Wire;

/// <summary>What goes over the wire, and what comes of what comes back.</summary>
public sealed class ClientTests
{
    private static readonly Status Success = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task User_and_password_go_as_they_are_in_base64_and_the_database_beside_them()
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(new GetVersionResponse { Version = "2.3.5" }));
        using var client = Client(server, "root:Mil vus", "footage");
        await client.VersionAsync(Cancellation);
        var call = Assert.Single(server.Calls);
        Assert.Equal("GetVersion", call.Method);
        Assert.Equal(Convert.ToBase64String(Encoding.UTF8.GetBytes("root:Mil vus")), call.Headers["authorization"]);
        Assert.Equal("footage", call.Headers["dbname"]);
        Assert.Equal("application/grpc", call.Headers["content-type"]);
        Assert.True(call.Headers.ContainsKey("grpc-timeout"));
    }

    [Fact]
    public async Task A_search_always_says_what_would_end_the_server_if_it_were_not_said()
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(new SearchResults { Status = Success, Results = new SearchResultData { Topks = { 0L } } }));
        using var client = Client(server);
        var found = await new CollectionReader(client).SearchAsync("c", [[1, 2]], "", [], 5, "", null, ReadTime.Latest, [], Cancellation);
        Assert.Equal(0, Assert.Single(found).Count);
        var request = SearchRequest.Parser.ParseFrom(Assert.Single(server.Calls).Message);
        Assert.Equal(DslType.BoolExprV1, request.DslType);
        var placeholder = Assert.Single(PlaceholderGroup.Parser.ParseFrom(request.PlaceholderGroup).Placeholders);
        Assert.Equal("$0", placeholder.Tag);
        // 1 and 2 as little-endian floats.
        Assert.Equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], Assert.Single(placeholder.Values).ToByteArray());
    }

    [Fact]
    public async Task A_rate_limit_is_waited_out()
    {
        var left = 3;
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(left-- > 0
            ? new GetVersionResponse { Status = new Status { Code = 8, ErrorCode = 49, Reason = "request is rejected by grpc RateLimiter middleware, please retry later" } }
            : new GetVersionResponse { Version = "v2.6.1" }));
        using var client = Client(server);
        Assert.Equal(new ServerVersion(2, 6), await client.VersionAsync(Cancellation));
        Assert.Equal(4, server.Calls.Count);
    }

    public static TheoryData<int, int, string, string, bool> Codes => new()
    {
        // code, code of before 2.3, reason, error, transient
        { 8, 49, "rate limit", ErrorCodes.ArchiveBusy, true },
        { 9, 1, "quota exceeded", ErrorCodes.ArchiveDiskFull, false },
        { 1, 1, "not ready", ErrorCodes.ArchiveUnreachable, true },
        { 101, 1, "not loaded", ErrorCodes.ArchiveUnreachable, true },
        { 65535, 1, "failed to search: collection not loaded[collection=4]", ErrorCodes.ArchiveUnreachable, true },
        { 0, 1, "collection not loaded", ErrorCodes.ArchiveUnreachable, true },
        { 100, 4, "collection not found", ErrorCodes.ArchiveCorrupt, false },
        { 800, 1, "database not found", ErrorCodes.ArchiveNotFound, false },
        { 1400, 1, "auth", ErrorCodes.ArchiveAccess, false },
        { 65535, 1, "cannot parse expression:\nno", ErrorCodes.ArchiveRefused, false },
        { 0, 26, "some failure of an old kind", ErrorCodes.ArchiveRefused, false },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_of_Milvus_s_codes_is_one_clear_error(int code, int old, string reason, string expected, bool isTransient)
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(new GetVersionResponse { Status = new Status { Code = code, ErrorCode = old, Reason = reason } }));
        using var client = Client(server, retryLimit: TimeSpan.FromMilliseconds(500));
        var fault = await Assert.ThrowsAnyAsync<ClusterSearchException>(() => client.VersionAsync(Cancellation));
        Assert.Equal((expected, isTransient), (fault.Code, fault.IsTransient));
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Contains(server.Address.Authority, fault.Message);
        Assert.True(isTransient == server.Calls.Count > 1, $"{server.Calls.Count} calls");
    }

    [Theory]
    [InlineData("proxy TaskCondition context Done")]
    [InlineData("failed to search: context deadline exceeded")]
    public async Task A_deadline_that_the_server_tells_in_words_passes_and_is_not_tried_again(string reason)
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(new GetVersionResponse { Status = new Status { Code = 65535, ErrorCode = 1, Reason = reason } }));
        using var client = Client(server, retryLimit: TimeSpan.FromSeconds(5));
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => client.VersionAsync(Cancellation));
        Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData(16, "missing authorization in header", ErrorCodes.ArchiveAccess)]
    [InlineData(7, "no grant", ErrorCodes.ArchiveAccess)]
    [InlineData(12, "unknown method", ErrorCodes.ArchiveVersion)]
    [InlineData(8, "received message larger than max (71303179 vs. 67108864)", ErrorCodes.ArchiveRefused)]
    [InlineData(13, "does not parse", ErrorCodes.ArchiveRefused)]
    [InlineData(4, "deadline", ErrorCodes.ArchiveUnreachable)]
    public async Task Each_status_of_gRPC_is_one_clear_error_and_is_not_tried_again(int status, string message, string expected)
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(null, status, message));
        using var client = Client(server, retryLimit: TimeSpan.FromSeconds(5));
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => client.VersionAsync(Cancellation));
        Assert.Equal(expected, fault.Code);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_time_and_not_asked_again()
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => WireAnswer.Silence);
        using var client = Client(server, callLimit: TimeSpan.FromMilliseconds(200));
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => client.VersionAsync(Cancellation));
        Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Nobody_there_is_said_with_the_address()
    {
        Uri gone;
        await using (var server = await ScriptedMilvus.StartAsync(_ => WireAnswer.Silence)) gone = server.Address;
        using var client = new MilvusClient(Options(gone) with { RetryLimit = TimeSpan.FromMilliseconds(100) });
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => client.VersionAsync(Cancellation));
        Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
        Assert.Contains(gone.Authority, fault.Message);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_kept()
    {
        await using var server = await ScriptedMilvus.StartAsync(_ => WireAnswer.Silence);
        using var client = Client(server);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.VersionAsync(impatient.Token));
    }

    [Fact]
    public async Task TLS_trusts_the_authority_that_is_named_and_nobody_else()
    {
        using var directory = new TemporaryDirectory();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(directory.File("ca.pem"), certificate.ExportCertificatePem(), Cancellation);
        using var served = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        await using var server = await ScriptedMilvus.StartAsync(_ => new WireAnswer(new GetVersionResponse { Version = "2.4.0" }), served);
        var address = new Uri($"https://localhost:{server.Address.Port}");

        using var trusting = new MilvusClient(Options(address) with { Address = new MilvusAddress { Server = address, AuthorityFile = directory.File("ca.pem") } });
        Assert.Equal(new ServerVersion(2, 4), await trusting.VersionAsync(Cancellation));
        using var wary = new MilvusClient(Options(address) with { RetryLimit = TimeSpan.Zero });
        await Assert.ThrowsAsync<ClusterSearchException>(() => wary.VersionAsync(Cancellation));
    }

    private static MilvusClient Client(ScriptedMilvus server, string? token = null, string database = "", TimeSpan? retryLimit = null, TimeSpan? callLimit = null) => new(
        Options(server.Address) with
        {
            Address = new MilvusAddress { Server = server.Address, Token = token, Database = database },
            RetryLimit = retryLimit ?? TimeSpan.FromSeconds(20),
            CallLimit = callLimit ?? TimeSpan.FromSeconds(20),
        });

    private static MilvusOptions Options(Uri address) => new() { Address = new MilvusAddress { Server = address }, Prefix = "t" };
}
