namespace Clovisor.EdgeHost.Demo;

/// <summary>Where the demo shows what it sees.</summary>
internal interface IDemoView
{
    /// <summary>Whether <see cref="Show"/> shows anything.</summary>
    bool WantsTraffic { get; }

    /// <summary>Runs the demo; what it shows stays together on the screen meanwhile.</summary>
    Task<Verdict> HoldAsync(Func<Task<Verdict>> demo);

    void Begin(DemoStep step);

    /// <summary>Something worth knowing while a step runs.</summary>
    void Note(string text);

    /// <summary>What has moved since the lab was made.</summary>
    void Show(Traffic traffic);

    void End(StepResult result);

    void Conclude(Verdict verdict);
}
