using Clovisor.Wan.Model.Report;

// Runs the comparison of model and programs, or the packet matrix, and prints its tables. Exit status: 0 all promises kept, 1 one is not, 2 bad arguments.
if (args is ["matrix"])
{
    return MatrixReport.Run() ? 0 : 1;
}

if (ReportArguments.Parse(args) is not { } arguments)
{
    return 2;
}

return ModelReport.Run(arguments) ? 0 : 1;
