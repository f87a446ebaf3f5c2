using System.Runtime.InteropServices;

namespace Clovisor.Wan;

/// <summary>The system refused something that the engine needs.</summary>
/// <remarks>Thrown where the engine cannot begin its work; what goes wrong later on one link is that link's state and not an exception.</remarks>
public sealed class WanException : Exception
{
    internal WanException(string message, string operation, int errorNumber)
        : base(message)
    {
        Operation = operation;
        ErrorNumber = errorNumber;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>What the kernel answered, an <c>errno</c> value; 0 when it was not the kernel that refused.</summary>
    public int ErrorNumber { get; }

    internal static WanException FromErrno(string operation, int errorNumber, string? hint = null)
    {
        string why = Marshal.GetPInvokeErrorMessage(errorNumber);
        return new WanException($"Cannot {operation}: {why} (errno {errorNumber}).{(hint is null ? "" : " " + hint)}", operation, errorNumber);
    }
}
