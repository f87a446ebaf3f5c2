using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Lab;

/// <summary>What the machine must give before anything is made.</summary>
internal static class Privilege
{
    public static void Require(string purpose)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new EdgeHostException(
                $"cannot {purpose}", "that needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN), and this process is not root",
                "Run it with sudo, or start ./demo.sh, which does so. Nothing was made");
        }
    }

    /// <summary>Names every missing program at once.</summary>
    public static void RequireTools(params string[] programs)
    {
        string[] missing = [.. programs.Where(p => Tool.Find(p) is null)];
        if (missing.Length > 0)
        {
            throw new EdgeHostException(
                "cannot make the lab", $"not found on the PATH: {string.Join(", ", missing)}",
                "Install iproute2 (ip), nftables (nft) and mount (mount, umount), or start ./demo.sh, which does so. Nothing was made");
        }
    }
}
