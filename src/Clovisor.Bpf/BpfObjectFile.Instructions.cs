using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf;

public sealed partial class BpfObjectFile
{
    private const string ExtensionSection = ".BTF.ext";

    /// <summary>Reads what the object says about its instructions: functions, lines of C, and places to adapt to the kernel. Keep it.</summary>
    /// <returns>Null when the object says nothing, as one compiled without <c>-g</c>.</returns>
    /// <exception cref="BpfException">It is damaged.</exception>
    public BtfExtension? ReadBtfExtension()
    {
        if (_image.Find(ExtensionSection) is not { } range)
        {
            return null;
        }

        try
        {
            return BtfExtension.Parse(_elf.Span[range], Btf);
        }
        catch (FormatException e)
        {
            throw new BpfException("read the instructions' BTF of", Name, Errno.ENOEXEC, $"Its section {ExtensionSection} is damaged: {e.Message}.");
        }
    }
}
