namespace Clovisor.Bpf.Peers;

/// <summary>The compiled BPF programs, which the assembly carries.</summary>
internal static class PeerPrograms
{
    internal static byte[] Read(string name)
    {
        using Stream stream = typeof(PeerPrograms).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
