using Clovisor.Hosting.AccessLog;
using Clovisor.Hosting.SessionApi;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Clovisor.Fuzz;

/// <summary>What Envoy sends to the access log service: a message of entries.</summary>
internal static class AccessLogTarget
{
    internal static IReadOnlyList<byte[]> Messages { get; } =
    [
        Message(Entry("10.9.0.1", 41_000, new StringValue { Value = "boss" }), Entry("10.9.0.1", 41_001, null)),
        Message(Entry("fd00::1", 41_000, new StringValue { Value = "b\u00f6ss" }), Entry("fd00::1", 0, new Int32Value { Value = 7 }), new HttpEntry()),
    ];

    /// <summary>Every entry with a connection names a session, or every fault has a reason.</summary>
    internal static void Read(byte[] input)
    {
        foreach (HttpEntry entry in StreamAccessLogsMessage.Parser.ParseFrom(input).HttpLogs?.LogEntry ?? [])
        {
            if (!LoggedConnection.HasBegun(entry.CommonProperties))
            {
                continue;
            }

            List<ApiError> errors = [];
            bool named = LoggedConnection.Read(entry.CommonProperties, errors) is not null;
            if (named != (errors.Count == 0) || errors.Exists(error => error.Message.Length == 0))
            {
                throw new InvalidOperationException($"Neither taken nor refused: {entry}.");
            }
        }
    }

    private static byte[] Message(params HttpEntry[] entries)
    {
        HttpEntries logs = new();
        logs.LogEntry.Add(entries);
        return new StreamAccessLogsMessage { HttpLogs = logs }.ToByteArray();
    }

    private static HttpEntry Entry(string local, uint port, IMessage? state)
    {
        CommonProperties common = new()
        {
            UpstreamLocalAddress = AddressOf(local, port),
            UpstreamRemoteAddress = AddressOf(local.Contains(':', StringComparison.Ordinal) ? "fd00::2" : "10.96.1.1", 80),
            DownstreamDirectRemoteAddress = AddressOf("10.60.0.9", 4711),
        };
        if (state is not null)
        {
            common.FilterStateObjects.Add(LoggedConnection.ClassState, Any.Pack(state));
        }

        return new HttpEntry { CommonProperties = common };
    }

    private static Address AddressOf(string address, uint port) => new() { SocketAddress = new SocketAddress { Address = address, PortValue = port } };
}
