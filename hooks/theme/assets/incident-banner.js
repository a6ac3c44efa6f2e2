// The banner shares the one answer that status.js keeps.
export { banner as start } from "./status.js";
