namespace Clovisor.Bpf;

/// <summary>The kernel or libbpf refused an operation.</summary>
public class BpfException : Exception
{
    /// <summary>Makes an exception with a message alone.</summary>
    public BpfException(string message) : base(message) { }
}
