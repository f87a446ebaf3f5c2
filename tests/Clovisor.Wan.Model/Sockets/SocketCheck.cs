using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Bpf;
using Clovisor.Bpf.Cgroups;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Comparison;
using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Sockets;

/// <summary>
/// The program that sees sockets connect cannot be test-run: real sockets of a control group connect, to where nobody answers, and what it counts and writes is
/// compared with the model.
/// </summary>
internal sealed partial class SocketCheck(TestSite site, KernelDatapath kernel) : IDisposable
{
    private const int SocketsPerEpisode = 64;
    private const int SolSocket = 1;
    private const int SoCookie = 57;

    private readonly ControlGroup _group = ControlGroup.ForThreads();

    internal Tally Tally { get; } = new();

    /// <summary>The shipped object, on the maps of the datapath's; those of sockets alone are its own.</summary>
    internal static BpfObject Load(KernelDatapath kernel)
    {
        using Stream resource = typeof(BpfWanDatapath).Assembly.GetManifestResourceStream("wan_sockops.bpf.o")!;
        byte[] elf = new byte[resource.Length];
        resource.ReadExactly(elf);
        using BpfObjectFile file = BpfObjectFile.Open(elf, "wan_sockops.bpf.o");
        foreach (BpfMapDefinition definition in file.Maps.Where(definition => kernel.Has(definition.Name)))
        {
            using BpfMap map = kernel.Map(definition.Name);
            definition.MaxEntries = map.MaxEntries;
            definition.Reuse(map);
        }

        return file.Load();
    }

    /// <summary>Null: all agreed.</summary>
    internal string? Run(ulong seed, long sockets)
    {
        using BpfObject loaded = Load(kernel);
        using BpfProgram program = loaded.Program("clv_connect");
        using CgroupAttachment attachment = program.AttachCgroup(_group.Path, options: new CgroupAttachOptions { Kind = CgroupAttachmentKind.Link });
        return site.Run(() =>
        {
            _group.EnterOnThisThread();
            for (ulong episode = seed; Tally.Total < sockets; episode++)
            {
                if (RunEpisode(episode, kernel.Map("clv_announced")) is { } difference)
                {
                    return $"episode {episode} of sockets: {difference}";
                }
            }

            return null;
        });
    }

    public void Dispose() => _group.Dispose();

    private string? RunEpisode(ulong seed, BpfMap announcedMap)
    {
        using var announced = new BpfHashMap<ulong, uint>(announcedMap);
        var random = new Random((int)(seed & 0x7fffffff));
        // Room for less than the episode's sockets, so that the table is full before it ends.
        var episode = new Episode(seed, site, kernel.Capacity);
        kernel.Load(episode.Tables, null);
        for (int i = 0; i < SocketsPerEpisode; i++)
        {
            if (random.Next(6) == 0 && episode.Tables.Sessions.Count > 0)
            {
                AgeOne(episode.Tables, random);
            }

            if (Connect(episode.Tables, random, announced) is { } difference)
            {
                return difference;
            }
        }

        return EntryComparison.Whole("sessions", kernel.Sessions, episode.Tables.Sessions)
            ?? (announced.CountEntries() == 0 ? null : "an announcement was not used up");
    }

    // As packets and time make it: a session that is open, that is ending, or that never had any.
    private void AgeOne(Tables tables, Random random)
    {
        ClvTuple key = tables.Sessions.Keys.ElementAt(random.Next(tables.Sessions.Count));
        ulong traffic = (ulong)(ushort)(KernelDatapath.TickNow - random.Next(-1, 5)) << 48;
        ClvSession session = tables.Sessions[key] with { State = (ClvSessionState)random.Next(4), Out = traffic, In = traffic };
        tables.Sessions[key] = session;
        kernel.Sessions.TryUpdate(in key, in session);
    }

    private string? Connect(Tables tables, Random random, BpfHashMap<ulong, uint> announced)
    {
        int kind = random.Next(3);
        bool v6 = kind == 0;
        bool mapped = kind == 1;
        using var socket = new Socket(v6 || mapped ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (mapped)
        {
            socket.DualMode = true;
        }

        socket.Blocking = false;

        // A connection that was answered meanwhile would keep its addresses for a while after it is closed, and the next one with the same could not begin.
        socket.LingerState = new LingerOption(true, 0);
        byte dscp = TableGenerator.Dscps[random.Next(TableGenerator.Dscps.Length)];
        SetDscp(socket, dscp, v6 || mapped);
        IPAddress near = TestSite.Source(random.Next(3), v6);
        IPAddress far = random.Next(10) switch
        {
            0 => v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback,
            1 => near,
            _ => TestSite.Server(random.Next(2), v6),
        };
        near = far.Equals(IPAddress.Loopback) || far.Equals(IPAddress.IPv6Loopback) ? far : near;
        int port = TableGenerator.Ports[random.Next(TableGenerator.Ports.Length)];
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(mapped ? near.MapToIPv6() : near, port));
        int? announcement = null;
        if (random.Next(4) == 0 && !far.Equals(near))
        {
            announcement = TableGenerator.Associations[random.Next(TableGenerator.Associations.Length)];
            announced[CookieOf(socket)] = (uint)announcement.Value + 1;
        }

        var tuple = ClvTuple.From(new SessionTuple(ProtocolType.Tcp, new IPEndPoint(near, port), new IPEndPoint(far, 443)));
        var connecting = new Connecting(tuple, announcement, mapped ? (byte)0 : dscp);
        ushort began = KernelDatapath.TickBefore;
        (DatapathReason reason, _) = ConnectModel.Decide(tables, connecting);
        ulong before = kernel.Counter(reason);
        int errno = BeginConnect(socket, new IPEndPoint(mapped ? far.MapToIPv6() : far, 443));
        Tally.Count([reason]);
        string? difference = kernel.Counter(reason) == before + 1 ? null : $"{FrameText.Of(in tuple)} DSCP {dscp} {(mapped ? "mapped" : string.Empty)}: the reason is not {reason} (connect: errno {errno})";
        ushort ended = KernelDatapath.TickNow;
        tables.Tick = ended;
        (_, Changes changes) = ConnectModel.Decide(tables, connecting);
        string? entry = EntryComparison.Changed(reason, "sessions", kernel.Sessions, changes.Sessions);
        if (entry is not null && began != ended)
        {
            // The clock of sessions went on meanwhile.
            tables.Tick = began;
            (_, changes) = ConnectModel.Decide(tables, connecting);
            entry = EntryComparison.Changed(reason, "sessions", kernel.Sessions, changes.Sessions);
        }

        difference ??= entry;
        tables.Apply(changes);
        return difference;
    }

    // By the system's call, since the runtime's starts threads, which would stay in this thread's group. Whether anybody answers does not matter.
    private static unsafe int BeginConnect(Socket socket, IPEndPoint to)
    {
        SocketAddress address = to.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            return Connect((int)socket.Handle, bytes, (uint)address.Size) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Connect(int descriptor, byte* address, uint length);

    private static void SetDscp(Socket socket, byte dscp, bool v6)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(value, dscp << 2);
        socket.SetRawSocketOption(v6 ? 41 : 0, v6 ? 67 : 1, value);
    }

    private static ulong CookieOf(Socket socket)
    {
        Span<byte> cookie = stackalloc byte[8];
        socket.GetRawSocketOption(SolSocket, SoCookie, cookie);
        return BinaryPrimitives.ReadUInt64LittleEndian(cookie);
    }
}
