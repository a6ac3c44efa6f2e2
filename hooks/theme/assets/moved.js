// The page for what is not there looks the address up among old ones, which a host may have had no rule for.

function fits(piece, given) {
  if (!piece.endsWith("-*")) return piece === "*" ? given !== "" : piece === given;
  return given === piece.slice(0, -2) || given.startsWith(piece.slice(0, -1));
}

export async function start(element) {
  const { base, list } = element.dataset;
  const given = decodeURIComponent(location.pathname).slice(base.length).replace(/\/$/, "").split("/");
  const answer = await fetch(list);
  const rows = answer.ok ? await answer.json() : [];
  const found = rows.find(([old]) => {
    const pieces = old.split("/");
    return pieces.length === given.length && pieces.every((piece, place) => fits(piece, given[place]));
  });
  if (found) location.replace(found[1]);
}
