/** One readable line of an iCalendar part (RFC 5545): what, when, who, where. */

const SIZE_LENGTH_MAX = 500_000;
const VALUE_LENGTH_MAX = 200;

const WHAT: Readonly<Record<string, string>> = {
  REQUEST: "Invitation",
  CANCEL: "Cancelled event",
  REPLY: "Answer to an invitation",
  COUNTER: "Proposal of another time",
  REFRESH: "Request for the latest version of an event",
  ADD: "Invitation to another occurrence",
  DECLINECOUNTER: "Refusal of another time",
};

interface Property {
  parameters: string;
  value: string;
}

/** Null where the text has no event, task or journal entry. */
export function describeCalendar(source: string): string | null {
  const lines = source
    .slice(0, SIZE_LENGTH_MAX)
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]/g, "")
    .split("\n");
  const begin = lines.findIndex((line) => /^BEGIN:V(?:EVENT|TODO|JOURNAL)\s*$/i.test(line));
  if (begin < 0) return null;
  const end = lines.findIndex((line, at) => at > begin && /^END:V(?:EVENT|TODO|JOURNAL)\s*$/i.test(line));
  const event = readProperties(lines.slice(begin + 1, end < 0 ? undefined : end));
  const calendar = readProperties(lines.slice(0, begin));
  const what = WHAT[calendar.get("METHOD")?.value.trim().toUpperCase() ?? ""] ?? "Event";
  const facts = [
    shorten(event.get("SUMMARY")) || "without a title",
    describeTime(event.get("DTSTART"), event.get("DTEND")),
    describePerson("organised by", event.get("ORGANIZER")),
    what === WHAT.REPLY ? describeAnswer(event.get("ATTENDEE")) : "",
    describePlace(event.get("LOCATION")),
  ];
  return `${what}: ${facts.filter((fact) => fact !== "").join(", ")}`;
}

/** The first of each name; of nested components such as alarms the properties are left out. */
function readProperties(lines: string[]): Map<string, Property> {
  const properties = new Map<string, Property>();
  let depth = 0;
  for (const line of lines) {
    const match = /^([A-Za-z-]{1,40})((?:;(?:[^":;]|"[^"]*")*)*):(.*)$/.exec(line);
    const name = match?.[1]?.toUpperCase();
    if (match === null || name === undefined) continue;
    if (name === "BEGIN") depth++;
    else if (name === "END") depth--;
    else if ((depth <= 0 || name === "METHOD") && !properties.has(name))
      properties.set(name, { parameters: match[2] ?? "", value: match[3] ?? "" });
  }
  return properties;
}

function shorten(property: Property | undefined): string {
  const text = (property?.value ?? "").replace(/\\[nN]/g, " ").replace(/\\([\\;,])/g, "$1");
  return text.replace(/\s+/g, " ").trim().slice(0, VALUE_LENGTH_MAX);
}

function describeTime(start: Property | undefined, end: Property | undefined): string {
  const from = formatTime(start);
  if (from === null) return "";
  const until = formatTime(end);
  const zone = from.zone === "" ? "" : ` (${from.zone})`;
  if (until === null || from.time === "") return `${from.date}${from.time && ` ${from.time}`}${zone}`;
  const ends = until.date === from.date ? until.time : `${until.date} ${until.time}`;
  return `${from.date} ${from.time} to ${ends}${zone}`;
}

function formatTime(property: Property | undefined): { date: string; time: string; zone: string } | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d{0,2}(Z?))?/.exec(property?.value.trim() ?? "");
  if (match === null) return null;
  const [, year, month, day, hour, minute, utc] = match;
  const named = /;TZID="?([^";:]{1,100})/i.exec(property?.parameters ?? "")?.[1] ?? "";
  return {
    date: `${year}-${month}-${day}`,
    time: hour === undefined ? "" : `${hour}:${minute}`,
    zone: utc === "Z" ? "UTC" : hour === undefined ? "" : named,
  };
}

function describePerson(role: string, property: Property | undefined): string {
  if (property === undefined) return "";
  const name = /;CN=(?:"([^"]*)"|([^;:]*))/i.exec(property.parameters);
  const address = property.value.replace(/^mailto:/i, "").trim();
  const shown = [name?.[1] ?? name?.[2] ?? "", address.includes("@") ? `<${address}>` : ""];
  const person = shown
    .filter((part) => part !== "")
    .join(" ")
    .slice(0, VALUE_LENGTH_MAX);
  return person === "" ? "" : `${role} ${person}`;
}

function describeAnswer(property: Property | undefined): string {
  const status = /;PARTSTAT=([\w-]{1,30})/i.exec(property?.parameters ?? "")?.[1];
  return status === undefined ? "" : `${status.toLowerCase()} ${describePerson("by", property)}`.trim();
}

function describePlace(property: Property | undefined): string {
  const place = shorten(property);
  return place === "" ? "" : `at ${place}`;
}
