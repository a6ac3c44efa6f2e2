// Runs hosts/cloudflare/worker.js in Node: `node worker.mjs PORT FUNCTIONS_URL BASE SITE`. Its assets are SITE's files.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import worker from "../../hosts/cloudflare/worker.js";

const [port, FUNCTIONS_URL, BASE, site] = process.argv.slice(2);
const ASSETS = {
  async fetch(url) {
    const path = url.pathname.slice(BASE.length);
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "script-src 'self'" };
    return new Response(await readFile(`${site}/${path}index.html`), { headers });
  },
};

createServer(async (incoming, outgoing) => {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const body = parts.length ? Buffer.concat(parts) : undefined;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (!["host", "connection", "transfer-encoding", "content-length"].includes(name)) headers.set(name, value);
  }
  const request = new Request(`https://${incoming.headers.host}${incoming.url}`, { method: incoming.method, headers, body });
  const answer = await worker.fetch(request, { ASSETS, FUNCTIONS_URL, BASE });
  outgoing.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (!["connection", "transfer-encoding", "set-cookie", "content-length"].includes(name)) outgoing.setHeader(name, value);
  }
  if (answer.headers.getSetCookie().length) outgoing.setHeader("Set-Cookie", answer.headers.getSetCookie());
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(Number(port), "127.0.0.1");
