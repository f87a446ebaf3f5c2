using System.Globalization;
using Clovisor.Istio.KubeSync;
using Clovisor.KubernetesLab;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (ApiServerPrograms.Missing is { } missing)
{
    await Console.Error.WriteLineAsync($"Nothing is measured: {missing}");
    return 2;
}

int objects = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
int changes = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
await using var near = await ApiServer.StartAsync();
await using var far = await ApiServer.StartAsync();
return await new Measurement(near, far, objects, changes).RunAsync();
