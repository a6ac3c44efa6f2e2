// Cloudflare: the site's files are the Worker's assets, and it sends the functions' addresses to where the functions
// are (FUNCTIONS_URL). Only these reach it, by run_worker_first in wrangler.jsonc.
export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    // CF-Connecting-IP is Cloudflare's own once a Worker asks; the functions have CLIENT_IP_HEADER=x-portal-client.
    headers.delete("X-Portal-Client");
    if (headers.has("CF-Connecting-IP")) headers.set("X-Portal-Client", headers.get("CF-Connecting-IP"));
    const body = ["GET", "HEAD"].includes(request.method) ? undefined : await request.arrayBuffer();
    try {
      // A redirect is the customer's to follow.
      return await fetch(new URL(pathname + search, env.FUNCTIONS_URL), {
        method: request.method,
        headers,
        body,
        redirect: "manual",
      });
    } catch (error) {
      console.error("the functions do not answer:", error.message);
      const page = await env.ASSETS.fetch(new URL(`${env.BASE}unavailable/`, request.url));
      const said = new Response(page.body, { status: 502, headers: page.headers });
      said.headers.set("Cache-Control", "no-store");
      return said;
    }
  },

  async scheduled(event, env) {
    const answer = await fetch(new URL(`${env.BASE}api/tick`, env.FUNCTIONS_URL), {
      method: "POST",
      headers: { Authorization: `Bearer ${env.TICK_TOKEN}` },
    });
    if (!answer.ok) throw new Error(`the tick answered ${answer.status}`);
  },
};
