using System.Diagnostics;
using Clovisor.Fuzz;

// Usage: Clovisor.Fuzz [--seconds N] [--seed S] [--state FOLDER] [--target NAME] [--case ITERATION]
FuzzOptions? options = FuzzOptions.Parse(args, Console.Error);
if (options is null)
{
    return 2;
}

if (options.Case is { } iteration)
{
    return Worker.RunOne(options, iteration);
}

return options.IsWorker ? Worker.Run(options) : Supervisor.Run(options, Stopwatch.StartNew());
