using Clovisor.ExplainTool;
using Clovisor.ExplainTool.CommandLine;
using Clovisor.ExplainTool.Output;

var palette = new Palette(!Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null);
return ExplainCommand.Run(args, Console.Out, Console.Error, palette);
