using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a WorkloadEntry.</summary>
internal static class WorkloadEntryValidator
{
    private const string Socket = "unix://";

    public static void Validate(WorkloadEntry entry, ErrorList errors)
    {
        int line = entry.Source.Line;
        if (entry.Address.StartsWith(Socket, StringComparison.Ordinal))
        {
            string path = entry.Address[Socket.Length..];
            if (!path.StartsWith('/') && !path.StartsWith('@'))
            {
                errors.Add(line, "spec.address", $"\"{path}\" must be an absolute path, or begin with @");
            }

            if (!entry.Ports.IsEmpty)
            {
                errors.Add(line, "spec.ports", "cannot stand beside a unix socket");
            }
        }
        else if (entry.Address.Length == 0 && entry.Network.Length == 0)
        {
            errors.Add(line, "spec.address", "is missing; it may be where network is given");
        }
        else if (entry.Address.Length > 0 && !NameRules.IsAddress(entry.Address) && !NameRules.IsHostName(entry.Address))
        {
            errors.Add(line, "spec.address", $"\"{entry.Address}\" is neither an address nor a host name");
        }

        foreach (string name in entry.Ports.Keys.Where(static n => !NameRules.IsDnsLabel(n)).Order(StringComparer.Ordinal))
        {
            errors.Add(line, "spec.ports", $"\"{name}\" must be a DNS label: letters, digits and dashes");
        }

        CommonRules.Labels(entry.WorkloadLabels, line, "spec.labels", errors);
    }
}
