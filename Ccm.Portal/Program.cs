using Ccm.Engine.Hosting;
using Ccm.Portal;
using Ccm.Portal.Api;
using Ccm.Portal.Identity;
using Microsoft.Extensions.Options;

try
{
    var builder = WebApplication.CreateBuilder(Composition.Options(args));
    builder.AddCcmSettings();
    builder.Services.AddCcmEngine(builder.Configuration);
    builder.Services.AddCcmIdentity(builder.Configuration, builder.Environment);
    builder.Services.AddCcmApi();
    builder.Services.AddCcmPages(builder.Configuration);

    var app = builder.Build();
    // Before anything needs them: the host would log what cannot be as a fault of the program, with its stack.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    await app.CheckCcmSessionsAsync(app.Lifetime.ApplicationStopping);
    app.UseCcmSecurityHeaders();
    app.UseCcmNotFoundPage();
    app.UseCcmAuthentication();
    app.UseCcmCircuits();
    app.UseAuthorization();
    app.UseAntiforgery();
    app.MapStaticAssets().AllowAnonymous();
    app.MapCcmIdentity();
    app.MapCcmApi();
    app.MapCcmPages();
    app.TellCcmMode();
    await app.Services.CheckCcmStoresAsync(app.Lifetime.ApplicationStopping);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception exception) when (StartFailure.Explain(exception) is { } reason)
{
    await Console.Error.WriteLineAsync($"CCM cannot start: {reason}");
    return 1;
}
