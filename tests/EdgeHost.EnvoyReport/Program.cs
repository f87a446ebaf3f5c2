using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.EnvoyReport;

return await RoleTable.RunAsync(
    args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) && args[0] != "--help" ? ["report", .. args] : args,
    [
        new Role("report", "measures real Envoys in the lab and prints a table", ReportRole.Options, ReportRole.RunAsync),
        new Role("load", "the clients", LoadRole.Options, LoadRole.RunAsync),
        new Role("forge", "a process that carries tags and is not the proxy", ForgeRole.Options, ForgeRole.RunAsync),
    ]);
