using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Tokens;

namespace Clovisor.Bpf.Maps;

/// <summary>BPF_MAP_CREATE.</summary>
internal static unsafe class MapCreation
{
    internal static BpfMap Create(BpfMapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(spec.Name);
        ArgumentOutOfRangeException.ThrowIfNegative(spec.KeySize);
        ArgumentOutOfRangeException.ThrowIfNegative(spec.ValueSize);
        int result = Try(spec, spec.Token, out string? tokenProblem);
        if (result is -Errno.EPERM or -Errno.EACCES && spec.Token is null && BpfToken.Default is { } token)
        {
            result = Try(spec, token, out tokenProblem);
        }

        return result >= 0
            ? new BpfMap(new BpfHandle(result), spec.Name)
            : throw BpfErrors.Create("create map", spec.Name, -result, tokenProblem ?? Hint(spec, -result));
    }

    private static int Try(BpfMapSpec spec, BpfToken? token, out string? tokenProblem)
    {
        tokenProblem = null;
        using BpfHandle.FdLease inner = spec.InnerMap is { } map ? map.Handle.Lease() : default;
        using BpfHandle.FdLease tokenLease = token is null ? default : token.Handle.Lease();
        using BpfHandle? types = spec.HasTypes ? MapBtfBlob.Load(spec, token) : null;
        using BpfHandle.FdLease typesLease = types is null ? default : types.Lease();
        var attributes = new MapCreateAttributes
        {
            Type = (uint)spec.Type,
            KeySize = (uint)spec.KeySize,
            ValueSize = (uint)spec.ValueSize,
            MaxEntries = spec.MaxEntries,
            Flags = (uint)spec.Flags,
            InterfaceIndex = (uint)spec.InterfaceIndex,
            Extra = spec.Extra,
        };
        if (spec.InnerMap is not null)
        {
            attributes.InnerMapDescriptor = (uint)inner.Descriptor;
        }

        if (spec.NumaNode is { } node)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(node);
            attributes.NumaNode = (uint)node;
            attributes.Flags |= (uint)BpfMapOptions.NumaNode;
        }

        if (types is not null)
        {
            attributes.BtfDescriptor = (uint)typesLease.Descriptor;
            (attributes.BtfKeyTypeId, attributes.BtfValueTypeId) = (MapBtfBlob.KeyId, MapBtfBlob.ValueId);
        }

        if (token is not null)
        {
            attributes.TokenDescriptor = tokenLease.Descriptor;
            attributes.Flags |= (uint)BpfMapOptions.Token;
        }

        NativeText.WriteKernelName(spec.Name, attributes.Name);
        int result = BpfSyscall.Call(BpfCommand.MapCreate, ref attributes);
        if (result is -Errno.EPERM && token is not null)
        {
            tokenProblem = token.Explain(BpfCommand.MapCreate, spec.Type);
        }

        return result;
    }

    private static string? Hint(BpfMapSpec spec, int errno) => errno switch
    {
        Errno.EINVAL =>
            $"The kernel does not take {spec.Type} with keys of {spec.KeySize} B, values of {spec.ValueSize} B, {spec.MaxEntries} entries and flags {spec.Flags}.",
        Errno.EPERM => "Before Linux 5.11 a low limit of locked memory gives the same error: ulimit -l unlimited.",
        Errno.E2BIG => $"It would be too large, or this kernel does not know something of what was asked for: {spec}.",
        _ => null,
    };
}
