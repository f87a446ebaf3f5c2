using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Inspection;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Sidecar;
using Clovisor.EdgeHost.Trial;

return await RoleTable.RunAsync(
    args,
    [
        new Role("run", "the Clovisor host: route rules in, packets steered", AgentRole.Options, AgentRole.RunAsync),
        new Role("status", "how the running host is, part by part", StatusRole.Options, StatusRole.RunAsync),
        new Role("links", "the links, what their probes say, and which associations take which", LinksRole.Options, LinksRole.RunAsync),
        new Role("sessions", "the sessions in the kernel", SessionsRole.Options, SessionsRole.RunAsync),
        new Role("events", "what happens to sessions and packets, as it happens", EventsRole.Options, EventsRole.RunAsync),
        new Role("explain", "which rule a request matches, and which links its session would take", ExplainRole.Options, ExplainRole.RunAsync),
        new Role("simulate", "tries links and associations against a history, in virtual time", SimulateRole.Options, SimulateRole.RunAsync),
        new Role("validate", "says everything that is wrong with YAML documents", ValidateRole.Options, ValidateRole.RunAsync) { Operands = "FILE" },
        new Role("envoy render", "writes Envoy's configuration, or Istio's manifests, for the associations of a folder", EnvoyRenderRole.Options, EnvoyRenderRole.RunAsync),
        new Role("envoy gateway", "writes the configuration of an Envoy that is the east-west gateway of a cluster", EnvoyGatewayRole.Options, EnvoyGatewayRole.RunAsync),
        new Role("probe", "asks the host of this node whether it is alive or ready, for the probes of Kubernetes", ProbeRole.Options, ProbeRole.RunAsync),
        new Role("uninstall", "takes what a stopped host left out of the kernel", UninstallRole.Options, UninstallRole.RunAsync),
        new Role("completion", "writes the completion script of a shell", CompletionRole.Options, CompletionRole.RunAsync),
        new Role("demo", "the whole edge demo: makes the lab, runs every step, prints a verdict, removes everything", DemoRole.Options, DemoRole.RunAsync),
        new Role("clean", "removes what a demo that was killed left behind", LabCleanRole.Options, LabCleanRole.RunAsync),
        new Role("agent", "'run' by its older name", AgentRole.Options, AgentRole.RunAsync) { IsOfDemo = true },
        new Role("sidecar", "the proxy at the edge: one connection pool per class of requests, sessions reported or tagged", SidecarRole.Options, SidecarRole.RunAsync) { IsOfDemo = true },
        new Role("cloud", "the server on the far side: records who came from where", CloudRole.Options, CloudRole.RunAsync) { IsOfDemo = true },
        new Role("client", "requests of named users through the sidecar, one line of JSON for each", ClientRole.Options, ClientRole.RunAsync) { IsOfDemo = true },
    ]);
