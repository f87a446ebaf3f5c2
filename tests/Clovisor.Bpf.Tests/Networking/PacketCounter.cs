using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

/// <summary>A loaded counting program and its count, on the loopback device of a namespace.</summary>
internal sealed class PacketCounter : IDisposable
{
    internal const int Loopback = 1;
    private readonly BpfObject _loaded = TestPrograms.Load(TestPrograms.Counter);
    private readonly BpfArrayMap<Pair> _totals;

    internal PacketCounter()
    {
        _totals = _loaded.ArrayMap<Pair>("totals");
        Program = _loaded.Program("count");
        Twice = _loaded.Program("twice");
    }

    /// <summary>Counts one a packet.</summary>
    internal BpfProgram Program { get; }

    /// <summary>Counts two a packet.</summary>
    internal BpfProgram Twice { get; }

    internal ulong Packets => _totals[0].Packets;

    /// <summary>How many packets are counted while the loopback device carries a ping: its request and its reply.</summary>
    internal ulong DuringPing(NetworkNamespace space)
    {
        ulong before = Packets;
        space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1");
        return Packets - before;
    }

    internal TcAttachment Attach(NetworkNamespace space, TcDirection direction, TcAttachOptions? options = null) =>
        space.Run(() => TcAttachment.Attach(Program, Loopback, direction, options));

    public void Dispose()
    {
        Program.Dispose();
        Twice.Dispose();
        _totals.Dispose();
        _loaded.Dispose();
    }

    internal readonly record struct Pair(ulong Packets, ulong Bytes);
}
