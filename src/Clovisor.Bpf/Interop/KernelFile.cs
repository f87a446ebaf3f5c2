using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Interop;

/// <summary>Opens a file or directory of the kernel's for its descriptor alone.</summary>
internal static unsafe class KernelFile
{
    private const int CloseOnExec = 0x80000;

    internal static BpfHandle Open(string path, string kind)
    {
        fixed (byte* text = NativeText.ToUtf8(path))
        {
            int descriptor = LibC.open(text, CloseOnExec, 0);
            return descriptor >= 0
                ? new BpfHandle(descriptor)
                : throw BpfErrors.Create($"open the {kind}", path, Marshal.GetLastPInvokeError());
        }
    }
}
