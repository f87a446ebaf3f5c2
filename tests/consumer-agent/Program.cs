using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// An edge agent of one's own: Agent FOLDER PINS
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services
    .AddClovisor(clovisor => clovisor.ProxyNamespace = "app")
    .AddYamlFolder(args[0])
    .AddWan(wan =>
    {
        wan.PinDirectory = args[1];
        wan.UninstallOnStop = true;
    });

using IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
await host.WaitForShutdownAsync();
