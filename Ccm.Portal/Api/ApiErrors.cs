namespace Ccm.Portal.Api;

/// <summary>
/// Turns whatever goes wrong under <c>/api</c> and <c>/export</c> into problem details. It stands twice in the pipeline: outermost, for what is answered
/// before an endpoint is reached (no token), and innermost, so that no error page for people takes an answer meant for programs.
/// </summary>
internal sealed partial class ApiErrors(RequestDelegate next, ILogger<ApiErrors> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/api") && !http.Request.Path.StartsWithSegments("/export"))
        {
            await next(http);
            return;
        }
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            if (ApiProblems.Of(exception) is not { } problem)
            {
                LogFault(http.Request.Method, http.Request.Path, exception);
                problem = ApiProblems.Fault();
            }
            await ApiProblems.WriteAsync(http, problem);
        }
        if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
            await ApiProblems.WriteAsync(http, ApiProblems.OfStatus(http));
    }

    [LoggerMessage(8001, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFault(string method, string path, Exception exception);

    /// <summary>Puts it before everything else.</summary>
    internal sealed class Outermost : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<ApiErrors>();
            next(app);
        };
    }
}
