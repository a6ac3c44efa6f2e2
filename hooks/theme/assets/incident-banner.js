// The banner shares the one answer that status.js keeps.
export { start } from "./status.js";
