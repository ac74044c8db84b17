// A whole OpenID provider (oidc-provider) on this machine, where whoever asks is logged in as the person that a test names.
//
//   node provider.mjs MODULES PORT CLIENT SECRET REDIRECT     the modules are those of package.json beside, installed anywhere
//
// POST /test/person {"sub","name","groups"}: who logs in from now on.   POST /test/keys: signs by a new key from now on.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, port, client_id, client_secret, redirect] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(createRequire(`${modules}/`).resolve('oidc-provider')));
const issuer = `http://127.0.0.1:${port}`;
let person = { sub: 'nobody', name: 'nobody', groups: [] };

function key() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

/** A provider with a key of its own; what was under way at the former one is forgotten. */
function made() {
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
    jwks: { keys: [key()] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, preferred_username: person.name, groups: person.groups }) }),
  });
  provider.use(async (context, next) => (context.path.startsWith('/interaction/') ? consent(provider, context) : next()));
  return provider;
}

/** Logs the person in, who agrees to everything. */
async function consent(provider, { req, res }) {
  const { params, session } = await provider.interactionDetails(req, res);
  const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId: person.sub, remember: false }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: Boolean(session) });
}

async function told(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

let answer = made().callback();
const server = createServer(async (request, response) => {
  if (request.url === '/test/person') person = JSON.parse(await told(request));
  else if (request.url === '/test/keys') answer = made().callback();
  else return answer(request, response);
  response.writeHead(204).end();
});
server.listen(Number(port), '127.0.0.1', () => console.log('listens'));
