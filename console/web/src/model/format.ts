// Figures and times as people read them. Pure: the same text for the same input, whatever the browser's language.

const none = "–";

/** 1234567 → "1,234,567". */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Three significant digits at most: 0.42, 4.2, 42, 4.2k. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${trimmed(value / 1e9)}G`;
  if (size >= 999_500) return `${trimmed(value / 1e6)}M`;
  if (size >= 9_995) return `${trimmed(value / 1e3)}k`;
  return size >= 1000 ? count(value) : trimmed(value);
}

function trimmed(value: number): string {
  const size = Math.abs(value);
  const text = value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A rate: "12.4/s". */
export function rate(value: number | null | undefined): string {
  const text = short(value);
  return text === none ? none : `${text}/s`;
}

/** Microseconds: "840 µs", "1.84 ms", "2.5 s", "3 min". */
export function duration(us: number | null | undefined): string {
  if (us === null || us === undefined || !Number.isFinite(us)) return none;
  if (us < 999.5) return `${us < 10 && !Number.isInteger(us) ? trimmed(us) : us.toFixed(0)} µs`;
  if (us < 999_500) return `${trimmed(us / 1e3)} ms`;
  if (us < 119.5e6) return `${trimmed(us / 1e6)} s`;
  return span(us / 1e6);
}

/** Seconds in two units at most: "45 s", "12 min", "3 h 20 min", "2 d 4 h". */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return none;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** Powers of 1024: "812 B", "1.4 MiB". */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (size >= 1023.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${trimmed(size)} ${units[unit] ?? ""}`;
}

/** How long before `nowMs` a time was: "now", "12 s ago". */
export function ago(at: string | null | undefined, nowMs: number): string {
  const then = at ? Date.parse(at) : NaN;
  if (Number.isNaN(then)) return none;
  const seconds = (nowMs - then) / 1000;
  return seconds < 1.5 ? "now" : `${span(seconds)} ago`;
}

/** A time in the reader's own zone: "14:05:09.123", with the date when it is another day. */
export function clock(at: string | null | undefined, nowMs: number): string {
  const then = at ? new Date(at) : null;
  if (!then || Number.isNaN(then.getTime())) return none;
  const two = (n: number) => n.toString().padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}.${then.getMilliseconds().toString().padStart(3, "0")}`;
  const sameDay = new Date(nowMs).toDateString() === then.toDateString();
  return sameDay ? time : `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}
