using System.Text;
using Ccm.Engine.Labs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ccm.Tests.Hosts;

internal sealed partial class CmlStandIn
{
    private const string NoToken = "No authorization token provided.";

    private void Map(RouteGroupBuilder api)
    {
        api.MapPost("/authenticate", async http =>
        {
            var said = await http.Request.ReadFromJsonAsync<Dictionary<string, string>>();
            if (said?.GetValueOrDefault("username") != Username || said.GetValueOrDefault("password") != Password)
            {
                await RefuseAsync(http, 403, $"Authentication failed! {said?.GetValueOrDefault("password")}");
                return;
            }
            Interlocked.Increment(ref _signIns);
            var token = $"token-{Guid.NewGuid():N}";
            _tokens[token] = true;
            await http.Response.WriteAsJsonAsync(token);
        });
        api.MapGet("/system_information", http => http.Response.WriteAsJsonAsync(new { version = Version, ready = Ready, allow_ssh_pubkey_auth = false }));
        Map(api, "GET", "/system_stats", http => http.Response.WriteAsJsonAsync(new
        {
            computes = new { },
            all = new { cpu = new { count = Cores, percent = 1.5 }, memory = new { total = MemoryBytes, free = MemoryBytes / 2, used = MemoryBytes / 2 }, disk = new { total = DiskBytes, free = DiskBytes, used = 0 } },
        }));
        Map(api, "GET", "/licensing", http => http.Response.WriteAsJsonAsync(new
        {
            registration = new { status = "COMPLETED" }, authorization = new { status = Authorization }, features = new[] { new { id = "regid.2019-10.com.cisco.CML_NODE_COUNT,1.0", in_use = ExtraNodes } },
        }));
        Map(api, "GET", "/labs", http => http.Response.WriteAsJsonAsync(
            _labs.Values.Where(lab => lab.Owner == Username || http.Request.Query["show_all"] == "true").Select(lab => lab.Id)));
        Map(api, "POST", "/import", ImportAsync);
        MapLab(api, "GET", "", (http, lab) => http.Response.WriteAsJsonAsync(new { id = lab.Id, lab_title = lab.Title, state = lab.State, node_count = lab.Nodes, owner = lab.Owner }));
        MapLab(api, "GET", "/check_if_converged", (http, lab) => http.Response.WriteAsJsonAsync(lab.Converged));
        MapLab(api, "PUT", "/start", StartAsync);
        MapLab(api, "PUT", "/stop", (http, lab) =>
        {
            lab.Go("STOPPED", QuestionsOnTheWay);
            return DoneAsync(http);
        });
        MapLab(api, "PUT", "/wipe", (http, lab) =>
        {
            if (lab.IsUp)
                return RefuseAsync(http, 409, "Cannot wipe a lab while nodes are running.");
            lab.Wipe();
            return DoneAsync(http);
        });
        MapLab(api, "DELETE", "", (http, lab) =>
        {
            if (lab.State != "DEFINED_ON_CORE")
                return RefuseAsync(http, 409, "Cannot delete a lab that is not stopped and wiped.");
            Take(lab.Id);
            return DoneAsync(http);
        });
    }

    private async Task ImportAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        try
        {
            var topology = LabFile.Parse(await reader.ReadToEndAsync());
            var lab = new StandInLab(Guid.NewGuid().ToString(), http.Request.Query["title"].ToString(), topology.NodeCount, topology.LicensedNodeCount, "DEFINED_ON_CORE", Username);
            _labs[lab.Id] = lab;
            await http.Response.WriteAsJsonAsync(new { id = lab.Id, warnings = Array.Empty<string>() });
        }
        catch (LabRefusedException)
        {
            await RefuseAsync(http, 400, "Bad request: the topology cannot be read.");
        }
    }

    private Task StartAsync(HttpContext http, StandInLab lab)
    {
        var running = _labs.Values.Where(other => other.IsUp && other != lab).Sum(other => other.LicensedNodes);
        if (running + lab.LicensedNodes > 20 + ExtraNodes)
            return RefuseAsync(http, 403, "Maximum number of licensed nodes exceeded.");
        lab.Go("STARTED", QuestionsOnTheWay);
        return DoneAsync(http);
    }

    private void Map(RouteGroupBuilder api, string method, string path, RequestDelegate answer) => api.MapMethods(path, [method], http =>
        _tokens.ContainsKey(http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal)) ? answer(http) : RefuseAsync(http, 401, NoToken));

    private void MapLab(RouteGroupBuilder api, string method, string path, Func<HttpContext, StandInLab, Task> answer) => Map(api, method, $"/labs/{{id}}{path}", http =>
        _labs.TryGetValue((string)http.Request.RouteValues["id"]!, out var lab) ? answer(http, lab) : RefuseAsync(http, 404, $"Lab not found: {http.Request.RouteValues["id"]}"));

    private static Task DoneAsync(HttpContext http)
    {
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext http, int status, string description)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { code = status, description });
    }
}
