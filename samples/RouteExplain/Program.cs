using Clovisor.RouteExplain;
using Clovisor.RouteExplain.CommandLine;
using Clovisor.RouteExplain.Output;

var palette = new Palette(!Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null);
return ExplainCommand.Run(args, Console.Out, Console.Error, palette);
