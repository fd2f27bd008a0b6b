using Ccm.Bench;
using Ccm.Bench.Audit;
using Ccm.Bench.Churn;
using Ccm.Bench.Circuits;
using Ccm.Bench.Dom;
using Ccm.Bench.Failover;
using Ccm.Bench.Fanout;
using Ccm.Bench.Growth;
using Ccm.Bench.List;
using Ccm.Bench.MainJob;
using Ccm.Bench.Schedule;
using Ccm.Bench.Shield;
using Ccm.Bench.Sizing;

return await Benches.RunAsync(args, new Dictionary<string, (string What, Func<Task> Run)>
{
    ["main-job"] = ("the embedded default as people meet it: start, a reservation in the browser, 1,000 instances", MainJobBench.RunAsync),
    ["schedule"] = ("placements per second on etcd against raw transactions of the same shape", ScheduleBench.RunAsync),
    ["growth"] = ("how the cost of a placement grows with the instances and the workers there are", GrowthBench.RunAsync),
    ["sizing"] = ("what etcd and a replica need for 1,000, 10,000 and 100,000 instances", SizingBench.RunAsync),
    ["failover"] = ("from the end of the leader until its successor places a lab, for a clean stop and for a kill", FailoverBench.RunAsync),
    ["audit"] = ("a minute without MongoDB: whether every acknowledged change is in the audit trail afterwards, once", AuditBench.RunAsync),
    ["churn"] = ("5,000 labs that come and go on etcd in half an hour: whether all is given back and nothing grows", ChurnBench.RunAsync),
    ["standing"] = ("10,000 labs at once on 500 workers: what memory one process needs for them", StandingBench.RunAsync),
    ["list"] = ("the first 100 of 10,000 instances as JSON: from the cache against a linearizable read of etcd", ListBench.RunAsync),
    ["fanout"] = ("events delivered to 1,000 readers of the cache against 1,000 watchers of etcd, and one that stalls", FanoutBench.RunAsync),
    ["dom"] = ("from a change in etcd to the text in the browser, beyond what a watch takes", DomBench.RunAsync),
    ["circuit"] = ("what an open page costs in memory, and how long 200 of them wait for what changes", CircuitBench.RunAsync),
    ["shield"] = ("what a portal and 200 sessions cost etcd, by its CPU for each write and its reads", ShieldBench.RunAsync),
});
