using System.Runtime.InteropServices;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.CommandLine;

/// <summary>Finds the role that was asked for, runs it until it ends or a signal comes, and turns what happened into an exit code.</summary>
internal static class RoleTable
{
    public const int Failed = ExitCodes.Failed;
    public const int BadInput = ExitCodes.BadInput;
    public const int Degraded = 4;
    public const int Unhealthy = 5;
    public const int Unreachable = 6;
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] args, IReadOnlyList<Role> roles)
    {
        if (args is [['[', ..], ..])
        {
            // A directive of System.CommandLine: what a shell asks for completion.
            return await CommandTree.Of(roles).Parse(args).InvokeAsync().ConfigureAwait(false);
        }

        if (args is ["--version"])
        {
            await Console.Out.WriteLineAsync(typeof(RoleTable).Assembly.GetName().Version!.ToString(3)).ConfigureAwait(false);
            return 0;
        }

        Role? role = roles.FirstOrDefault(r => args.Take(r.Words).SequenceEqual(r.Name.Split(' ')));
        if (role is null)
        {
            bool asked = args is ["--help" or "-h" or "help", ..];
            await (asked ? Console.Out : Console.Error).WriteLineAsync(Complaint(args, roles, asked) + HelpText.Of(roles)).ConfigureAwait(false);
            return asked ? 0 : BadInput;
        }

        if (args.Skip(1).Any(a => a is "--help" or "-h"))
        {
            await Console.Out.WriteLineAsync(HelpText.Of(role)).ConfigureAwait(false);
            return 0;
        }

        InterruptSignal.Restore();
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = CancelOn(PosixSignal.SIGINT, stop);
        using PosixSignalRegistration terminate = CancelOn(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration hangUp = CancelOn(PosixSignal.SIGHUP, stop);
        try
        {
            return await role.Run(Arguments.Parse(role.Name, role.Options, args[role.Words..], role.Operands), stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) when (e is EdgeHostException or LabException)
        {
            await Console.Error.WriteLineAsync($"EdgeHost: {e.Message}").ConfigureAwait(false);
            return e is EdgeHostException { ExitCode: var code } ? code : Failed;
        }
    }

    private static string Complaint(string[] args, IReadOnlyList<Role> roles, bool asked) =>
        args.Length == 0 || asked ? "" : $"EdgeHost: '{args[0]}' is not a command.{Nearest.Hint(args[0], roles.Select(r => r.Name))}\n\n";

    private static PosixSignalRegistration CancelOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The default would end the process at once, with whatever the role has made still there.
            context.Cancel = true;
            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The role has ended; the process is on its way out.
            }
        });
}
