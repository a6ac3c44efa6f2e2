// Times and phases in words, the same that the build writes (portal/status/events.py, portal/status/__init__.py).

export const PHASES = {
  investigating: "Investigating",
  identified: "Cause found",
  monitoring: "Monitoring the fix",
  resolved: "Resolved",
  postmortem: "Review",
  scheduled: "Planned",
  in_progress: "In progress",
  verifying: "Verifying",
};
// With its time zone, since 07:00 alone is ambiguous. The language is fixed, as that of the pages is.
const FORM = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };

/** Day, hour and zone of a time, in the reader's zone or another. */
function parts(iso, timeZone) {
  const found = {};
  for (const { type, value } of new Intl.DateTimeFormat("en-US", { ...FORM, timeZone }).formatToParts(new Date(iso))) found[type] = value;
  return [`${found.day} ${found.month} ${found.year}`, `${found.hour}:${found.minute}`, found.timeZoneName];
}

/** A time as `6 Dec 2026, 06:00 UTC`, in the reader's zone or another. */
export function local(iso, timeZone) {
  const [day, hour, zone] = parts(iso, timeZone);
  return `${day}, ${hour} ${zone}`;
}

/** Two times as `6 Dec 2026, 06:00-07:30 UTC`. */
export function period(start, end, timeZone) {
  const [one, other] = [parts(start, timeZone), parts(end, timeZone)];
  if (one[0] === other[0] && one[2] === other[2]) return `${one[0]}, ${one[1]}-${other[1]} ${one[2]}`;
  return `${local(start, timeZone)} to ${local(end, timeZone)}`;
}
