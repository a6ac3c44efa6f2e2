"""The words that tell the class of a line of a release: headings, types, and named patterns over its text."""

import re
from collections.abc import Mapping

BREAKING, FEATURE, IMPROVEMENT, FIX, INTERNAL = "breaking", "feature", "improvement", "fix", "internal"
CLASSES = (BREAKING, FEATURE, IMPROVEMENT, FIX, INTERNAL)
SECURITY, DEPRECATED = "security", "deprecated"  # marks beside the class

# What a heading says of its lines; the first row it matches. A heading in no row, or of two kinds ("Fixes and
# improvements"), leaves the decision to the text.
HEADINGS: tuple[tuple[str, str], ...] = (
    (r"^major changes$|breaking|(?:in)?compatib|backward|removed|removals?$|deprecat|upgrad(?:e|ing) (?:notes|guide|instructions)"
     r"|action required|migration (?:notes|guide)", BREAKING),
    (r"security|vulnerabilit", SECURITY),
    (r"dependenc|^deps\b|internal|\btests?\b|testing|\bci\b|\bcd\b|\bci/cd\b|chores?\b|\bdocs?\b|documentation"
     r"|refactor|infrastructure|\bbuild\b|\bbuilds\b|maintenance|miscellaneous tasks|code style|\bstyling\b"
     r"|code quality|developer experience|\bdevelopment\b|tooling|contributors|community contributions|core team|engine versions"
     r"|credits|acknowledg"
     r"|housekeeping|under the hood", INTERNAL),
    (r"^minor changes$", FEATURE),
    (r"^patch changes$", FIX),
    (r"^(?=.*(?:bug|fix))(?=.*(?:improv|enhanc|feature|change|performance))", ""),
    (r"bug|fix|regression", FIX),
    (r"^(?=.*(?:feature|\bnew\b))(?=.*(?:improv|enhanc))", IMPROVEMENT),
    (r"feature|\badded\b|(?<!what.s )\bnew\b|additions|highlights", FEATURE),
    (r"improve|enhance|performance|optimi[sz]|\bchanged\b|\bchanges\b.*behaviou?r|\bupdate[sd]?\b", IMPROVEMENT),
)  # fmt: skip
# These say nothing, nor do version numbers and dates; any other heading is shown above its lines.
GENERIC_HEADING = re.compile(
    r"what.?s (?:new|changed)|(?:all (?:.* )?|notable )?changes|changelog|also|misc(?:ellaneous)?|other.*|\[?v?\d.*"
)

# https://www.conventionalcommits.org, with the types that teams add to it.
TYPES: Mapping[str, str] = {
    "feat": FEATURE, "feature": FEATURE, "fix": FIX, "bugfix": FIX, "hotfix": FIX, "perf": IMPROVEMENT,
    "improvement": IMPROVEMENT, "revert": IMPROVEMENT, "security": SECURITY, "build": INTERNAL, "chore": INTERNAL,
    "ci": INTERNAL, "deps": INTERNAL, "docs": INTERNAL, "doc": INTERNAL, "documentation": INTERNAL,
    "refactor": INTERNAL, "ref": INTERNAL, "style": INTERNAL, "test": INTERNAL, "tests": INTERNAL, "vendor": INTERNAL,
    "fixed": FIX, "fixes": FIX, "bug": FIX, "added": FEATURE, "new": FEATURE, "changed": IMPROVEMENT,
    "breaking": BREAKING, "improved": IMPROVEMENT, "enhancement": IMPROVEMENT,
}  # fmt: skip
# https://gitmoji.dev, as a sign or as a code between colons.
SIGNS: Mapping[str, str] = {
    "\N{COLLISION SYMBOL}": BREAKING, ":boom:": BREAKING, "\N{WARNING SIGN}": BREAKING, ":warning:": BREAKING,
    "\N{SPARKLES}": FEATURE, ":sparkles:": FEATURE, "\N{BUG}": FIX, ":bug:": FIX, "\N{AMBULANCE}": FIX,
    ":ambulance:": FIX, "\N{ADHESIVE BANDAGE}": FIX, ":adhesive_bandage:": FIX, "\N{HIGH VOLTAGE SIGN}": IMPROVEMENT,
    ":zap:": IMPROVEMENT, "\N{LOCK}": SECURITY, ":lock:": SECURITY,
    "\N{BLACK UNIVERSAL RECYCLING SYMBOL}": INTERNAL, ":recycle:": INTERNAL, "\N{ARTIST PALETTE}": INTERNAL,
    ":art:": INTERNAL, "\N{WHITE HEAVY CHECK MARK}": INTERNAL, ":white_check_mark:": INTERNAL,
    "\N{TEST TUBE}": INTERNAL, ":test_tube:": INTERNAL, "\N{CONSTRUCTION WORKER}": INTERNAL,
    ":construction_worker:": INTERNAL, "\N{GREEN HEART}": INTERNAL, ":green_heart:": INTERNAL, "\N{MEMO}": INTERNAL,
    ":memo:": INTERNAL, "\N{UPWARDS BLACK ARROW}": INTERNAL, ":arrow_up:": INTERNAL,
    "\N{DOWNWARDS BLACK ARROW}": INTERNAL, ":arrow_down:": INTERNAL, "\N{LABEL}": INTERNAL, ":label:": INTERNAL,
    "\N{HEAVY PLUS SIGN}": INTERNAL, ":heavy_plus_sign:": INTERNAL, "\N{HEAVY MINUS SIGN}": INTERNAL,
    ":heavy_minus_sign:": INTERNAL, "\N{PUSHPIN}": INTERNAL, ":pushpin:": INTERNAL,
    "\N{POLICE CARS REVOLVING LIGHT}": INTERNAL, ":rotating_light:": INTERNAL,
}  # fmt: skip
INTERNAL_SCOPES = frozenset(
    {
        "ci", "e2e", "test", "tests", "deps", "deps-dev", "docs", "doc", "documentation", "docblocks", "build", "lint",
        "release", "dev", "storybook", "infra", "mypy", "typing", "workflows", "tooling",
    }
)  # fmt: skip
# Lines that are no news to anybody: whole classes of machine text, never a judgement about the words.
MACHINE = re.compile(
    r"(?:\*{0,2}|\[)full changelog\b|@[\w\[\]-]+ made (?:their|his|her) first contribution|thanks to @.{0,80}contribut"
    r"|(?:build|chore|fix)\(deps|.{0,300}\bby @(?:dependabot|renovate|github-actions|snyk-bot|pre-commit-ci)\b"
    r"|updated? (?:all )?(?:[\w-]+ )?dependencies\b|lock file maintenance"
    r"|updates? (?:from|by) (?:weblate|crowdin|transifex|lokalise)\b|\[?@[\w-]+\]?(?:\([^()\s]{1,200}\))?$"
    r"|no (?:other |notable |significant |user-facing |relevant )*changes\b"
    r"|merge (?:pull request #|branch |remote-tracking )|version packages$|\d{4}-\d{2}-\d{2}$",
    re.IGNORECASE,
)
# `Bump lodash from 4.17.20 to 4.17.21`; `Bump max upload size from 10 MB to 50 MB` is news.
BUMP = re.compile(
    r"(?:bump|upgrade|update)[sd]? (?P<said>(?:dependency|package|module|action) )?"
    r"`?(?P<name>@?[\w.-]+(?:/[\w./-]+)?)`?(?: dependency)?"
    r" (?:from `?(?P<from>v?\d[\w.+-]*)`? )?to `?(?P<to>v?\d[\w.+-]*)`?(?: (?:in|for) [\w./-]+)?(?: \[security\])?",
    re.IGNORECASE,
)
BUMP_GROUP = re.compile(r"bump the [\w.-]+ group\b.{0,80}\bwith \d+ updates?\b", re.IGNORECASE)

# Named patterns of work that no customer can notice. Each is about the workshop by its own words.
WORKSHOP: tuple[tuple[str, str], ...] = (
    ("refactoring", r"\brefactor(?:ed|s|ing)?\b|^inline (?:some|a|the) |^(?:code )?(?:clean(?:ed|s)?[ -]?up code|code clean[ -]?up)\b"),
    ("tests", r"\b(?:flaky|failing|unit|e2e|end-to-end|integration|snapshot|cypress|playwright|jest|pytest) tests?\b"
              r"|^(?:add|fix|update|improve|write|extend|remove|skip)(?:e?d|e?s)? (?:\w+ ){0,2}"
              r"tests? (?:for|of|to|in)\b"
              r"|\btest (?:coverage|suite|helpers?|fixtures?|flakiness)\b|\btests? (?:fails?|pass)\b"
              r"|\bin (?:\w+ ){0,4}tests?$|\be2e (?:runs?|suite)\b"),
    ("continuous integration", r"\b(?:codecov|golangci(?:-lint)?|eslint|stylelint|prettier|rubocop|phpstan|pre-commit"
                               r"|dependabot|renovate|static analysis|dev ?env(?:ironment)?|test containers?|linters?|linting)\b"
                               r"|^(?:add|update|fix|remove|use|run|enable|bump|speed up) (?:\w+ ){0,2}ci\b"
                               r"|\bci (?:workflows?|pipelines?|jobs?|builds?|matrix)\b"
                               r"|\b(?:in|on|for) ci\b"),
    ("documentation", r"^(?:\w+ )?(?:docs?|documentation) (?:fix|fixes|improvements?|updates?|changes|tweaks)\b"
                      r"|^changelog\b|\b(?:docstrings?|code comments?|(?:issue|pull request) templates?)\b"
                      r"|^(?:add|fix|update|improve|clarif[iy]|extend|reorganize|revise)(?:e?d|e?s)? (?:\w+ ){0,4}"
                      r"(?:docs|documentation|changelog|readme)\b"
                      r"|\btypos? in (?:a |the )?(?:\w+ )?(?:docs?|comments?)\b"),
    ("dependencies", r"^(?:backport |update|upgrade|bump)[a-z]* (?:\w+ ){0,3}(?:dependency|dependencies|bumps?)\b"
                     r"|^(?:bump|update|upgrade)[sd]? to .{1,40} v?\d+\.\d[\w.-]*$"
                     r"|^\S{1,60} (?:upgraded|updated|bumped) (?:from \S+ )?to v?\d[\w.]*(?:$|[. ])"
                     r"|^(?:bump|update|upgrade)[sd]? \S{1,60} (?:library|package|module) (?:version )?to v?\d"
                     r"|^dependency bump|^(?:bump"
                     r"|update|upgrade)[sd]? (?:to )?"
                     r"(?:[a-z0-9]*[/@._-][a-z0-9@/._-]*(?:@| to )v?\d[\w.]*|[a-z0-9]+ to v?\d+\.\d[\w.]*)$"
                     r"|^(?:bump|update|upgrade)[sd]? [\w ]*\b(?:js|npm|go|python) (?:deps|modules|packages)\b"),
    ("files of the workshop", r"\b(?:cloudbuild\.yaml|docker-?compose\.ya?ml|dockerfile|makefile|package\.json|tsconfig"
                              r"|pyproject\.toml|codeowners|jenkinsfile|travis|circleci|appveyor)\b"
                              r"|\bworkflows? \S{1,80}\.ya?ml\b|\.gitignore\b|\.editorconfig\b"),
    ("language of the code", r"\b(?:migrat|convert|transition|port|rewrit|rewrot|replac|switch)[a-z]* .{0,60}"
                             r"\b(?:typescript|hooks|es6|async/await|vanilla javascript|composition api|esm)\b"
                             r"|\b(?:arrow functions|list comprehensions?|type hints?|type annotations?)\b"),
    ("code moved", r"^mov(?:e|es|ed|ing) .{1,80} (?:to|into|from|out of) .{0,60}"
                   r"\b(?:packages?|modules?|models|helpers?|class(?:es)?|namespace|director(?:y|ies)|session)\b"),
    ("unused code", r"^(?:remov|delet|drop)(?:e|es|ed|s|ped|ing)? (?:the |some |all |an? |now )*(?:unused|dead|duplicated?"
                    r" code)\b"
                    r"|^(?:remov|delet|drop)(?:e|es|ed|s|ped|ing)? (?:the |some |all |an? |now )*(?:unneeded|unnecessary"
                    r"|redundant|leftover|obsolete|useless|stale|duplicated?)"
                    r" (?:\w+ ){0,3}(?:code|imports?|files?|functions?|methods?|class(?:es)?|variables?|conversions?"
                    r"|fmt|depend\w+|packages?|scripts?|types?|css|styles|logs?|comments?|parameters?|actions?)\b"
                    r"|^(?:remov|drop)(?:e|es|ed|s|ped|ing)? (?:the )?[\w@/.`-]{1,60} (?:package|dependency|library)\b"),
)  # fmt: skip

_NO_CUE = r"(?!.{0,60}\b(?:warnings?|notices?|messages?)\b)"
# A customer has to act, or something ends, whatever the heading says.
ENDS: tuple[tuple[str, str], ...] = (
    ("support ends", r"\b(?:drop|dropped|drops|dropping|remove[sd]?|removing|end|ends|ended|ending) "
                     r"(?:\S+ ){0,4}support\b|\bsupport (?:for|of) .{1,80} (?:dropped|removed|ended|discontinued)\b"
                     r"|\bend[- ]of[- ]life\b|\b(?:sunset|discontinu)(?:s|ed|es|e|ing|ting)?\b"),
    ("deprecated", rf"\b(?:soft-)?deprecat(?:e|es|ed|ing|ion)\b(?! (?:usages?|use of|calls?|functions?)\b){_NO_CUE}"),
    ("will end", r"\bwill (?:be (?:removed|retired|disabled|deactivated|shut down|dropped)(?! from)|stop|no longer|cease)\b"),
    ("must act", r"\b(?:you|users|customers|clients|admins|administrators|everyone|operators|integrations) "
                 r"(?:must|need to|needs to|have to|will have to|will need to)\b|^requires? "
                 r"|\b(?:is|are) now (?:required|mandatory)\b"
                 r"|\bnow (?:requires?|a requirement|the minimum)\b|\bminimum (?:supported "
                 r"|required )?(?:\w+ ){0,2}version\b"
                 r"|\bmust (?:now )?be (?:updated|set|migrated|changed|renamed|replaced|upgraded|re-?\w+)\b"
                 r"|\bwill now (?:\w+ ){0,2}(?:fail|error|be (?:rejected|refused|blocked)|receive|require)\b"
                 r"|\bto (?:re-?enable|enable|restore|keep)(?: \w+){0,4},? set\b"),
)  # fmt: skip
# Something used goes or changes, unless a fix says so.
_WHOSE = (
    r"(?!(?:the |some |all |an? |any |confusing )*(?:unneeded|unnecessary|unused|dead|redundant|duplicated?|leftover"
    r"|obsolete|useless|stale|extra|stray|invalid|misleading|confusing|broken|wrong|trailing|limit|limits|limitation"
    r"|restriction|restrictions|need|requirement|flicker|internal|console|deprecated code|delay)\b)"
)
GOES: tuple[tuple[str, str], ...] = (
    ("removed", rf"^(?:remove[sd]?|removing|removal of|drop(?:s|ped)?) {_WHOSE}"
                r"|\b(?:has|have|was|were) (?:now )?(?:been )?(?:removed|dropped|retired)\b(?! from)"
                r"|\bwe(?:.ve| have)? removed\b"),
    ("renamed", r"^renam(?:e|es|ed|ing) (?!.{0,40}\b(?:class|method|function|variable|internal|package|files?)\b)"
                r"|\b(?:has|have|was|were|is|are)(?: been)? (?:now )?renamed\b|\brenames (?:the )?.{1,80} to\b"),
    ("no longer", r"\bno longer (?!(?:\w+ ){0,2}(?:crash|fail|error|throw|flicker|hang|block|break|lose|lost|duplicat"
                  r"|leak|panic|overlap|shows? an? error|time|freez|stuck|cut|miss|truncat|needs?|requires?|have to"
                  r"|necessary))|\bnot (?:\w+ ){1,6}any ?more\b"),
    ("default moved", r"\bdefault\b.{0,80}\bfrom\b.{1,80}\bto\b|\bchanged from \S.{0,60} to \S"),
    ("off by default", r"\b(?:not enabled|disabled|off|hidden|opt-in) by default\b"
                       r"|\bmaking (?:it|this|them) (?:an )?opt-in\b|\bturn(?:s|ed|ing)? off .{1,60} by default\b"
                       r"|\b(?:has|have) been set to .{1,30} by default\b"),
)  # fmt: skip
# And this in a line that is not said to be new.
CHANGES: tuple[tuple[str, str], ...] = (
    *GOES,
    ("default changed", r"^(?:the )?defaults?(?: value)? (?:to|for .{1,60} (?:is|are|changed|now))\b"
                        r"|\b(?:chang|mak)(?:e|es|ed|ing) .{0,60}\bdefaults?\b.{0,40}\b(?:from|to)\b"
                        r"|^disabl(?:e|es|ed) .{1,80} by default\b"),
    ("replaced", r"^(?:replac(?:e|es|ed)|chang(?:e|es|ed)) `[^`]{1,80}` (?:with|by|to) `"),
)  # fmt: skip

_NOW_RIGHT = (
    r"\bno longer (?:\w+ ){0,2}(?:crash|fail|error|throw|flicker|hang|block|break|lose|lost|duplicat|leak|panic)"
)
FIXES: tuple[tuple[str, str], ...] = (
    ("first word", r"^(?:quick |bug ?|hot)?fix(?:e[sd]|ing|es)?\b|^(?:resolv|correct|repair|restor|prevent|solv|patch)"
                   r"(?:e[sd]?|ing|s|ed)?\b|^(?:avoid|stop|address)(?:s|ed|es|ing)?\b"
                   r"|^(?:do not|don.t|properly|regression|work(?:ed)? around|(?:squash|crush)(?:ed)?)\b"),
    ("what was wrong", rf"^(?:handle[sd]?|ensure[sd]?|make sure)\b|\b(?:crash(?:e[sd]|ing)?|regression|memory leak|race condition|deadlock|infinite loop"
                       rf"|works? again|now works?|now (?:correctly|properly)|was (?:broken|wrong|missing"
                       rf"|ignored|incorrect)|bug (?:where|in|was|that)"
                       rf"|(?:an )?issues? (?:where|with|when|that)|incorrectly|wrongly|fix(?:es|ed)?)\b|{_NOW_RIGHT}"),
)  # fmt: skip
SAFETY = re.compile(
    r"\bCVE-\d{4}-\d|\bGHSA-|\b(?:xss|csrf|ssrf|redos)\b|\bsecurity (?:issue|fix|vulnerab|hole|patch|flaw|problem)"
    r"|\bvulnerabilit",
    re.IGNORECASE,
)
NEW = re.compile(
    r"^(?:add|introduc|implement|support|allow|enabl|creat|provid|expos|offer)(?:s|e[sd]?|ed|ing|t)?\b"
    r"|^(?:new|initial|you can now|now you can|option|ability|let)\b|\bsupport$",
    re.IGNORECASE,
)
BETTER = re.compile(
    r"^(?:improv|enhanc|optimi[sz]|redesign|increas|reduc|refin|polish|simplif|speed|updat|chang|mak|show|us)"
    r"(?:e[sd]?|ed|s|ing|ies|ied|y)?\b|^(?:better|faster|more|less)\b",
    re.IGNORECASE,
)
