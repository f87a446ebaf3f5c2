using Clovisor.Istio.Compilation;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Checks header changes.</summary>
internal static class HeaderOperationsValidator
{
    public static void Validate(HeaderOperations? operations, int line, string path, ErrorList errors)
    {
        Changes(operations?.Request, line, $"{path}.request", authorityAllowed: true, errors);
        Changes(operations?.Response, line, $"{path}.response", authorityAllowed: false, errors);
    }

    private static void Changes(HeaderChanges? changes, int line, string path, bool authorityAllowed, ErrorList errors)
    {
        if (changes is null)
        {
            return;
        }

        foreach ((string operation, string name, string value) in changes.Set.Select(static h => ("set", h.Key, h.Value)).Concat(changes.Add.Select(static h => ("add", h.Key, h.Value))))
        {
            Name(name, line, $"{path}.{operation}", authorityAllowed, errors);
            if (HeaderFormatRules.WhyNot(value) is { } wrong)
            {
                errors.Add(line, $"{path}.{operation}[{name}]", wrong);
            }
        }

        foreach (string name in changes.Remove)
        {
            if (name.StartsWith(':') || name.Equals("host", StringComparison.OrdinalIgnoreCase))
            {
                errors.Add(line, $"{path}.remove", $"cannot remove \"{name}\"");
            }
            else if (name.Length == 0)
            {
                errors.Add(line, $"{path}.remove", "has an entry without the name of a header");
            }
        }
    }

    private static void Name(string name, int line, string path, bool authorityAllowed, ErrorList errors)
    {
        if (authorityAllowed && HeaderOperationsCompiler.IsAuthority(name))
        {
            return;
        }

        if (name.StartsWith(':') || name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            errors.Add(line, path, $"cannot change \"{name}\"; the authority can be set for requests, other pseudo headers not at all");
        }
        else if (name.Length == 0)
        {
            // Any other text is a name to Istio, and the client's matter.
            errors.Add(line, path, "is without the name of a header");
        }
    }
}
