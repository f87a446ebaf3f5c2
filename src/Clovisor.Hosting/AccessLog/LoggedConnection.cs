using System.Net;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Clovisor.Wan.Datapath;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Clovisor.Hosting.AccessLog;

/// <summary>What an entry of the access log says of a connection of the proxy.</summary>
/// <param name="Session">The connection.</param>
/// <param name="Client">The client's end of the connection that the request came by; null where the entry does not say.</param>
/// <param name="Class">The association that its pool is of; null: of none.</param>
internal readonly record struct LoggedConnection(SessionTuple Session, IPEndPoint? Client, string? Class)
{
    /// <summary>The filter state that keeps the pools of a proxy apart: what a connection is of is not what one request on it would say.</summary>
    internal const string ClassState = "clovisor.class";

    /// <summary>Whether there was a connection.</summary>
    internal static bool HasBegun(CommonProperties? entry) => EndPointOf(entry?.UpstreamLocalAddress) is not null && EndPointOf(entry!.UpstreamRemoteAddress) is not null;

    /// <summary>Reads an entry of which <see cref="HasBegun"/> holds.</summary>
    /// <returns>Null when <paramref name="errors"/> got at least one entry.</returns>
    internal static LoggedConnection? Read(CommonProperties entry, List<ApiError> errors)
    {
        SessionTuple? tuple = ReportValidation.Tuple(
            new SessionReport { Protocol = "tcp", Source = EndPointOf(entry.UpstreamLocalAddress)?.ToString(), Destination = EndPointOf(entry.UpstreamRemoteAddress)?.ToString() }, errors);
        string? named = ClassOf(entry, errors);
        return tuple is { } session && errors.Count == 0 ? new LoggedConnection(session, EndPointOf(entry.DownstreamDirectRemoteAddress), named) : null;
    }

    private static string? ClassOf(CommonProperties entry, List<ApiError> errors)
    {
        if (!entry.FilterStateObjects.TryGetValue(ClassState, out Any? state))
        {
            return null;
        }

        try
        {
            if (state.TryUnpack(out StringValue value))
            {
                return value.Value;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // As wrong as one of another type.
        }

        errors.Add(new ApiError(ClassState, "Filter state that is no string. Set it by a factory of strings, such as envoy.hashable_string."));
        return null;
    }

    private static IPEndPoint? EndPointOf(Address? address) =>
        address?.SocketAddress is { Protocol: 0, PortValue: > 0 and <= ushort.MaxValue } socket && IPAddress.TryParse(socket.Address, out IPAddress? parsed)
            ? new IPEndPoint(parsed, (int)socket.PortValue)
            : null;
}
