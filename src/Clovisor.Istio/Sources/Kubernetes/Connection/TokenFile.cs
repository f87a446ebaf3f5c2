using System.Net.Http.Headers;
using k8s.Authentication;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>A token in a file that somebody else renews. It is read for every request, of which there are few: so it is never an old one.</summary>
internal sealed class TokenFile(string path) : ITokenProvider
{
    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        string token = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        return new AuthenticationHeaderValue("Bearer", token.Trim());
    }
}
