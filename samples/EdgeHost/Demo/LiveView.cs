using Clovisor.EdgeHost.Lab;
using Spectre.Console;

namespace Clovisor.EdgeHost.Demo;

/// <summary>A table that grows and stays in place: for a terminal.</summary>
internal sealed class LiveView(IAnsiConsole console) : IDemoView
{
    private readonly Lock _lock = new();
    private readonly Table _table = new Table().Border(TableBorder.Rounded).Expand()
        .AddColumn("", column => column.Width(2)).AddColumn("step").AddColumn("promised").AddColumn("measured", column => column.NoWrap = false);

    private LiveDisplayContext? _display;
    private int _rows;

    public bool WantsTraffic => true;

    public async Task<Verdict> HoldAsync(Func<Task<Verdict>> demo)
    {
        Verdict? verdict = null;
        await console.Live(_table).AutoClear(true).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(async display =>
        {
            _display = display;
            verdict = await demo().ConfigureAwait(false);
        }).ConfigureAwait(false);
        return verdict!;
    }

    public void Begin(DemoStep step) => Draw(() =>
    {
        _table.AddRow(new Markup("[yellow]…[/]"), new Text(step.Name), new Text(step.Promised), new Text(""));
        _rows++;
    });

    public void Note(string text) => Draw(() =>
    {
        // Before the first step there is no row to put it in.
        if (_rows > 0)
        {
            _table.UpdateCell(_rows - 1, 3, new Text(text, new Style(Color.Grey)));
        }
    });

    public void Show(Traffic traffic) => Draw(() => _table.Caption(string.Join("    ", LabAddresses.Links.Select(link =>
        $"{link.Device}: boss {Megabytes(traffic, DemoUser.Boss, link)}, minion {Megabytes(traffic, DemoUser.Minion, link)}"))));

    public void End(StepResult result) => Draw(() =>
    {
        _table.UpdateCell(_rows - 1, 0, new Markup(result.Pass ? "[green]✓[/]" : "[red]✗[/]"));
        _table.UpdateCell(_rows - 1, 3, new Text(result.Measured, new Style(result.Pass ? Color.Default : Color.Red)));
    });

    public void Conclude(Verdict verdict)
    {
        // While it was live only its end may have fitted on the screen.
        console.Write(_table);
        bool pass = verdict.Result == "pass";
        console.Write(new Text(
            $"{verdict.Result}: {verdict.Steps.Count(s => s.Pass)} of {verdict.Steps.Count} steps as promised (proxy {verdict.Proxy}, mode {verdict.Mode})\n",
            new Style(pass ? Color.Green : Color.Red, decoration: Decoration.Bold)));
    }

    private static string Megabytes(Traffic traffic, string user, LabLink link) => $"{traffic.Total(user, link) / 1e6:0.0} MB";

    private void Draw(Action change)
    {
        lock (_lock)
        {
            change();
            _display?.Refresh();
        }
    }
}
