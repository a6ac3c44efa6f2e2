#!/usr/bin/env bash
# ical.js 2.2.1: of a VTIMEZONE's onsets it reads the first value of each RDATE line, and DTSTART only without RDATE.
#
# RFC 5545, section 3.8.5.2: RDATE may hold a list, and 3.6.5: an observance's onsets are DTSTART and its RDATEs.
# Seen with `DTSTART:20260329T020000` and `RDATE:20270328T020000,20280326T020000` in DAYLIGHT of Europe/Berlin: an event
# at 12:00 is 12:00 UTC in the summer of 2026 (no offset), 10:00 UTC in 2027 as it should be, 11:00 UTC in 2028 (winter's).
# With one RDATE line for each onset, the first repeated among them, all three are 10:00 UTC.
# What to do: write one RDATE a line and DTSTART among them (the RFC counts doubled instances once), or an RRULE.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1
cat >read.mjs <<'NODE'
import ICAL from "ical.js";
const onset = (name, from, to, dates) =>
  ["BEGIN:" + name, "DTSTART:" + dates.start, ...dates.lines.map((line) => "RDATE:" + line),
   "TZOFFSETFROM:" + from, "TZOFFSETTO:" + to, "END:" + name];
const hours = (summer, winter) => [2026, 2027, 2028].map((year) => {
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VTIMEZONE", "TZID:Example/Berlin",
    ...onset("DAYLIGHT", "+0100", "+0200", summer), ...onset("STANDARD", "+0200", "+0100", winter), "END:VTIMEZONE",
    "BEGIN:VEVENT", "UID:1@example.com", `DTSTART;TZID=Example/Berlin:${year}0701T120000`, "END:VEVENT", "END:VCALENDAR"];
  const calendar = new ICAL.Component(ICAL.parse(text.join("\r\n")));
  const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
  event.startDate.zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  return event.startDate.toJSDate().getUTCHours();
});
const summers = ["20260329T020000", "20270328T020000", "20280326T020000"];
const winters = ["20261025T030000", "20271031T030000", "20281029T030000"];
const listed = hours({ start: summers[0], lines: [summers.slice(1).join(",")] },
                     { start: winters[0], lines: [winters.slice(1).join(",")] });
const single = hours({ start: summers[0], lines: summers }, { start: winters[0], lines: winters });
console.log("ical.js 2.2.1, 12:00 on 1 July 2026, 2027 and 2028, hour in UTC");
console.log("RDATE as a list:", listed.join(", "));
console.log("one RDATE a line, the first repeated:", single.join(", "));
process.exit(Number(single.join() !== "10,10,10" || listed.join() !== "12,10,11"));
NODE
node read.mjs
