namespace Clovisor.EdgeHost.Demo;

/// <summary>Lines, as they come: for a pipe or a log.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private int _number;

    public bool WantsTraffic => false;

    public Task<Verdict> HoldAsync(Func<Task<Verdict>> demo) => demo();

    public void Begin(DemoStep step) => output.WriteLine($"{++_number,2}. {step.Name}: {step.Promised}");

    public void Note(string text) => output.WriteLine($"      {text}");

    public void Show(Traffic traffic)
    {
    }

    public void End(StepResult result) => output.WriteLine($"    {(result.Pass ? "ok  " : "FAIL")} {result.Measured}");

    public void Conclude(Verdict verdict) => output.WriteLine(
        $"verdict: {verdict.Result} (proxy {verdict.Proxy}, mode {verdict.Mode}, {verdict.Steps.Count(s => s.Pass)} of {verdict.Steps.Count} steps as promised)");
}
