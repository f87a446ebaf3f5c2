using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Runs single packets through the programs, without devices, and says how each left and what was made of it.</summary>
public abstract class ProgramTestBase : IDisposable
{
    private protected const int Next = -1;
    private protected const int Shot = 2;
    private protected const int Redirect = 7;
    private protected const byte Tag = 46;

    private protected ProgramTestBase()
    {
        // So that no packets but the tests' own are counted.
        Lab.Edge.Ip("link", "set", WanLab.Device(0), "down");
        Lab.Edge.Ip("link", "set", WanLab.Device(1), "down");
    }

    private protected WanLab Lab { get; } = new();

    public static TheoryData<bool, bool> Kinds() => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Lab.Dispose();

    private protected static (IPEndPoint Source, IPEndPoint Destination) Ends(bool v6, int port = 40000) => v6
        ? (new IPEndPoint(IPAddress.Parse("fd09:0::1"), port), new IPEndPoint(IPAddress.Parse(WanLab.ServerV6), 443))
        : (new IPEndPoint(IPAddress.Parse("10.9.0.1"), port), new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), 443));

    private protected static SessionTuple Session(bool tcp, IPEndPoint source, IPEndPoint destination) =>
        new(tcp ? ProtocolType.Tcp : ProtocolType.Udp, source, destination);

    private protected static byte[] Frame(bool tcp, IPEndPoint source, IPEndPoint destination, byte flags, byte dscp = 0) => tcp
        ? FrameBuilder.TcpFrame(source, destination, flags, dscp)
        : FrameBuilder.UdpFrame(source, destination, dscp);

    private protected static byte[] WithPayload(IPEndPoint source, IPEndPoint destination, byte[] payload)
    {
        byte[] datagram = [0, 0, 0, 0, 0, (byte)(8 + payload.Length), 0, 0, .. payload];
        return FrameBuilder.Datagram(source, destination, datagram);
    }

    // Hash maps give each CPU some elements beyond their size: full is when the kernel says so.
    private protected static void Fill(Action<int> add)
    {
        try
        {
            for (int port = 50000; port < 50000 + 4096; port++)
            {
                add(port);
            }
        }
        catch (Clovisor.Bpf.BpfException e) when (e.ErrnoName == "E2BIG")
        {
            return;
        }

        Assert.Fail("the map never was full");
    }

    private protected void Passes(BpfWanDatapath datapath, BpfProgram program, byte[] frame, DatapathReason reason)
    {
        Outcome outcome = Run(datapath, program, frame, 0);
        Assert.Equal((Next, reason), (outcome.Code, outcome.Reason));
        Assert.Equal(frame, outcome.Frame);
    }

    private protected Outcome Run(BpfWanDatapath datapath, BpfProgram program, byte[] frame, int link) =>
        Run(datapath, program, frame, new BpfSkbContext { InterfaceIndex = (uint)Lab.Edge.IndexOf(WanLab.Device(link)) });

    private protected Outcome Run(BpfWanDatapath datapath, BpfProgram program, byte[] frame, BpfSkbContext context)
    {
        IReadOnlyDictionary<DatapathReason, long> before = datapath.Counters();
        byte[] output = new byte[frame.Length + 256];
        BpfTestRunResult result = Lab.Edge.Run(() => program.TestRun(frame, output, ref context, 1));
        IReadOnlyDictionary<DatapathReason, long> after = datapath.Counters();
        DatapathReason[] changed = [.. after.Keys.Where(key => after[key] != before[key])];
        DatapathReason reason = Assert.Single(changed.Length == 1 ? changed : changed.Except(Background));
        return new Outcome(result.ReturnCode, reason, output[..result.OutputLength]);
    }

    // The programs are attached to real devices meanwhile, and the stack speaks on those by itself: ARP, neighbour discovery, MLD.
    private static readonly DatapathReason[] Background = [DatapathReason.NotIp, DatapathReason.Protocol, DatapathReason.Headers];

    private protected sealed record Outcome(int Code, DatapathReason Reason, byte[] Frame);
}
