namespace Clovisor.EdgeHost.Lab;

/// <summary>How to start this executable again in another role.</summary>
internal static class SelfCommand
{
    public static IReadOnlyList<string> For(string role, params IEnumerable<string> arguments)
    {
        string path = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");

        // Under the shared host ('dotnet EdgeHost.dll') the process is not ours alone.
        bool hosted = Path.GetFileNameWithoutExtension(path) == "dotnet";
        return [path, .. hosted ? [Path.Combine(AppContext.BaseDirectory, "EdgeHost.dll")] : Array.Empty<string>(), role, .. arguments];
    }
}
