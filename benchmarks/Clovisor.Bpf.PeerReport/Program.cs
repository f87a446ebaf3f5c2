using Clovisor.Bpf.PeerReport;

// peer-report LINES.jsonl PLOT.svg CAPTION: prints the table and writes the plot. The first peer of the lines is the baseline.
if (args.Length != 3)
{
    Console.Error.WriteLine("peer-report LINES.jsonl PLOT.svg CAPTION");
    return 2;
}

Results results = Results.Read(File.ReadLines(args[0]));
File.WriteAllText(args[1], new Plot(results, args[2]).Draw());
Console.Out.Write(Table.Write(results));
return 0;
