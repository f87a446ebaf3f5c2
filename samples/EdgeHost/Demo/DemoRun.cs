using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.Clusters.Steps;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Demo.Steps;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>One run of the demo, from an empty machine to an empty machine.</summary>
internal sealed class DemoRun(DemoSettings settings, IDemoConfiguration configuration, IDemoProxy proxy, IDemoView view)
{
    private readonly List<StepResult> _results = [];

    public async Task<Verdict> RunAsync(CancellationToken cancellationToken)
    {
        LabNames names = LabNames.Demo;
        EdgeLab lab = await EdgeLab.CreateAsync(names, cancellationToken).ConfigureAwait(false);
        try
        {
            if (lab.Swept.Count > 0)
            {
                view.Note($"an earlier run had left {lab.Swept.Count} things behind, now removed: {string.Join(", ", lab.Swept)}");
            }

            await using var stage = new DemoStage(lab, settings, configuration, proxy, view);
            await using var monitor = new TrafficMonitor(stage);
            if (await StartAsync(stage, cancellationToken).ConfigureAwait(false))
            {
                foreach (DemoStep step in Steps())
                {
                    await RunAsync(step, stage, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await lab.DisposeAsync().ConfigureAwait(false);
        }

        CheckCleanUp(names);
        return new Verdict(_results.All(r => r.Pass) ? "pass" : "fail", settings.ProxyName, settings.ModeName, _results);
    }

    /// <summary>Without its players there is nothing to see, but still a verdict.</summary>
    private async Task<bool> StartAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        try
        {
            await stage.StartAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LabException e)
        {
            var step = new DemoStep("start", "server and proxy come up", null!);
            view.Begin(step);
            End(new StepResult(step.Name, step.Promised, e.Message, false));
            return false;
        }
    }

    private IEnumerable<DemoStep> Steps()
    {
        var steering = new SteeringSteps();
        var clusters = configuration as ClusterConfiguration;
        return
        [
            BaselineStep.Create(), steering.Links(), steering.Replies(), .. settings.Envoy ? Array.Empty<DemoStep>() : [SteeringSteps.IPv6()],
            .. clusters is null ? Array.Empty<DemoStep>() : [HopStep.Create(clusters), StatusStep.Create(clusters)],
            FailureSteps.Cut(), FailureSteps.Silence(), FailureSteps.Return(),
            RuleSteps.Edit(configuration.EditName), clusters is null ? RuleSteps.Break() : RefusalStep.Create(clusters), CrashStep.Create(), .. settings.Tag ? [TagStep.Create()] : Array.Empty<DemoStep>(),
        ];
    }

    private async Task RunAsync(DemoStep step, DemoStage stage, CancellationToken cancellationToken)
    {
        view.Begin(step);
        (string measured, bool pass) = ("", false);
        try
        {
            (measured, pass) = await step.Run(stage, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LabException or EdgeHostException or HttpRequestException or IOException)
        {
            // A step that could not be carried out is a step not as promised; the others are still worth seeing.
            measured = e.Message;
        }

        End(new StepResult(step.Name, step.Promised, measured, pass));
    }

    private void CheckCleanUp(LabNames names)
    {
        var step = new DemoStep("clean-up", "no namespace, device, pin, mount, process or file of the demo is left", null!);
        view.Begin(step);
        IReadOnlyList<string> left = [.. LabResidue.Find(names), .. Directory.Exists(names.RunDirectory) ? [$"folder {names.RunDirectory}"] : Array.Empty<string>()];
        End(new StepResult(step.Name, step.Promised, left.Count == 0 ? "nothing is left" : string.Join(", ", left), left.Count == 0));
    }

    private void End(StepResult result)
    {
        _results.Add(result);
        view.End(result);
    }
}
