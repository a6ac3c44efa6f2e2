// The certified `oidc-provider` as a strict provider for the tests: PKCE required, a code and a refresh token work
// once, RP-initiated and back-channel logout. Argument: JSON {client, secret, way, portal, backchannel,
// people}. Prints its issuer; PUT /users/NAME changes claims while it runs, PUT /keys makes new keys; it ends with
// its standard input.

import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const { client, secret, way, portal, backchannel, people } = JSON.parse(process.argv[2]);
const CLAIMS = ["name", "account", "plan", "role", "billing_customer", "billing_admin", "scopes"];
const HOURS = 3600;

function key(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), alg, use: "sig" };
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const started = () => new Provider(issuer, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        token_endpoint_auth_method: way,
        redirect_uris: [`${portal}api/signin/callback`],
        post_logout_redirect_uris: [portal],
        backchannel_logout_uri: backchannel,
        backchannel_logout_session_required: true,
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")] },
    cookies: { keys: ["a key of the tests"] },
    pkce: { required: () => true },
    // Claims are told at userinfo only, as the specification prefers.
    claims: { openid: ["sub"], profile: CLAIMS, email: ["email", "email_verified"] },
    ttl: { AccessToken: HOURS, IdToken: 4 * HOURS, Session: 24 * HOURS, Grant: 24 * HOURS, Interaction: HOURS },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // The tests' portal listens on this machine, which the provider's own fetch refuses to call.
    fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined }),
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: { enabled: false },
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  let answer = started().callback();
  server.on("request", async (request, response) => {
    if (request.method !== "PUT") return answer(request, response);
    if (request.url === "/keys") answer = started().callback();
    else people[request.url.split("/").pop()] = JSON.parse(await body(request));
    response.writeHead(204).end();
  });
  console.log(issuer);
});

process.stdin.on("end", () => process.exit()).resume();
