// The banner shares the one answer that status/status.js keeps.
export { banner as start } from "./status.js";
