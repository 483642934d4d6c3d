// Deep links: `#/view/argument?query`. They stay in the browser, which matters, since message ids hold phone numbers.

export interface Route {
  view: string;
  argument: string;
  query: Record<string, string>;
}

export const home = "overview";

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const [view = "", ...rest] = path.split("/");
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1))) query[name] = value;
  return { view: view || home, argument: decoded(rest.join("/")), query };
}

export function linkTo(view: string, argument = "", query: Record<string, string | number | null | undefined> = {}): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") values.set(name, String(value));
  }
  const tail = values.toString();
  return `#/${view}${argument ? `/${encodeURIComponent(argument)}` : ""}${tail ? `?${tail}` : ""}`;
}

export const linkToActor = (id: string) => linkTo("actors", id);
export const linkToTrace = (wamid: string, tenant?: string | null) => linkTo("trace", wamid, { tenant });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
