namespace Clovisor.ExplainTool.CommandLine;

/// <summary>Something about the command line, shown as it is.</summary>
internal sealed class UsageException(string message) : Exception(message);
