using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Clovisor.Wan.Netlink;

/// <summary>
/// A flow table of nftables. Packets of flows in it pass no rules and no routing, but still the programs of their devices; with hardware
/// offload not even those.
/// </summary>
/// <param name="Table">The table that it is in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Devices">The devices whose packets it takes.</param>
/// <param name="InHardware">Whether devices forward its flows by themselves.</param>
internal sealed record FlowTable(string Table, string Name, ImmutableArray<string> Devices, bool InHardware)
{
    private const int TableAttribute = 1;
    private const int NameAttribute = 2;
    private const int HookAttribute = 3;
    private const int FlagsAttribute = 7;
    private const int HookDevices = 3;
    private const int DeviceName = 1;
    private const uint HardwareFlag = 1;

    // struct nfgenmsg: family, version, resource.
    private const int FamilyHeader = 4;

    /// <summary>Reads one as the kernel lists it.</summary>
    internal static FlowTable Parse(ReadOnlySpan<byte> payload)
    {
        string table = string.Empty;
        string name = string.Empty;
        uint flags = 0;
        ImmutableArray<string>.Builder devices = ImmutableArray.CreateBuilder<string>();
        ReadOnlySpan<byte> attributes = payload.Length < FamilyHeader ? default : payload[FamilyHeader..];
        while (NetlinkMessage.TryCutAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case TableAttribute:
                    table = Text(value);
                    break;
                case NameAttribute:
                    name = Text(value);
                    break;
                case HookAttribute:
                    AddDevices(value, devices);
                    break;
                case FlagsAttribute when value.Length >= sizeof(uint):
                    flags = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                default:
                    break;
            }
        }

        return new FlowTable(table, name, devices.ToImmutable(), (flags & HardwareFlag) != 0);
    }

    private static void AddDevices(ReadOnlySpan<byte> hook, ImmutableArray<string>.Builder devices)
    {
        while (NetlinkMessage.TryCutAttribute(ref hook, out int type, out ReadOnlySpan<byte> list))
        {
            while (type == HookDevices && NetlinkMessage.TryCutAttribute(ref list, out int entry, out ReadOnlySpan<byte> value))
            {
                if (entry == DeviceName)
                {
                    devices.Add(Text(value));
                }
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));
}
