// The banner shares the one answer that status/status.js keeps.
import { banner } from "./status.js";

export const start = banner;
