using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Loading;

/// <summary>
/// Collects what libbpf says while this thread opens or loads an object. libbpf has one print function for the process and calls it on
/// the calling thread; whatever other threads cause goes on to the function that was set before.
/// </summary>
internal sealed unsafe class LibBpfMessages : IDisposable
{
    private const int LineBytes = 4096;
    private const int Warning = 0;
    private const int MaximumLines = 200;

    private static readonly Lock Installing = new();
    private static bool _installed;
    private static delegate* unmanaged[Cdecl]<int, byte*, void*, int> _previous;

    [ThreadStatic]
    private static LibBpfMessages? _current;

    private readonly List<string> _lines = [];

    private LibBpfMessages()
    {
    }

    /// <summary>The warnings so far, without libbpf's prefix.</summary>
    internal IReadOnlyList<string> Lines => _lines;

    /// <summary>Starts collecting on this thread, until disposal on the same thread.</summary>
    internal static LibBpfMessages Collect()
    {
        lock (Installing)
        {
            if (!_installed)
            {
                _previous = LibBpf.libbpf_set_print(&Print);
                _installed = true;
            }
        }

        return _current = new LibBpfMessages();
    }

    public void Dispose() => _current = null;

    // Never lets an exception out: it would end the process.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, void* arguments)
    {
        try
        {
            if (_current is not { } collector)
            {
                return _previous is null ? 0 : _previous(level, format, arguments);
            }

            if (level == Warning && collector._lines.Count < MaximumLines)
            {
                // The verifier's log passes through here as well, and is longer than any message; the log buffer keeps it whole.
                byte* line = stackalloc byte[LineBytes];
                int length = LibC.vsnprintf(line, LineBytes, format, arguments);
                string text = Encoding.UTF8.GetString(line, Math.Clamp(length, 0, LineBytes - 1)).Trim();
                collector._lines.Add(text.StartsWith("libbpf: ", StringComparison.Ordinal) ? text["libbpf: ".Length..] : text);
            }

            return 0;
        }
        catch
        {
            return 0;
        }
    }
}
