using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Transport;

/// <summary>Ends a process of the lab when the demo that started it is gone, however that came about.</summary>
internal static class ParentGuard
{
    private const int Orphaned = 3;

    /// <summary>The demo holds the other end of our input; the kernel closes it with the demo.</summary>
    public static void Watch()
    {
        if (Environment.GetEnvironmentVariable(LabNames.Variable) is null)
        {
            return;
        }

        var thread = new Thread(static () =>
        {
            using Stream input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            Environment.Exit(Orphaned);
        })
        {
            IsBackground = true,
            Name = "parent guard",
        };
        thread.Start();
    }
}
