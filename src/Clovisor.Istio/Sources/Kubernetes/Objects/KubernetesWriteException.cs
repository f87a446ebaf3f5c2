using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>A cluster did not take what was written to it.</summary>
/// <remarks>The object is as it was, unless the connection broke after the request was sent: <see cref="Status"/> is null then, and the object may be either.</remarks>
[SuppressMessage("Design", "CA1032", Justification = "It is made here alone.")]
public sealed class KubernetesWriteException : Exception
{
    internal KubernetesWriteException(string message, HttpStatusCode? status, TimeSpan? retryAfter, Exception cause)
        : base(message, cause)
    {
        Status = status;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets what the server answered, or null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Gets how long the server asks to wait, or null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
