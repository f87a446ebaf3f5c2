using System.Buffers.Binary;
using System.Text;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Tokens;

namespace Clovisor.Bpf.Maps;

/// <summary>The smallest BTF that describes a map's key and value, for maps that no object file declares.</summary>
internal static unsafe class MapBtfBlob
{
    internal const uint KeyId = 1;
    internal const uint ValueId = 4;

    private const uint Integer = 1u << 24;
    private const uint Array = 3u << 24;
    private const uint Struct = 4u << 24;
    private const uint Signed = 1u << 24;
    private const int HeaderLength = 24;

    /// <summary>Loads it. The map that is created holds it.</summary>
    internal static BpfHandle Load(BpfMapSpec spec, BpfToken? token)
    {
        byte[] blob = Build(spec.KeySize, spec.ValueSize);
        using BpfHandle.FdLease lease = token is null ? default : token.Handle.Lease();
        fixed (byte* start = blob)
        {
            var attributes = new BtfLoadAttributes { Btf = (ulong)start, Size = (uint)blob.Length };
            if (token is not null)
            {
                attributes.Flags = (uint)BpfMapOptions.Token;
                attributes.TokenDescriptor = (uint)lease.Descriptor;
            }

            int result = BpfSyscall.Call(BpfCommand.BtfLoad, ref attributes);
            return result >= 0 ? new BpfHandle(result) : throw BpfErrors.Create("load the types of", $"map {spec.Name}", -result);
        }
    }

    /// <summary>1: <c>int</c> of the key's size. 2: a byte. 3: an array of as many bytes as the value has. 4: a struct of that array.</summary>
    internal static byte[] Build(int keySize, int valueSize)
    {
        byte[] strings = Encoding.ASCII.GetBytes("\0int\0byte\0value\0bytes\0");
        uint[] types =
        [
            1, Integer, (uint)keySize, Signed | ((uint)keySize * 8),
            5, Integer, 1, 8,
            0, Array, 0, 2, 1, (uint)valueSize,
            10, Struct | 1, (uint)valueSize, 16, 3, 0,
        ];
        byte[] blob = new byte[HeaderLength + (types.Length * sizeof(uint)) + strings.Length];
        Span<byte> span = blob;
        BinaryPrimitives.WriteUInt16LittleEndian(span, 0xEB9F);
        span[2] = 1;
        Write(4, HeaderLength);
        Write(8, 0);
        Write(12, types.Length * sizeof(uint));
        Write(16, types.Length * sizeof(uint));
        Write(20, strings.Length);
        for (int i = 0; i < types.Length; i++)
        {
            Write(HeaderLength + (i * sizeof(uint)), (int)types[i]);
        }

        strings.CopyTo(blob, HeaderLength + (types.Length * sizeof(uint)));
        return blob;

        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(at), value);
    }
}
