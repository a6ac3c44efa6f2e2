// "Did you mean ada@gmail.com?" under an address field; nothing changes unless the customer presses it.

const KNOWN = "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr yahoo.com yahoo.co.uk yahoo.fr icloud.com proton.me protonmail.com fastmail.com orange.fr libero.it t-online.de mail.com email.com ymail.com".split(" ");

export function hint(field) {
  const place = Object.assign(document.createElement("p"), { className: "hf-help" });
  place.setAttribute("role", "status");
  field.after(place);
  const look = () => {
    const [name, domain = ""] = field.value.trim().split("@");
    const meant = name && !KNOWN.includes(domain.toLowerCase()) && KNOWN.find((known) => oneSlip(domain.toLowerCase(), known));
    place.replaceChildren(...(meant ? ["Did you mean ", right(field, `${name}@${meant}`, place), "?"] : []));
  };
  field.addEventListener("change", look);
  look(); // an address may have been typed before this module loaded
}

function right(field, address, place) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "hf-askform__link", textContent: address });
  button.addEventListener("click", () => {
    field.value = address;
    place.replaceChildren();
    field.focus();
  });
  return button;
}

/** Whether two words differ by one letter replaced, added or left out, or by two letters swapped. */
function oneSlip(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const [left, right] = [one.slice(at), other.slice(at)];
  const swapped = left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2);
  return swapped || left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1);
}
