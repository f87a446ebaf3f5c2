namespace Clovisor.Wan.Datapath;

/// <summary>A device and what is attached to it: both programs of WAN devices, or the one of LAN devices.</summary>
internal readonly record struct DatapathDevice(int InterfaceIndex, bool IsLan)
{
    internal static IEnumerable<DatapathDevice> Of(IEnumerable<int> wan, IEnumerable<int> lan) =>
        wan.Select(index => new DatapathDevice(index, IsLan: false)).Concat(lan.Select(index => new DatapathDevice(index, IsLan: true)));
}
