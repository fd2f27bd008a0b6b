using Ccm.Bench;
using Ccm.Bench.MainJob;
using Ccm.Bench.Schedule;
using Ccm.Bench.Shield;

return await Benches.RunAsync(args, new Dictionary<string, (string What, Func<Task> Run)>
{
    ["main-job"] = ("the embedded default as people meet it: start, a reservation in the browser, 1,000 instances", MainJobBench.RunAsync),
    ["schedule"] = ("placements per second on etcd against raw transactions of the same shape", ScheduleBench.RunAsync),
    ["shield"] = ("what a portal and 200 sessions cost etcd, by its CPU for each write and its reads", ShieldBench.RunAsync),
});
