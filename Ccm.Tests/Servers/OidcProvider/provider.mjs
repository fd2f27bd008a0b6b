// A certified OpenID provider as tests need it: one client (a portal), people by name with groups, a form instead of passwords.
// node provider.mjs MODULES PORT; says "ready" once it listens. What a test changes goes to /control as JSON.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, port] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(modules, "oidc-provider", "lib", "index.js")));
const issuer = `http://127.0.0.1:${port}`;
const people = new Map();
const settings = { portal: "http://127.0.0.1:1", alg: "ES256", keys: newKeys() };
let provider = build();

function newKeys() {
    const make = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg });
    return [make("ec", { namedCurve: "P-256" }, "ES256"), make("rsa", { modulusLength: 2048 }, "RS256")];
}

// What was granted lies outside of it: a provider built anew, with other keys say, knows the same sessions and tokens.
function build() {
    return new Provider(issuer, {
        clients: [{
            client_id: "ccm",
            client_secret: "s3cret-of-the-portal-at-work",
            token_endpoint_auth_method: "client_secret_post",
            grant_types: ["authorization_code", "refresh_token", "client_credentials"],
            response_types: ["code"],
            redirect_uris: [`${settings.portal}/signin-oidc`],
            post_logout_redirect_uris: [`${settings.portal}/signout-callback-oidc`],
            backchannel_logout_uri: `${settings.portal}/signout-backchannel-oidc`,
            backchannel_logout_session_required: true,
            id_token_signed_response_alg: settings.alg,
        }],
        jwks: { keys: settings.keys },
        cookies: { keys: ["a key of the tests"] },
        scopes: ["openid", "profile", "groups"],
        claims: { openid: ["sub"], profile: ["name"], groups: ["groups"] },
        pkce: { required: () => true },
        // As providers at work do: bound to the session, and without a scope of its own.
        issueRefreshToken: () => true,
        rotateRefreshToken: true,
        ttl: { AccessToken: 3600, RefreshToken: 86400, Session: 86400, Grant: 86400, Interaction: 600, AuthorizationCode: 60, IdToken: 3600, ClientCredentials: 3600 },
        features: {
            devInteractions: { enabled: false },
            backchannelLogout: { enabled: true },
            clientCredentials: { enabled: true },
            resourceIndicators: { enabled: true, getResourceServerInfo: () => ({ scope: "", audience: "ccm.api", accessTokenFormat: "jwt", jwt: { sign: { alg: settings.alg } } }) },
            rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { ctx.body = `<!DOCTYPE html><title>Sign out</title>${form}`; } },
        },
        extraTokenClaims: () => ({ groups: people.get("robot") ?? [] }),
        interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
        findAccount: (ctx, sub) => people.has(sub) ? { accountId: sub, claims: () => ({ sub, name: `${sub} of the tests`, groups: people.get(sub) }) } : undefined,
        // Nobody is asked for consent to the house's own portal.
        loadExistingGrant: async ctx => {
            const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
            const grant = known ? await ctx.oidc.provider.Grant.find(known) : new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
            grant.addOIDCScope("openid profile groups");
            await grant.save();
            return grant;
        },
    });
}

async function read(request) {
    let text = "";
    for await (const part of request) text += part;
    return text;
}

async function interact(request, response) {
    if (request.method === "POST") {
        const accountId = new URLSearchParams(await read(request)).get("username");
        await provider.interactionFinished(request, response, people.has(accountId) ? { login: { accountId } } : { error: "access_denied" }, { mergeWithLastSubmission: false });
        return;
    }
    response.setHeader("content-type", "text/html").end(`<!DOCTYPE html><title>Who are you?</title><form method="post"><input name="username"></form>`);
}

async function control(request, response) {
    const { people: told, rotate, ...changes } = JSON.parse(await read(request));
    Object.entries(told ?? {}).forEach(([name, groups]) => groups ? people.set(name, groups) : people.delete(name));
    if (rotate) settings.keys = newKeys();
    if (rotate || Object.keys(changes).length > 0) {
        Object.assign(settings, changes);
        provider = build();
    }
    response.end();
}

createServer(async (request, response) => {
    try {
        if (request.url === "/control") await control(request, response);
        else if (request.url.startsWith("/interaction/")) await interact(request, response);
        else await provider.callback()(request, response);
    } catch (error) {
        console.error(error);
        response.statusCode = 500;
        response.end(String(error));
    }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
