using Clovisor.Istio.Resources;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Serialization;

/// <summary>Collects the errors of one object, so that each says which object and file it is about.</summary>
/// <param name="file">The file.</param>
/// <param name="subject">The object.</param>
/// <param name="errors">Where errors go.</param>
/// <param name="unknown">Where unknown fields go, if they are no errors: a cluster that is newer than this library may have some.</param>
internal sealed class ErrorList(string file, string subject, List<ConfigurationError> errors, List<ConfigurationError>? unknown = null)
{
    public string File { get; } = file;

    public void Add(int line, string field, string message) =>
        errors.Add(new ConfigurationError(new SourceLocation(File, line), subject, field, message));

    public void AddUnknown(int line, string field, string message) =>
        (unknown ?? errors).Add(new ConfigurationError(new SourceLocation(File, line), subject, field, message));
}
