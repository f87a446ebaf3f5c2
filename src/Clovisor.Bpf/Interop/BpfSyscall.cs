using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Interop;

/// <summary>bpf(2) itself.</summary>
internal static unsafe class BpfSyscall
{
    /// <summary>Runs one command.</summary>
    /// <returns>The kernel's non-negative answer, or minus errno.</returns>
    internal static int Call<TAttributes>(BpfCommand command, ref TAttributes attributes)
        where TAttributes : unmanaged
    {
        fixed (TAttributes* pointer = &attributes)
        {
            if (SubstituteKernel.Exists && SubstituteKernel.Of(command, pointer, sizeof(TAttributes)) is { } substitute)
            {
                return substitute.Call(command, pointer, sizeof(TAttributes));
            }

            nint result = DirectCall.Run(command, pointer, sizeof(TAttributes));
            return result >= 0 ? (int)result : -DirectCall.Errno();
        }
    }

    /// <summary>Reads a kernel object's description; a kernel that knows less leaves the tail zero.</summary>
    internal static int GetInfo<TInfo>(int descriptor, ref TInfo info)
        where TInfo : unmanaged
    {
        fixed (TInfo* pointer = &info)
        {
            var attributes = new InfoAttributes { Descriptor = (uint)descriptor, InfoLength = (uint)sizeof(TInfo), Info = (ulong)pointer };
            return Call(BpfCommand.ObjectGetInfoByDescriptor, ref attributes);
        }
    }

    /// <summary>Maps the memory of an object, to be unmapped by munmap. Null on failure, with a positive error number.</summary>
    internal static void* Map(int descriptor, nuint length, int protection, long offset, out int errno)
    {
        if (SubstituteKernel.OwnerOf(descriptor) is { } substitute)
        {
            return substitute.Map(descriptor, length, protection, offset, out errno);
        }

        void* start = LibC.mmap(null, length, protection, LibC.MAP_SHARED, descriptor, (nint)offset);
        errno = (nint)start == -1 ? Marshal.GetLastPInvokeError() : 0;
        return errno == 0 ? start : null;
    }

    /// <summary>The descriptor to wait on (epoll) for something to read; that itself, except for objects of a substitute.</summary>
    internal static int PollDescriptor(int descriptor) =>
        SubstituteKernel.OwnerOf(descriptor) is { } substitute ? substitute.PollDescriptor(descriptor) : descriptor;

    /// <summary>Removes the path of a pin. Returns 0 or minus errno.</summary>
    /// <param name="path">The path.</param>
    /// <param name="descriptor">A descriptor of what is pinned there, which says whose path it is.</param>
    internal static int RemovePin(string path, int descriptor)
    {
        if (SubstituteKernel.OwnerOf(descriptor) is { } substitute)
        {
            return substitute.RemovePin(path);
        }

        fixed (byte* text = NativeText.ToUtf8(path))
        {
            return LibC.unlink(text) == 0 ? 0 : -Marshal.GetLastPInvokeError();
        }
    }

    internal static void Pin(BpfHandle handle, string path, string target)
    {
        using BpfHandle.FdLease lease = handle.Lease();
        byte[] text = NativeText.ToUtf8(path);
        fixed (byte* name = text)
        {
            var attributes = new ObjectAttributes { Path = (ulong)name, Descriptor = (uint)lease.Descriptor };
            int result = Call(BpfCommand.ObjectPin, ref attributes);
            if (result < 0)
            {
                throw BpfErrors.Create($"pin {target} at", path, -result);
            }
        }
    }

    /// <summary>Opens a pin, and refuses one of another kind: the kernel gives out any, and describes it in a struct of its own.</summary>
    internal static BpfHandle OpenPinned(string path, DescriptorKind kind)
    {
        byte[] text = NativeText.ToUtf8(path);
        fixed (byte* name = text)
        {
            var attributes = new ObjectAttributes { Path = (ulong)name };
            int result = Call(BpfCommand.ObjectGet, ref attributes);
            if (result < 0)
            {
                throw BpfErrors.Create($"open the pinned {kind.Name}", path, -result);
            }

            var handle = new BpfHandle(result);
            if (DescriptorKind.Of(result) is { } actual && actual != kind)
            {
                handle.Dispose();
                throw new BpfException($"open the pinned {kind.Name}", path, Errno.EINVAL, $"It pins a {actual.Name}.");
            }

            return handle;
        }
    }
}
