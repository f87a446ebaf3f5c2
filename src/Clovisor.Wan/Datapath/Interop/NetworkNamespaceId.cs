using System.Globalization;

namespace Clovisor.Wan.Datapath.Interop;

/// <summary>Names the network namespace of a thread: interface indices mean nothing without it.</summary>
internal static class NetworkNamespaceId
{
    internal static ulong OfThisThread()
    {
        // "net:[4026531840]"
        string target = new FileInfo("/proc/thread-self/ns/net").LinkTarget
            ?? throw new InvalidOperationException("/proc/thread-self/ns/net cannot be read: is /proc mounted?");
        return ulong.Parse(target.AsSpan(target.IndexOf('[', StringComparison.Ordinal) + 1).TrimEnd(']'), CultureInfo.InvariantCulture);
    }
}
