using Clovisor.Istio.Resources;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Serialization;

/// <summary>Collects the errors of one object, so that each says which object and file it is about.</summary>
internal sealed class ErrorList(string file, string subject, List<ConfigurationError> errors)
{
    public string File { get; } = file;

    public void Add(int line, string field, string message) =>
        errors.Add(new ConfigurationError(new SourceLocation(File, line), subject, field, message));
}
