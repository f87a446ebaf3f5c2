using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>An API server refused a request.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the informer, which turns it into a state.")]
internal sealed class ApiException(HttpStatusCode status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Gets how long the server asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
