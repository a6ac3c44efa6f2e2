// Runs the functions in Pyodide behind Cloudflare's SDK, as a Python Worker does: `node --experimental-wasm-jspi
// pyodide.mjs PORT REPOSITORY PACKAGES SDK FOLDER`. Node's own sockets stand for Cloudflare's.
import { createServer } from "node:http";
import { loadPyodide } from "../node/node_modules/pyodide/pyodide.mjs";

const [port, repository, packages, sdk, folder] = process.argv.slice(2);
const python = await loadPyodide({ env: { ...process.env, HOME: "/tmp" } });
await python.useNodeSockFS();
for (const [place, here] of Object.entries({ "/portal": repository, "/packages": packages, "/sdk": sdk, [folder]: folder })) {
  python.FS.mkdirTree(place);
  python.mountNodeFS(place, here);
}
// What the SDK asks of its runtime, and the functions do not use.
python.registerJsModule("_pyodide_entrypoint_helper", { patchWaitUntil() {} });
python.registerJsModule("_cloudflare_compat_flags", { python_workflows_implicit_dependencies: false });
const fetch = await python.runPythonAsync(`
import sys
sys.path[:0] = ["/sdk", "/portal", "/packages"]
from workers import wsgi
from functions.app import app

async def fetch(request):
    return await wsgi.fetch(app, request, {})

fetch
`);

function toRequest(incoming, body) {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at].toLowerCase();
    if (!["connection", "transfer-encoding"].includes(name)) headers.append(name, incoming.rawHeaders[at + 1]);
  }
  return new Request(`https://${incoming.headers.host}${incoming.url}`, { method: incoming.method, headers, body });
}

// One at a time: while one waits for the store, another would use the same connection.
let last = Promise.resolve();
createServer(async (incoming, outgoing) => {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const request = toRequest(incoming, parts.length ? Buffer.concat(parts) : undefined);
  last = last.then(async () => {
    const answer = await fetch(request);
    outgoing.statusCode = answer.status;
    for (const [name, value] of answer.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
    if (answer.headers.getSetCookie().length) outgoing.setHeader("Set-Cookie", answer.headers.getSetCookie());
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
}).listen(Number(port), "127.0.0.1");
