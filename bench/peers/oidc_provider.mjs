// panva's oidc-provider with its device flow and a small Redis adapter.
// Environment: PEER_PORT, PEER_REDIS_URL, PEER_MODULES (the folder that holds node_modules).
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import http from 'node:http';

const from = createRequire(process.env.PEER_MODULES + '/package.json');
const { default: Provider } = await import(pathToFileURL(from.resolve('oidc-provider')).href);
const Redis = from('ioredis');
const redis = new Redis(process.env.PEER_REDIS_URL);

class RedisAdapter {
  constructor(name) { this.name = name; }
  key(id) { return `oidc:${this.name}:${id}`; }
  async upsert(id, payload, expiresIn) {
    const many = redis.multi().set(this.key(id), JSON.stringify(payload), 'EX', expiresIn || 3600);
    if (payload.userCode) many.set(`oidc:user:${payload.userCode}`, id, 'EX', expiresIn || 3600);
    if (payload.uid) many.set(`oidc:uid:${payload.uid}`, id, 'EX', expiresIn || 3600);
    await many.exec();
  }
  async find(id) {
    const text = await redis.get(this.key(id));
    return text ? JSON.parse(text) : undefined;
  }
  async findByUserCode(code) { return this.find(await redis.get(`oidc:user:${code}`)); }
  async findByUid(uid) { return this.find(await redis.get(`oidc:uid:${uid}`)); }
  async consume(id) {
    const payload = await this.find(id);
    payload.consumed = Math.floor(Date.now() / 1000);
    await redis.set(this.key(id), JSON.stringify(payload), 'KEEPTTL');
  }
  async destroy(id) { await redis.del(this.key(id)); }
  async revokeByGrantId() { /* not reached by issue and poll */ }
}

const port = Number(process.env.PEER_PORT);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: RedisAdapter,
  clients: [{
    client_id: 'bench',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    response_types: [],
    redirect_uris: [],
    application_type: 'native',
  }],
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});
const handle = provider.callback();
const server = http.createServer((request, response) => {
  if (request.url !== '/ready') return handle(request, response);
  response.setHeader('content-type', 'application/json');
  return response.end('{"ready":true}');
});
server.keepAliveTimeout = 75000;
server.listen(port, '127.0.0.1');
