// A certified OpenID provider (oidc-provider) in the shape of Entra ID: its paths, `tid` and `oid` in the
// ID token, refresh tokens of 4 KB that are replaced at each use, device codes. Everybody may sign in, on
// pages with a form.
//
//   node oidc.mjs '{"tenant": GUID, "client": ID, "scopes": [NAME…]}'
//
// Commands: revoke (no refresh token is good any more) · rotate (the next ID tokens are signed by a new key)
// Events:   ready {authority} · token {grant, ok, scope, claims} · revoked · rotated · error {message}
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const { tenant, client, scopes } = JSON.parse(process.argv[2]);
const tell = event => process.stdout.write(JSON.stringify(event) + '\n');
const escaped = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
const page = (title, body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;

const key = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  use: 'sig',
  alg: 'RS256',
});

const server = createServer();
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const authority = `http://127.0.0.1:${server.address().port}`;
const at = path => `/${tenant}${path}`;
const keys = [key()];
const grants = new Set();

// One provider for each set of keys; what has been issued is common to all.
const start = () => {
  const provider = new Provider(`${authority}/${tenant}/v2.0`, {
    clients: [
      {
        client_id: client,
        client_name: 'Warmline',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: [randomUUID()] },
    jwks: { keys },
    scopes: ['openid', 'profile', 'offline_access', ...scopes],
    claims: { openid: ['sub', 'tid', 'oid'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        tid: tenant,
        oid: `object-of-${id}`,
        name: 'Robin Adeyemi',
        preferred_username: `${id}@contact.example`,
      }),
    }),
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        userCodeInputSource: (context, form) => {
          context.body = page('Enter the code', `${form}<button form="op.deviceInputForm">Next</button>`);
        },
        userCodeConfirmSource: (context, form, client, device, code) => {
          context.body = page('Is this your code?', `<p>${escaped(code)}</p>${form}<button form="op.deviceConfirmForm">Yes</button>`);
        },
        successSource: context => {
          context.body = page('Done', '<p>You may go back to your device.</p>');
        },
      },
    },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
    routes: {
      authorization: at('/oauth2/v2.0/authorize'),
      token: at('/oauth2/v2.0/token'),
      device_authorization: at('/oauth2/v2.0/devicecode'),
      code_verification: at('/oauth2/deviceauth'),
      jwks: at('/discovery/v2.0/keys'),
      userinfo: at('/openid/userinfo'),
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86400, DeviceCode: 900, Interaction: 600, Session: 3600, Grant: 86400 },
    // As long as a Windows credential could not hold them.
    formats: { bitsOfOpaqueRandomness: (context, token) => (token.kind === 'RefreshToken' ? 4096 * 6 : 256) },
  });
  provider.on('refresh_token.saved', token => grants.add(token.grantId));
  provider.on('server_error', (context, error) => tell({ event: 'error', message: error.message }));
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route !== 'token') return;
    const { grant_type: grant, scope, claims } = context.oidc.body ?? {};
    tell({ event: 'token', grant, ok: context.status === 200, error: context.body?.error, scope, claims });
  });
  return provider;
};
let provider = start();

// The pages where somebody signs in, consents, or says no.
const interact = async (request, response) => {
  const { uid, prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const say = body => response.setHeader('content-type', 'text/html; charset=utf-8').end(body);
  if (request.method === 'GET') {
    const words =
      prompt.name === 'login'
        ? `<label>Account <input name="account" value="${escaped(params.login_hint ?? '')}" required></label>`
        : `<ul>${String(params.scope).split(' ').map(scope => `<li>${escaped(scope)}</li>`).join('')}</ul>`;
    const title = prompt.name === 'login' ? 'Sign in' : 'Warmline would like to';
    const buttons = '<button name="answer" value="yes">Accept</button><button name="answer" value="no" formnovalidate>Cancel</button>';
    return say(page(title, `<form method="post" action="/interaction/${uid}">${words}${buttons}</form>`));
  }
  let body = '';
  for await (const piece of request) body += piece;
  const form = new URLSearchParams(body);
  if (form.get('answer') !== 'yes') {
    const refusal = { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.' };
    return provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login') {
    const login = { accountId: form.get('account').split('@')[0] };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
};

server.on('request', (request, response) => {
  const url = new URL(request.url, authority);
  if (url.pathname.startsWith('/interaction/')) {
    interact(request, response).catch(error => {
      tell({ event: 'error', message: error.message });
      response.writeHead(500).end();
    });
    return;
  }
  if (url.pathname === at('/v2.0/.well-known/openid-configuration')) {
    request.url = '/.well-known/openid-configuration';
  }
  if (url.pathname === at('/oauth2/v2.0/authorize')) {
    // Entra gives a refresh token for offline_access alone, and lets the agent choose an account.
    const chooses = url.searchParams.get('prompt') === 'select_account';
    url.searchParams.set('prompt', chooses ? 'login consent' : 'consent');
    request.url = url.pathname + url.search;
  }
  provider.callback()(request, response);
});

tell({ event: 'ready', authority });
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd } = JSON.parse(line);
  if (cmd === 'revoke') {
    for (const grant of grants) {
      await provider.RefreshToken.revokeByGrantId(grant);
      await provider.AccessToken.revokeByGrantId(grant);
    }
    tell({ event: 'revoked' });
  } else if (cmd === 'rotate') {
    keys.unshift(key());
    provider = start();
    tell({ event: 'rotated' });
  }
}
server.close();
server.closeAllConnections();
