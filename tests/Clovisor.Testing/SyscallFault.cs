using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Clovisor.Testing;

/// <summary>
/// Makes commands of bpf(2) fail as an older kernel would, by a seccomp filter on a thread of its own. The thread ends with the code, and the
/// filter with it.
/// </summary>
public static unsafe partial class SyscallFault
{
    private const int SetSeccomp = 22;
    private const int SetNoNewPrivileges = 38;
    private const int ModeFilter = 2;
    private const uint Allow = 0x7FFF0000;
    private const uint Fail = 0x00050000;

    /// <summary>Runs code for which the given commands fail with an error number, and waits for it. Exceptions come through.</summary>
    /// <param name="errno">The positive error number.</param>
    /// <param name="commands">Numbers of <c>enum bpf_cmd</c>.</param>
    /// <param name="action">What runs.</param>
    public static void Run(int errno, int[] commands, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Install(errno, commands);
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Install(int errno, int[] commands)
    {
        uint bpf = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321u : 280u;
        var program = new List<Instruction>
        {
            new(0x20, 0, 0, 0),                                    // load the call's number
            new(0x15, 0, (byte)(commands.Length + 1), bpf),        // another call: to the end
            new(0x20, 0, 0, 16),                                   // load the low half of the first argument, the command
        };
        for (int i = 0; i < commands.Length; i++)
        {
            program.Add(new(0x15, (byte)(commands.Length - i), 0, (uint)commands[i]));
        }

        program.Add(new(0x06, 0, 0, Allow));
        program.Add(new(0x06, 0, 0, Fail | (uint)errno));
        fixed (Instruction* filter = program.ToArray())
        {
            var header = new Header { Length = (ushort)program.Count, Filter = filter };
            if (Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0 || Control(SetSeccomp, ModeFilter, (nint)(&header), 0, 0) != 0)
            {
                throw new InvalidOperationException($"seccomp filter: errno {Marshal.GetLastPInvokeError()}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    private readonly record struct Instruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand);

    private struct Header
    {
        internal ushort Length;
        internal Instruction* Filter;
    }
}
