// The incident banner, kept current by status/status.js.
export { banner as start } from "./status.js";
