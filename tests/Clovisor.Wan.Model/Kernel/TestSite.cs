using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>A network namespace with devices that are down, so that no packets but the test's own pass, and some connected sockets.</summary>
internal sealed class TestSite : IDisposable
{
    /// <summary>How many devices there are.</summary>
    internal const int Devices = 7;

    /// <summary>How many of them, from the first, can be links.</summary>
    internal const int Links = 4;

    private static readonly int[] SiteMtus = [1500, 1400, 1280, 590, 1500, 1500, 1300];

    // They have no hardware addresses: one may be a link's, the other is a LAN's.
    private static readonly int[] WithoutEthernet = [1, Devices - 1];

    private readonly NetworkNamespace _namespace = new("model");
    private readonly ControlGroup _elsewhere = new();
    private readonly List<Socket> _sockets = [];

    internal TestSite()
    {
        try
        {
            for (int i = 0; i < Devices; i++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"wan{i}");
                string mac = string.Create(CultureInfo.InvariantCulture, $"02:00:00:00:00:{0x20 + i:x2}");
                string mtu = SiteMtus[i].ToString(CultureInfo.InvariantCulture);
                if (WithoutEthernet.Contains(i))
                {
                    _namespace.Ip("tuntap", "add", "dev", name, "mode", "tun");
                    _namespace.Ip("link", "set", name, "mtu", mtu);
                    L3.Add((uint)_namespace.IndexOf(name));
                }
                else
                {
                    _namespace.Ip("link", "add", name, "address", mac, "mtu", mtu, "type", "veth", "peer", "name", "far" + i);
                }

                Indices[i] = (uint)_namespace.IndexOf(name);
                Mtus[Indices[i]] = SiteMtus[i];
                Macs[Indices[i]] = [2, 0, 0, 0, 0, (byte)(0x20 + i)];
            }

            _namespace.Ip("route", "add", "203.0.113.0/24", "dev", "lo");
            _namespace.Ip("-6", "route", "add", "fd00::/64", "dev", "lo");
            for (int i = 0; i < Devices; i++)
            {
                _namespace.AddAddress("lo", Source(i, false) + "/32");
                _namespace.AddAddress("lo", Source(i, true) + "/128");
            }

            _namespace.Run(Connect);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal uint[] Indices { get; } = new uint[Devices];

    internal Dictionary<uint, int> Mtus { get; } = [];

    /// <summary>The devices without hardware addresses.</summary>
    internal HashSet<uint> L3 { get; } = [];

    /// <summary>The hardware addresses of the devices.</summary>
    internal Dictionary<uint, byte[]> Macs { get; } = [];

    /// <summary>What arrives at the connected sockets.</summary>
    internal List<ClvTuple> Connected { get; } = [];

    /// <summary>A control group that the test's own packets are of: the one above all.</summary>
    internal string OwnGroup => Path.GetDirectoryName(_elsewhere.Path)!;

    /// <summary>One that they are not of.</summary>
    internal string OtherGroup => _elsewhere.Path;

    internal static IPAddress Source(int device, bool v6) => IPAddress.Parse(v6 ? $"fd09:{device}::1" : $"10.9.{device}.1");

    internal static IPAddress NextHop(int device, bool v6) => IPAddress.Parse(v6 ? $"fd09:{device}::2" : $"10.9.{device}.2");

    internal static IPAddress Server(int number, bool v6) => IPAddress.Parse(v6 ? $"fd00::{10 + number}" : $"203.0.113.{10 + number}");

    /// <summary>Runs in the namespace.</summary>
    internal T Run<T>(Func<T> function) => _namespace.Run(function);

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        _namespace.Dispose();
        _elsewhere.Dispose();
    }

    // To the first server from some links' addresses: one of the ports that packets have, and a few of those that are drawn.
    private void Connect()
    {
        foreach (bool v6 in new[] { false, true })
        {
            foreach ((int device, int port) in new[] { (1, 40001), (1, 61000), (2, 40002), (2, 63000) })
            {
                var socket = new Socket(v6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                _sockets.Add(socket);
                var local = new IPEndPoint(Source(device, v6), port);
                var server = new IPEndPoint(Server(0, v6), 443);
                socket.Bind(local);
                socket.Connect(server);
                Connected.Add(ClvTuple.From(new SessionTuple(ProtocolType.Udp, server, local)));
            }
        }
    }
}
