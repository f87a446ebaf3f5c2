using Clovisor.Wan.Model.Report;

// Runs the comparison of model and programs and prints its tables. Exit status: 0 all promises kept, 1 one is not, 2 bad arguments.
if (ReportArguments.Parse(args) is not { } arguments)
{
    return 2;
}

return ModelReport.Run(arguments) ? 0 : 1;
