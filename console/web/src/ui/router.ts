import { signal } from "@preact/signals";
import { parseRoute } from "../model/routes";

export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => (route.value = parseRoute(location.hash)));

export function goTo(link: string): void {
  location.hash = link;
}

/** Changes the address without a step in the browser's history: for what is typed or sorted. */
export function stayAt(link: string): void {
  window.history.replaceState(null, "", link);
  route.value = parseRoute(link);
}
