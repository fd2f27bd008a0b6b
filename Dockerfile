FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY Ccm.Engine/Ccm.Engine.csproj Ccm.Engine/
COPY Ccm.Portal/Ccm.Portal.csproj Ccm.Portal/
RUN dotnet restore Ccm.Portal
COPY appsettings.json ./
COPY Ccm.Engine/ Ccm.Engine/
COPY Ccm.Portal/ Ccm.Portal/
RUN dotnet publish Ccm.Portal -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12
WORKDIR /app
COPY --from=build /app ./
COPY deploy/healthy.sh /usr/local/bin/healthy
ENV ASPNETCORE_URLS=http://+:8080
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["bash", "/usr/local/bin/healthy", "8080", "/health/live"]
ENTRYPOINT ["dotnet", "Ccm.Portal.dll"]
