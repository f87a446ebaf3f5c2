using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Sidecar;

return await RoleTable.RunAsync(
    args,
    [
        new Role("demo", "the whole edge demo: makes the lab, runs every step, prints a verdict, removes everything", DemoRole.Options, DemoRole.RunAsync),
        new Role("agent", "the Clovisor host at the edge: route rules in, packets steered", AgentRole.Options, AgentRole.RunAsync),
        new Role("sidecar", "the proxy at the edge: one connection pool per class of requests, sessions reported or tagged", SidecarRole.Options, SidecarRole.RunAsync),
        new Role("cloud", "the server on the far side: records who came from where", CloudRole.Options, CloudRole.RunAsync),
        new Role("client", "requests of named users through the sidecar, one line of JSON for each", ClientRole.Options, ClientRole.RunAsync),
        new Role("envoy render", "writes Envoy's configuration, or Istio's manifests, for the associations of a folder", EnvoyRenderRole.Options, EnvoyRenderRole.RunAsync),
        new Role("clean", "removes what a demo that was killed left behind", LabCleanRole.Options, LabCleanRole.RunAsync),
    ]);
