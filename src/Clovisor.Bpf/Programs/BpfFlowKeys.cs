using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Programs;

/// <summary>What a flow dissector found in a packet: <c>struct bpf_flow_keys</c>. Addresses, ports and the protocol of the network are in network byte order.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct BpfFlowKeys
{
    /// <summary>Where the network header begins.</summary>
    [FieldOffset(0)]
    public ushort NetworkOffset;

    /// <summary>Where the transport header begins.</summary>
    [FieldOffset(2)]
    public ushort TransportOffset;

    /// <summary>Which addresses are filled in: 0x0800 IPv4, 0x86DD IPv6.</summary>
    [FieldOffset(4)]
    public ushort AddressProtocol;

    /// <summary>1 for a fragment.</summary>
    [FieldOffset(6)]
    public byte IsFragment;

    /// <summary>1 for the first fragment.</summary>
    [FieldOffset(7)]
    public byte IsFirstFragment;

    /// <summary>1 for a packet within another.</summary>
    [FieldOffset(8)]
    public byte IsEncapsulated;

    /// <summary>The number of the transport protocol.</summary>
    [FieldOffset(9)]
    public byte TransportProtocol;

    /// <summary>The number of the network protocol.</summary>
    [FieldOffset(10)]
    public ushort NetworkProtocol;

    /// <summary>The sender's port.</summary>
    [FieldOffset(12)]
    public ushort SourcePort;

    /// <summary>The receiver's port.</summary>
    [FieldOffset(14)]
    public ushort DestinationPort;

    /// <summary>Sender and receiver: one word each for IPv4, four for IPv6.</summary>
    [FieldOffset(16)]
    public AddressWords Addresses;

    /// <summary>How the dissection was to be done.</summary>
    [FieldOffset(48)]
    public uint Flags;

    /// <summary>The flow label of IPv6.</summary>
    [FieldOffset(52)]
    public uint FlowLabel;

    /// <summary>Eight words.</summary>
    [InlineArray(8)]
    public struct AddressWords
    {
        private uint _first;
    }
}
