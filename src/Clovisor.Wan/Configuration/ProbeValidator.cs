using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks a probe of a link.</summary>
internal static class ProbeValidator
{
    public static void Check(ProbeDefinition probe, string path, FindingList findings)
    {
        findings.Enumeration(probe.Kind, $"{path}.kind");
        findings.Range(probe.Targets.Length, 1, 8, $"{path}.targets", static count => $"{count} target(s)");
        findings.Unique(probe.Targets, $"{path}.targets", "target");
        for (int i = 0; i < probe.Targets.Length; i++)
        {
            LinkValidator.CheckUnicast(probe.Targets[i], $"{path}.targets[{i}]", findings);
        }

        findings.Range(probe.Interval, TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1), $"{path}.interval");
        findings.Range(probe.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), $"{path}.timeout");
        findings.Range(probe.Lost, 1, 100, $"{path}.lost");
        if (probe.Quorum < 1 || (probe.Quorum > probe.Targets.Length && !probe.Targets.IsEmpty))
        {
            findings.Add(
                ConfigurationErrorCodes.OutOfRange,
                $"{path}.quorum",
                $"{probe.Quorum} of {probe.Targets.Length} target(s) can never be alive; choose from 1 to the number of targets.");
        }

        CheckKind(probe, path, findings);
    }

    /// <summary>What a kind has no use for is a mistake: somebody believes that it is looked at.</summary>
    private static void CheckKind(ProbeDefinition probe, string path, FindingList findings)
    {
        bool http = probe.Kind is ProbeKind.Http or ProbeKind.Https;
        findings.Range(probe.Dscp, (byte)0, (byte)63, $"{path}.dscp");
        if (probe.Port is { } port)
        {
            Only(probe.Kind != ProbeKind.Icmp, "port");
            findings.Range(port, 1, 65535, $"{path}.port");
        }
        else if (probe.Kind == ProbeKind.Tcp)
        {
            findings.Add(ConfigurationErrorCodes.MissingField, $"{path}.port", "a TCP probe needs a port; write port: 443.");
        }

        Only(http || probe.Host is null, "host");
        Only(http || probe.Path == "/", "path");
        Only(http || probe.Status is null, "status");
        Only(http || probe.Body is null, "body");
        Only(probe.Kind == ProbeKind.Dns || probe.Query == ".", "query");
        Only(probe.Kind == ProbeKind.Https || probe.VerifyCertificate, "verifyCertificate");
        if (probe.Host is null && probe.Kind == ProbeKind.Https)
        {
            findings.Add(ConfigurationErrorCodes.MissingField, $"{path}.host", "an HTTPS probe needs the name that the certificate bears; write host: portal.example.");
        }

        if (probe.Status is { } status)
        {
            findings.Range(status, 100, 599, $"{path}.status");
        }

        Form(probe.Host is null || (IsVisible(probe.Host) && probe.Host.Length is > 0 and <= 253), "host", "the name or address of a server, at most 253 characters");
        Form(IsVisible(probe.Path) && probe.Path.Length <= 1024 && probe.Path.StartsWith('/'), "path", "a path that begins with '/', at most 1024 visible ASCII characters");
        Form(probe.Body is not { Length: 0 or > 1024 }, "body", "a text of 1 to 1024 characters");
        Form(IsName(probe.Query), "query", "a domain name, its labels of 1 to 63 ASCII characters, at most 253 in all; or '.' for the root");

        void Only(bool fits, string field)
        {
            if (!fits)
            {
                findings.Add(ConfigurationErrorCodes.Contradiction, $"{path}.{field}", $"a probe of kind {probe.Kind} has no use for it; remove it or choose another kind.");
            }
        }

        void Form(bool fits, string field, string form)
        {
            if (!fits)
            {
                findings.Add(ConfigurationErrorCodes.OutOfRange, $"{path}.{field}", $"it is not {form}.");
            }
        }
    }

    private static bool IsVisible(string text) => text.All(static c => c is > ' ' and < (char)127);

    private static bool IsName(string name) =>
        name == "." || (name.Length is > 0 and <= 253 && IsVisible(name) && name.TrimEnd('.').Split('.').All(static label => label.Length is > 0 and <= 63));
}
