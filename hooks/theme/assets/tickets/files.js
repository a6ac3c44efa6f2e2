// A file field: dropped, pasted or picked files as rows with size and a remove button. The files stay in the field, so
// a form that is sent without a script sends the same ones.

const MOST = 10;

/** Enhance the form's field `files`; answers `fault(sentence, tooLarge)`, which shows each row the reason that names it. */
export function files(form) {
  const input = form.elements.files;
  const list = Object.assign(document.createElement("ul"), { className: "hf-files" });
  const said = Object.assign(document.createElement("p"), { className: "hf-visually-hidden" });
  said.setAttribute("role", "status");
  input.after(list, said);
  let kept = [];
  let reasons = new Map();

  function add(more) {
    if (input.disabled) return; // no files from customers without an account
    const news = [...more].filter((file) => !kept.some((old) => old.name === file.name && old.size === file.size));
    kept.push(...news);
    for (const file of news) if (!allowed(file, input.accept)) reasons.set(file, notTaken(file, input.accept));
    if (kept.length > MOST) for (const file of kept.slice(MOST)) reasons.set(file, `Send up to ${MOST} files.`);
    show();
    if (news.length) said.textContent = `${news.length} ${news.length === 1 ? "file" : "files"} added`;
  }

  function remove(file) {
    const place = kept.indexOf(file);
    kept = kept.filter((other) => other !== file);
    reasons.delete(file);
    // Faults of all files together may be gone now.
    for (const [other, reason] of reasons) if (reason.startsWith("Send up to") || reason.startsWith("Too large")) reasons.delete(other);
    if (kept.length > MOST) for (const other of kept.slice(MOST)) reasons.set(other, `Send up to ${MOST} files.`);
    show();
    said.textContent = `${file.name} removed`;
    (list.querySelectorAll("button")[Math.min(place, kept.length - 1)] ?? input).focus();
  }

  function show() {
    const transfer = new DataTransfer();
    for (const file of kept) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...kept.map((file) => row(file, reasons.get(file), () => remove(file))));
    form.dispatchEvent(new Event("input"));
  }

  input.addEventListener("change", () => {
    const picked = [...input.files];
    add(picked);
  });
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    add([...event.clipboardData.files].map(named));
  });
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("hf-dropping");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("hf-dropping");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("hf-dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  return {
    /** The first reason against the chosen files, or "". */
    wrong: () => (reasons.size ? [...reasons].map(([file, reason]) => `${file.name}: ${reason}`)[0] : ""),
    fault(sentence, tooLarge) {
      const largest = kept.reduce((most, file) => (file.size > (most?.size ?? -1) ? file : most), null);
      for (const file of kept) {
        const named = sentence.match(new RegExp(`${escaped(file.name)}: (.+?[.])(?=\\s\\S+: |$)`, "u"));
        if (named) reasons.set(file, named[1][0].toUpperCase() + named[1].slice(1));
        else if (tooLarge && file === largest) reasons.set(file, "Too large together with the others.");
      }
      show();
    },
  };
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function allowed(file, accept) {
  const name = file.name.toLowerCase();
  return !accept || accept.split(",").some((end) => name.endsWith(end.trim()));
}

/** Why a file of this kind is not taken; functions/tickets/uploads.py says the same. */
function notTaken(file, accept) {
  const [, ending] = file.name.match(/.\.([^.]+)$/) ?? [];
  if (/^(heic|heif|avif|bmp|tiff?)$/i.test(ending)) return `We can't open .${ending} pictures. Save it as PNG or JPEG.`;
  const why = ending ? `We can't accept .${ending} files.` : "This file's name has no ending, such as .png.";
  return `${why} Send one of: ${accept.split(",").join(", ")}.`;
}

// Browsers name every pasted picture image.png, so equal names may be different files.
let pasted = 0;
function named(file) {
  pasted += 1;
  return file.name === "image.png" ? new File([file], `screenshot-${pasted}.png`, { type: file.type }) : file;
}

function row(file, reason, remove) {
  const line = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const size = Object.assign(document.createElement("small"), { textContent: sized(file.size) });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "hf-files__remove", textContent: "Remove" });
  button.setAttribute("aria-label", `Remove ${file.name}`);
  button.addEventListener("click", remove);
  line.append(name, size, button);
  if (reason) line.append(Object.assign(document.createElement("p"), { className: "hf-error", textContent: reason }));
  return line;
}

function sized(bytes) {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
