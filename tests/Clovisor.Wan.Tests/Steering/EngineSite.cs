using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Tests.Steering;

/// <summary>A real engine in a real namespace with links fibre (wan0) and lte (wan1) to another one, in front of a recording datapath.</summary>
internal sealed partial class EngineSite : IDisposable
{
    public EngineSite(Func<WanLink, WanLink>? change = null, Action<EngineSite>? prepare = null)
    {
        try
        {
            // The kernel announces carrier changes of all devices together, at most once a second, but at once those of a device that stands
            // on another one. It tells these by an index that differs from the peer's, so the peers' indices must not run in step.
            Far.AddVeth("pad0", Far, "pad1");
            for (int i = 0; i < 2; i++)
            {
                Here.AddVeth($"wan{i}", Far, $"isp{i}");
                Here.AddAddress($"wan{i}", $"10.9.{i}.1/24");
                Far.AddAddress($"isp{i}", $"10.9.{i}.2/24");
            }

            prepare?.Invoke(this);
            Engine = new WanEngine(Configuration(changeLink: change), Datapath);
            Here.Run(() => Engine.StartAsync().GetAwaiter().GetResult());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkNamespace Here { get; } = new("eng");

    public NetworkNamespace Far { get; } = new("eng");

    public RecordingDatapath Datapath { get; } = new();

    public WanEngine Engine { get; } = null!;

    public static WanConfiguration Configuration(Func<WanAssociation, WanAssociation>? change = null, Func<WanLink, WanLink>? changeLink = null)
    {
        change ??= static association => association;
        changeLink ??= static link => link;
        ConfigurationResult result = WanConfiguration.Create(
            [changeLink(Link("fibre", 0)), changeLink(Link("lte", 1))],
            [],
            [
                change(new WanAssociation { Name = "boss", Dscps = [46], Tiers = [LinkTier.Of("fibre"), LinkTier.Of("lte")] }),
                change(new WanAssociation { Name = "minion", Dscps = [10], Tiers = [LinkTier.Of("lte"), LinkTier.Of("fibre")] }),
            ]);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    /// <summary>Cuts lte's carrier at the far end, by the system call itself: the start of a program would be measured with it.</summary>
    /// <returns>When, by <see cref="Stopwatch"/>, just before the call.</returns>
    public long Cut() => Far.Run(static () =>
    {
        const uint GetFlags = 0x8913;
        const uint SetFlags = 0x8914;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        "isp1"u8.CopyTo(request);
        Control(socket, GetFlags, request);
        request[16] &= 0xFE;
        long at = Stopwatch.GetTimestamp();
        Control(socket, SetFlags, request);
        return at;
    });

    /// <summary>Makes lte a black hole: the carrier stays, and nobody answers at the other end.</summary>
    public void Swallow() => Far.Ip("addr", "del", "10.9.1.2/24", "dev", "isp1");

    /// <summary>Ends what <see cref="Swallow"/> began.</summary>
    public void Release() => Far.AddAddress("isp1", "10.9.1.2/24");

    /// <summary>Waits until the datapath is told something that contains a text, and says when that was.</summary>
    public long WhenTold(string call, Action cause, int seconds)
    {
        using var told = new ManualResetEventSlim();
        long at = 0;
        Datapath.Called += Hear;
        try
        {
            cause();
            Assert.True(told.Wait(TimeSpan.FromSeconds(seconds)), $"'{call}' was not told to the datapath within {seconds} s");
            return at;
        }
        finally
        {
            Datapath.Called -= Hear;
        }

        void Hear(string heard)
        {
            if (heard == call)
            {
                at = Stopwatch.GetTimestamp();
                told.Set();
            }
        }
    }

    public bool Until(string link, LinkState state, int seconds) =>
        SpinWait.SpinUntil(() => Engine.Status.Links.Single(status => status.Name == link).State == state, TimeSpan.FromSeconds(seconds));

    public void Dispose()
    {
        Engine?.Dispose();
        Here.Dispose();
        Far.Dispose();
    }

    private static unsafe void Control(Socket socket, uint request, Span<byte> argument)
    {
        fixed (byte* data = argument)
        {
            Assert.Equal(0, IoControl((int)socket.Handle, request, data));
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int IoControl(int file, nuint request, void* argument);

    private static WanLink Link(string name, int number) => new()
    {
        Name = name,
        Device = $"wan{number}",
        NextHops = [IPAddress.Parse($"10.9.{number}.2")],
        Probes = [new ProbeDefinition { Targets = [IPAddress.Parse($"10.9.{number}.2")] }],
    };
}
