using Spectre.Console;

namespace Clovisor.EdgeHost.Views;

/// <summary>Where views go: drawn in place in a terminal, line after line in a pipe.</summary>
internal static class Screen
{
    private static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>How many rows of a table fit a terminal besides its frame; all of them in a pipe.</summary>
    public static int RowsThatFit(int others) => IsTerminal ? Math.Max(5, AnsiConsole.Profile.Height - others) : int.MaxValue;

    public static void Show(IReadOnlyList<TextTable> tables)
    {
        if (IsTerminal)
        {
            AnsiConsole.Write(Draw(tables));
        }
        else
        {
            Console.Out.Write(string.Join('\n', tables.Select(table => table.Lines())));
        }
    }

    /// <summary>Shows a view again and again until it is cancelled, which is how it ends well.</summary>
    public static async Task WatchAsync(Func<Task<IReadOnlyList<TextTable>>> view, TimeSpan interval, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(interval, TimeProvider.System);
        try
        {
            if (!IsTerminal)
            {
                do
                {
                    Show(await view().ConfigureAwait(false));
                    await Console.Out.WriteLineAsync().ConfigureAwait(false);
                }
                while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
            }

            await AnsiConsole.Live(Draw(await view().ConfigureAwait(false))).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async display =>
            {
                while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                {
                    display.UpdateTarget(Draw(await view().ConfigureAwait(false)));
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how one stops looking.
        }
    }

    private static Rows Draw(IReadOnlyList<TextTable> tables) => new(tables.Select(table => table.Draw()));
}
