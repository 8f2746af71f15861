using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Milvus.Tests.Wire;

/// <summary>What came over the wire: the method, the headers, the message.</summary>
internal sealed record WireCall(string Method, IReadOnlyDictionary<string, string> Headers, byte[] Message);

/// <summary>How it is answered: a message, or a gRPC status without one.</summary>
internal sealed record WireAnswer(IMessage? Message, int GrpcStatus = 0, string GrpcMessage = "")
{
    /// <summary>Never, until the client has given up.</summary>
    public static WireAnswer Silence { get; } = new((IMessage?)null, -1);
}

/// <summary>A server that speaks gRPC's framing by hand and says what a test wants: its messages are what the client must understand.</summary>
internal sealed class ScriptedMilvus : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<WireCall> _calls = [];

    private ScriptedMilvus(WebApplication server) => _server = server;

    public IReadOnlyList<WireCall> Calls => [.. _calls];

    public Uri Address => new(_server.Urls.Single());

    /// <param name="answer">To each call, by its method.</param>
    /// <param name="certificate">For TLS.</param>
    public static async Task<ScriptedMilvus> StartAsync(Func<WireCall, WireAnswer> answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var server = new ScriptedMilvus(builder.Build());
        server._server.MapPost("/milvus.proto.milvus.MilvusService/{method}", (HttpContext context, string method) => server.AnswerAsync(context, method, answer));
        await server._server.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string method, Func<WireCall, WireAnswer> answer)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var frame = body.ToArray();
        Assert.Equal(0, frame[0]);
        Assert.Equal(frame.Length - 5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
        var call = new WireCall(method, context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), frame[5..]);
        _calls.Enqueue(call);
        var said = answer(call);
        if (said == WireAnswer.Silence)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        context.Response.ContentType = "application/grpc";
        if (said.Message is null)
        {
            // Without a body the status stands in the headers.
            context.Response.Headers["grpc-status"] = said.GrpcStatus.ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(said.GrpcMessage);
            return;
        }
        var message = said.Message.ToByteArray();
        var answered = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(answered.AsSpan(1), message.Length);
        message.CopyTo(answered, 5);
        await context.Response.Body.WriteAsync(answered);
        context.Response.AppendTrailer("grpc-status", said.GrpcStatus.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
