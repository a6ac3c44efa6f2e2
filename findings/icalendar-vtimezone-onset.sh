#!/usr/bin/env bash
# icalendar 7.3.0: a VTIMEZONE made with `Calendar.add_missing_timezones()` has its summer time begin an hour late.
#
# RFC 5545, section 3.6.5: DTSTART and RDATE of STANDARD and DAYLIGHT are the onset in local time by TZOFFSETFROM, the
# offset before the change: New York's clocks change at 02:00 EST, as in the RFC's own example.
# Seen: `DTSTART:20260308T030000` with `TZOFFSETFROM:-0500` in DAYLIGHT, the hour after the change, so 08:00 UTC where
# New York changes at 07:00 UTC; the same in each RDATE. STANDARD is right (`20261101T020000`). Zones of a half-hour
# change (Lord Howe) are late by half an hour. A reader that compares in UTC shows that hour's events an hour off.
# What to do: take TZOFFSETTO minus TZOFFSETFROM off the onsets of each change that goes forward.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check icalendar==7.3.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar

calendar = icalendar.Calendar()
event = icalendar.Event()
event.add("uid", "1@example.com")
event.add("dtstart", datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("America/New_York")))
calendar.add_component(event)
calendar.add_missing_timezones(date(2026, 1, 1), date(2028, 1, 1))
(summer,) = calendar.walk("DAYLIGHT")
written = summer["DTSTART"].dt - summer["TZOFFSETFROM"].td
print("icalendar", icalendar.__version__)
print("DTSTART of DAYLIGHT:", summer["DTSTART"].to_ical().decode(), "from", summer["TZOFFSETFROM"].to_ical())
print("which is", written, "UTC; New York changes at 2026-03-08 07:00 UTC")
at = [datetime(2026, 3, 8, hour, minute, tzinfo=UTC).astimezone(ZoneInfo("America/New_York")) for hour, minute in ((6, 59), (7, 0))]
print("zoneinfo:", at[0].tzname(), "at 06:59 UTC,", at[1].tzname(), "at 07:00 UTC")
sys.exit((written, at[0].tzname(), at[1].tzname()) != (datetime(2026, 3, 8, 8), "EST", "EDT"))
PYTHON
